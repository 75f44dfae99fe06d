/**
 * `xl pmem-list` and `xl pmem-setup` as RFC v4 has them (reference/xen-vnvdimm.md 4.12), and what goes beyond it: setting up a
 * namespace that dom0 reports, and taking one back.
 */
import { type Result } from "neverthrow";
import { type Errno, strerror } from "../../abi/errno.ts";
import { type Json } from "../../base/json.ts";
import { type Range } from "../../base/range.ts";
import { hex, parseInteger, parseSize } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { DEFAULT_ALIGN, explainSetup, type SetupRefusal, type SetupRequest } from "../../toolstack/mod.ts";
import { type Outcome } from "../language/command.ts";
import { type XlArguments } from "./getopt.ts";
import { planRows, planValue } from "./pmem_plan.ts";
import { dropped, refused, said, type XlVerb } from "./verb.ts";

export const pmemList: XlVerb = {
  name: "pmem-list",
  summary: "List PMEM regions that Xen knows",
  usage: "[options]",
  options: [
    "-r, --raw    what Xen was told of or found in NFIT",
    "-m, --mgmt   what holds Xen's structures",
    "-d, --data   what guests may get",
  ],
  effect: "reads",
  syntax: { short: "rmd", long: { raw: "r", mgmt: "m", data: "d" } },
  required: 0,
  run(host, { flags }) {
    const chosen = LISTS.filter(({ flag }) => flags.has(flag));
    let out = "";
    const value: { [kind: string]: Json } = {};
    for (const { kind, read } of chosen.length > 0 ? chosen : LISTS) {
      const regions = read(host.toolstack.tools.pmem);
      if (regions.isErr()) return { ...refused(`Error: pmem-list failed: ${strerror(regions.error)}\n`), out };
      value[kind.toLowerCase()] = regions.value.map(({ json }) => json);
      if (regions.value.length === 0) continue;
      out += `List of ${kind} PMEM regions:\n${regions.value.map(({ row }, i) => ` ${i}: ${row}\n`).join("")}`;
    }
    return said(out, value);
  },
};

/** One region as a row and as data. */
interface Listed {
  readonly row: string;
  readonly json: Json;
}

type Pmem = Fork["toolstack"]["tools"]["pmem"];

const span = ({ start, end }: Range): string => `mfn ${hex(start)} - ${hex(end)}`;
const frames = ({ start, end }: Range) => ({ smfn: start, emfn: end });

const LISTS: readonly {
  readonly flag: string;
  readonly kind: string;
  read(pmem: Pmem): Result<Listed[], Errno>;
}[] = [
  {
    flag: "r",
    kind: "RAW",
    read: (pmem) =>
      pmem.raw().map((list) =>
        list.map((r) => ({ row: `${span(r)}, pxm ${r.pxm}`, json: { ...frames(r), pxm: r.pxm } }))
      ),
  },
  {
    flag: "m",
    kind: "MGMT",
    read: (pmem) =>
      pmem.mgmt().map((list) =>
        list.map((r) => ({ row: `${span(r)}, used ${hex(r.used)} pages`, json: { ...frames(r), used: r.used } }))
      ),
  },
  {
    flag: "d",
    kind: "DATA",
    read: (pmem) =>
      pmem.data().map((list) =>
        list.map((r) => ({
          row: `${span(r)}, mgmt ${span(r.mgmt)}`,
          json: { ...frames(r), mgmt_smfn: r.mgmt.start, mgmt_emfn: r.mgmt.end },
        }))
      ),
  },
];

