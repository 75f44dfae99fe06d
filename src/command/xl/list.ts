/** `xl list`, `xl vm-list`, `xl vcpu-list`, `xl uptime`: what runs (Xen 4.17 `tools/xl/xl_info.c`, `xl_vcpu.c`). */
import { type Json } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import { configJson, type XenDomain } from "../../toolstack/mod.ts";
import { type Outcome } from "../language/command.ts";
import { bitmapText } from "./bitmap.ts";
import { findDomain } from "./domains.ts";
import { type XlArguments } from "./getopt.ts";
import { NO_OPTIONS, refused, said, type XlVerb } from "./verb.ts";
import { yajlJson } from "./yajl_json.ts";

const NANOSECONDS = 1_000_000_000;
const REASON_LETTERS = {
  poweroff: "-",
  reboot: "r",
  suspend: "s",
  crash: "c",
  watchdog: "w",
  soft_reset: "S",
} as const;
const REASON_NUMBERS = { poweroff: 0, reboot: 1, suspend: 2, crash: 3, watchdog: 4, soft_reset: 5 } as const;
const UNLABELLED = "-";

export const list: XlVerb = {
  name: "list",
  summary: "List information about all/some domains",
  usage: "[options] [Domain]\n",
  options: [
    "-l, --long      the whole configuration as JSON",
    "-v, --verbose   UUID, reason for stopping, security label",
    "-Z, --context   security label",
    "-c, --cpupool   CPU pool",
    "-n, --numa      NUMA nodes it is bound to",
  ],
  effect: "reads",
  syntax: { short: "lvZcn", long: { long: "l", verbose: "v", context: "Z", cpupool: "c", numa: "n" } },
  required: 0,
  run(host, args) {
    const domains = listed(host, args);
    if ("status" in domains) return domains;
    const value = domains.map((domain) => ({
      name: nameOf(host, domain.domid),
      domid: domain.domid,
      uuid: domain.uuid,
      memory: Math.floor(domain.currentMemkb / 1024),
      vcpus: domain.vcpus,
      state: stateOf(domain),
      seconds: Number(domain.cpuTime) / NANOSECONDS,
    }));
    if (args.flags.has("l")) {
      const details = domains.map((domain) => ({ domid: domain.domid, config: configurationOf(host, domain) }));
      return said(`${yajlJson(details)}\n`, details);
    }
    return said(`${heading(args)}\n${domains.map((domain) => `${row(host, domain, args)}\n`).join("")}`, value);
  },
};

/** All domains, or the one named. */
function listed(host: Fork, { operands }: XlArguments): readonly XenDomain[] | Outcome {
  const { domains } = host.toolstack.tools;
  if (operands.length === 0) {
    return domains.list().match((all) => all, () => refused("libxl_list_domain failed.\n"));
  }
  if (operands.length > 1) return refused("");
  const domid = findDomain(host, operands[0]!);
  if (domid.isErr()) return domid.error;
  const one = domains.info(domid.value).unwrapOr(undefined);
  return one ? [one] : refused(`Error: Domain '${operands[0]}' does not exist.\n`);
}

const nameOf = (host: Fork, domid: number): string => host.toolstack.nameOf(domid) ?? "(null)";

function heading({ flags }: XlArguments): string {
  const verbose = flags.has("v");
  return "Name                                        ID   Mem VCPUs\tState\tTime(s)" +
    (verbose ? "   UUID                            Reason-Code\tSecurity Label" : "") +
    (flags.has("Z") && !verbose ? "   Security Label" : "") +
    (flags.has("c") ? "         Cpupool" : "") +
    (flags.has("n") ? " NODE Affinity" : "");
}

function row(host: Fork, domain: XenDomain, { flags }: XlArguments): string {
  const verbose = flags.has("v");
  const reason = domain.shutdown === undefined ? "-" : REASON_NUMBERS[domain.shutdown].toString(16);
  return [
    nameOf(host, domain.domid).padEnd(40),
    ` ${pad(domain.domid, 5)} ${pad(Math.floor(domain.currentMemkb / 1024), 5)} ${pad(domain.vcpus, 5)}`,
    `     ${stateOf(domain)}  ${seconds(domain.cpuTime).padStart(8)}`,
    verbose ? ` ${domain.uuid} ${reason.padStart(8)}` : "",
    verbose || flags.has("Z") ? ` ${UNLABELLED.padStart(16)}` : "",
    flags.has("c") ? "Pool-0".padStart(16) : "",
    flags.has("n") ? ` ${bitmapText(nodes(host), nodes(host).length)}` : "",
  ].join("");
}

function stateOf(domain: XenDomain): string {
  const letter = (on: boolean, text: string): string => (on ? text : "-");
  return letter(domain.running, "r") + letter(domain.blocked, "b") + letter(domain.paused, "p") +
    letter(domain.shutdown !== undefined, "s") +
    (domain.shutdown === undefined ? "-" : REASON_LETTERS[domain.shutdown]) +
    letter(domain.dying, "d");
}

const nodes = (host: Fork): number[] =>
  host.toolstack.tools.host.nodes().map((all) => all.map((_, node) => node)).unwrapOr([0]);

const pad = (value: number, width: number): string => String(value).padStart(width);
const seconds = (nanoseconds: bigint): string => (Number(nanoseconds) / NANOSECONDS).toFixed(1);

