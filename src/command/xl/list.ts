/** `xl list`, `xl vm-list`: what runs (Xen 4.17 `tools/xl/xl_info.c`). */
import { type Fork } from "../../host/mod.ts";
import { type XenDomain } from "../../toolstack/mod.ts";
import { type Outcome } from "../language/command.ts";
import { bitmapText } from "./bitmap.ts";
import { nameOf, NANOSECONDS, onlineVcpus, pad, seconds } from "./columns.ts";
import { findDomain } from "./domains.ts";
import { configurationOf } from "./long_list.ts";
import { type XlArguments } from "./getopt.ts";
import { helpOf, NO_OPTIONS, refused, said, type XlVerb } from "./verb.ts";
import { yajlJson } from "./yajl_json.ts";

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
      vcpus: onlineVcpus(host, domain),
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
  if (operands.length > 1) return refused("", 1, helpOf(list));
  const domid = findDomain(host, operands[0]!);
  if (domid.isErr()) return domid.error;
  const one = domains.info(domid.value).unwrapOr(undefined);
  return one ? [one] : refused(`Error: Domain '${operands[0]}' does not exist.\n`);
}

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
    ` ${pad(domain.domid, 5)} ${pad(Math.floor(domain.currentMemkb / 1024), 5)} ${pad(onlineVcpus(host, domain), 5)}`,
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