/** `--mgmt NS` beside `--namespace`; alone it is v4's spelling of -m. */
export const pmemSetup: XlVerb = {
  name: "pmem-setup",
  summary: "Hand persistent memory to Xen",
  usage: "-m SMFN EMFN | -d SMFN EMFN MGMT_SMFN MGMT_EMFN | --namespace NS [--mgmt NS] [--align 16M|1G]",
  options: [
    "-m, --mgmt   frames for Xen's structures (where Xen manages pmem)",
    "-d, --data   frames for guests, and the range that holds their structures",
    "--namespace NS   a namespace of dom0's (where dom0 manages pmem; ext)",
    "--mgmt NS        with it: a raw namespace that holds the structures (ext)",
    "--align SIZE     with it: where the data of a raw namespace begin (ext)",
  ],
  effect: "destroys",
  syntax: {
    short: "md",
    long: { mgmt: "m", data: "d", "namespace=": "namespace", "align=": "align" },
    // NS of --mgmt is an operand, as SMFN of -m is.
    anywhere: true,
  },
  required: 0,
  run(host, args) {
    const namespace = args.values.get("namespace");
    return namespace === undefined ? setupFrames(host, args) : setupNamespace(host, namespace, args);
  },
};

function setupNamespace(host: Fork, namespace: string, { flags, values, operands }: XlArguments): Outcome {
  const text = values.get("align");
  const align = text === undefined ? DEFAULT_ALIGN : parseSize(text) ?? 0;
  const [mgmt, ...more] = operands;
  if (flags.has("d") || more.length > 0 || flags.has("m") !== (mgmt !== undefined)) return usage();
  const request: SetupRequest = { namespace, mgmt, align };
  const planned = host.toolstack.setup(request);
  if (planned.isErr()) return refused(failure(planned.error));
  return said(planRows(planned.value).map((row) => `${row}\n`).join(""), planValue(planned.value));
}

function setupFrames(host: Fork, { flags, values, operands }: XlArguments): Outcome {
  const data = flags.has("d");
  const expected = data ? 4 : 2;
  if (data === flags.has("m") || values.size > 0 || operands.length !== expected) return usage();
  const numbers = operands.map((operand) => parseInteger(operand));
  const bad = numbers.findIndex((number) => number === undefined);
  if (bad >= 0) return refused(`xl: failed to convert "${operands[bad]}" to number\n`);
  const [start, end, mgmtStart, mgmtEnd] = numbers as [number, number, number, number];
  const mgmt = data ? { start: mgmtStart, end: mgmtEnd } : undefined;
  return host.toolstack.setupRange({ range: { start, end }, mgmt }).match(
    () => said(""),
    (refusal) => refused(failure(refusal)),
  );
}

const usage = (): Outcome => refused(`Error: 'xl pmem-setup' ${pmemSetup.usage}\n`, 2);

/** v4 prints what errno says; a refusal of our own has a sentence instead, and every one has a way out. */
function failure(refusal: SetupRefusal): string {
  const { what, hint } = explainSetup(refusal);
  const reason = refusal.kind === "hypercall" ? strerror(refusal.errno) : what;
  const detail = refusal.kind === "hypercall" ? `${what}\n` : "";
  return `Error: pmem-setup failed, ${reason}\n${detail}${hint}\n`;
}

export const pmemRelease: XlVerb = {
  name: "pmem-release",
  summary: "Take a namespace back from Xen, its content untouched",
  usage: "--namespace NS [--forget DOMAIN[,DOMAIN…]]",
  options: [
    "--namespace NS    the namespace",
    "--forget DOMAIN   give up the claim of a guest that is not running, by name or UUID",
  ],
  ext: true,
  effect: "writes",
  syntax: { short: "", long: { "namespace=": "namespace", "forget=": "forget" } },
  required: 0,
  run(host, { values, operands }) {
    const namespace = values.get("namespace");
    if (namespace === undefined || operands.length > 0) {
      return dropped(`Error: 'xl pmem-release' ${pmemRelease.usage}\n`, 2);
    }
    const forget = values.get("forget")?.split(",") ?? [];
    return host.toolstack.release({ namespace, forget }).match(
      ({ forgotten }) => {
        const rest = forgotten.map((name) => `${name} has no claim on it any more\n`).join("");
        return said(`${namespace} is dom0's again\n${rest}`, { namespace, forgotten: [...forgotten] });
      },
      (refusal) => {
        const { what, hint } = explainSetup(refusal);
        return dropped(`Error: pmem-release failed, ${what}\n${hint}\n`);
      },
    );
  },
};