/** What libxl keeps of a domain's configuration, brought up to date (`libxl_retrieve_domain_configuration`). */
function configurationOf(host: Fork, domain: XenDomain): Json {
  const scheduled = {
    "b_info/sched_params/sched": host.facts.xl.scheduler,
    "b_info/sched_params/weight": 256,
    "b_info/sched_params/cap": 0,
  };
  const record = host.toolstack.record(domain.domid);
  if (!record) return dom0Details(host, domain);
  return configJson({ ...record.config, name: record.name }, {
    "c_info/domid": 2 ** 32 - 1,
    "b_info/video_memkb": record.config.type === "hvm" ? record.config.videoMemkb ?? 8192 : 0,
    ...scheduled,
    "b_info/arch_x86/msr_relaxed": "False",
  });
}

function dom0Details(host: Fork, domain: XenDomain): Json {
  const type = domain.hvm ? "pvh" : "pv";
  return {
    c_info: { type, name: nameOf(host, domain.domid) },
    b_info: {
      max_memkb: domain.maxMemkb,
      // libxl takes the target from what dom0 asked for itself, a KiB below.
      target_memkb: domain.currentMemkb - 1,
      sched_params: { sched: host.facts.xl.scheduler, weight: 256, cap: 0 },
      [`type.${type}`]: {},
      arch_arm: {},
      arch_x86: {},
    },
  };
}

export const vmList: XlVerb = {
  name: "vm-list",
  summary: "List guest domains, excluding dom0, stubdoms, etc.",
  usage: "",
  effect: "reads",
  syntax: NO_OPTIONS,
  required: 0,
  run(host) {
    const rows = host.toolstack.tools.domains.list().unwrapOr([]).map(({ uuid, domid }) =>
      `${uuid}  ${domid}    ${nameOf(host, domid).padEnd(30)}\n`
    );
    return said(`UUID                                  ID    name\n${rows.join("")}`);
  },
};

export const vcpuList: XlVerb = {
  name: "vcpu-list",
  summary: "List the VCPUs for all/some domains",
  usage: "[Domain, ...]",
  effect: "reads",
  syntax: NO_OPTIONS,
  required: 0,
  run(host, { operands }) {
    const head = "Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)\n";
    const { domains } = host.toolstack.tools;
    const all = domains.list().unwrapOr([]);
    let out = head;
    if (operands.length === 0) return said(head + all.map((domain) => vcpuRows(host, domain)).join(""));
    for (const operand of operands) {
      const domid = findDomain(host, operand);
      if (domid.isErr()) return { ...domid.error, out };
      const domain = all.find((each) => each.domid === domid.value);
      if (domain) out += vcpuRows(host, domain);
    }
    return said(out);
  },
};

/** vCPUs are spread over the processors in turn; nothing is really scheduled. */
function vcpuRows(host: Fork, domain: XenDomain): string {
  const { cpus, maxCpuId } = host.toolstack.tools.host.physinfo()._unsafeUnwrap();
  const config = host.toolstack.record(domain.domid)?.config;
  const online = config ? config.vcpus ?? 1 : domain.vcpus;
  const share = domain.cpuTime / BigInt(Math.max(1, domain.vcpus));
  const rows = Array.from({ length: domain.vcpus }, (_, vcpu) => {
    const place = vcpu < online
      ? `${pad(vcpu % cpus, 5)} ${(domain.running ? "r" : "-").padStart(3)}${domain.blocked ? "b" : "-"}- `
      : `${"-".padStart(5)} ${"-".padStart(3)}-p `;
    const affinity = (kind: string): string => {
      const lists = config?.shown[`b_info/vcpu_${kind}_affinity`] as readonly number[][] | undefined;
      return lists?.[vcpu] ? bitmapText(lists[vcpu]!, maxCpuId + 1) : "all";
    };
    return `${nameOf(host, domain.domid).padEnd(32)} ${pad(domain.domid, 5)} ${pad(vcpu, 5)}${place}${
      seconds(share).padStart(9)
    }  ${affinity("hard")} / ${affinity("soft")}\n`;
  });
  return rows.join("");
}

export const uptime: XlVerb = {
  name: "uptime",
  summary: "Print uptime for all/some domains",
  usage: "[-s] [Domain]",
  options: ["-s, --short   one line a domain, with the time of day"],
  effect: "reads",
  syntax: { short: "s", long: { short: "s" } },
  required: 0,
  run(host, { flags, operands }) {
    const domids: number[] = [];
    for (const operand of operands) {
      const domid = findDomain(host, operand);
      if (domid.isErr()) return domid.error;
      domids.push(domid.value);
    }
    const shown = domids.length > 0 ? domids : [0, ...host.toolstack.records().map(({ domid }) => domid)];
    const short = flags.has("s");
    const head = short ? "" : "Name                                ID Uptime\n";
    return said(head + shown.map((domid) => uptimeRow(host, domid, short)).join(""));
  },
};

function uptimeRow(host: Fork, domid: number, short: boolean): string {
  const started = domid === 0 ? host.xen.domain(0)?.createdAt : host.toolstack.record(domid)?.startedAt;
  if (started === undefined) return "";
  const second = BigInt(NANOSECONDS);
  const now = host.clock.now() / second;
  const up = uptimeText(Number(now - started / second), short);
  if (!short) return `${nameOf(host, domid).padEnd(33)} ${pad(domid, 4)} ${up}\n`;
  return ` ${clockText(Number(now % 86400n))} up ${up}, ${nameOf(host, domid)} (${domid})\n`;
}

function uptimeText(total: number, short: boolean): string {
  const days = Math.floor(total / 86400);
  const [hours, minutes, rest] = [Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60];
  const time = `${pad(hours, 2)}:${two(minutes)}${short ? "" : `:${two(rest)}`}`;
  return days === 0 ? time : `${days} day${days > 1 ? "s" : ""}, ${time}`;
}

const clockText = (second: number): string =>
  `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
const two = (value: number): string => String(value).padStart(2, "0");
