/**
 * `xen-ndctl` of RFC v3: the same operations as `xl pmem-list` and `xl pmem-setup` by another name, where Xen manages pmem
 * (reference/xen-vnvdimm.md 4.12). Its exit status is a negative errno modulo 256.
 */
import { err, ok } from "neverthrow";
import { type Errno, exitOf, strerror } from "../../abi/errno.ts";
import { hex, parseInteger } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { explainSetup } from "../../toolstack/mod.ts";
import { type AnyCommand, declare, type Effect, type Outcome } from "../language/command.ts";
import { refused, said } from "./verb.ts";

interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly effect: Effect;
  readonly least: number;
  readonly most: number;
  run(host: Fork, operands: readonly string[]): Outcome;
}

const failed = (errno: Errno, text = ""): Outcome => refused(text, exitOf(errno));

const VERBS: readonly Verb[] = [
  {
    name: "help",
    summary: "Describe a command",
    usage: "[COMMAND]",
    effect: "reads",
    least: 0,
    most: 1,
    run(_host, [name]) {
      const shown = VERBS.filter((verb) => name === undefined || verb.name === name);
      if (shown.length === 0) return failed("EINVAL", `xen-ndctl: no command '${name}'\n`);
      return said(shown.map(({ name, usage, summary }) => `xen-ndctl ${name} ${usage}\n    ${summary}\n`).join(""));
    },
  },
  {
    name: "list",
    summary: "List PMEM regions",
    usage: "[--all|--raw|--mgmt|--data]",
    effect: "reads",
    least: 0,
    most: 1,
    run: listRegions,
  },
  {
    name: "list-cmds",
    summary: "List commands",
    usage: "",
    effect: "reads",
    least: 0,
    most: 0,
    run: () => said(VERBS.map(({ name }) => `${name}\n`).join("")),
  },
  {
    name: "setup-data",
    summary: "Set up a range of frames for guests",
    usage: "SMFN EMFN MGMT_SMFN MGMT_EMFN",
    effect: "writes",
    least: 4,
    most: 4,
    run: setup,
  },
  {
    name: "setup-mgmt",
    summary: "Set up a range of frames for Xen's structures",
    usage: "SMFN EMFN",
    effect: "destroys",
    least: 2,
    most: 2,
    run: setup,
  },
];

function listRegions(host: Fork, [option = "--all"]: readonly string[]): Outcome {
  const { pmem } = host.toolstack.tools;
  const span = ({ start, end }: { start: number; end: number }) => `${hex(start)} - ${hex(end)}`;
  const sections: Record<string, () => string> = {
    "--raw": () => section("Raw", pmem.raw().unwrapOr([]).map((r) => `MFN ${span(r)}, PXM ${r.pxm}`)),
    "--mgmt": () => section("Management", pmem.mgmt().unwrapOr([]).map((r) => `MFN ${span(r)}, used ${hex(r.used)}`)),
    "--data": () => section("Data", pmem.data().unwrapOr([]).map((r) => `MFN ${span(r)}, MGMT MFN ${span(r.mgmt)}`)),
  };
  if (option !== "--all" && !Object.hasOwn(sections, option)) {
    return failed("EINVAL", `xen-ndctl: unknown argument '${option}'\n`);
  }
  const chosen = option === "--all" ? Object.values(sections) : [sections[option]!];
  return said(chosen.map((text) => text()).join(""));
}

const section = (title: string, rows: readonly string[]): string =>
  rows.length === 0 ? "" : `${title} PMEM regions:\n${rows.map((row, i) => ` ${i}: ${row}\n`).join("")}`;

function setup(host: Fork, operands: readonly string[]): Outcome {
  const numbers = operands.map((operand) => parseInteger(operand));
  const bad = numbers.findIndex((number) => number === undefined);
  if (bad >= 0) return failed("EINVAL", `xen-ndctl: '${operands[bad]}' is not a number\n`);
  const [start, end, mgmtStart, mgmtEnd] = numbers as [number, number, number, number];
  const mgmt = operands.length === 4 ? { start: mgmtStart, end: mgmtEnd } : undefined;
  return host.toolstack.setupRange({ range: { start, end }, mgmt }).match(
    () => said(""),
    (refusal) => {
      const { what, hint } = explainSetup(refusal);
      if (refusal.kind !== "hypercall") return failed("EINVAL", `xen-ndctl: ${what}\n${hint}\n`);
      return failed(refusal.errno, `xen-ndctl: ${strerror(refusal.errno)}\n${what}\n${hint}\n`);
    },
  );
}

const commandOf = (verb: Verb): AnyCommand =>
  declare<readonly string[]>({
    kind: "host",
    vocabulary: "xen-ndctl",
    name: ["xen-ndctl", verb.name],
    summary: verb.summary,
    usage: verb.usage,
    effect: verb.effect,
    parse(argv) {
      if (argv.length >= verb.least && argv.length <= verb.most) return ok(argv);
      const why = argv.length < verb.least ? "too few arguments" : `extra argument '${argv[verb.most]}'`;
      return err({ err: `xen-ndctl: ${why}\nusage: xen-ndctl ${verb.name} ${verb.usage}\n`, status: exitOf("EINVAL") });
    },
    // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
    *run(host, operands) {
      return verb.run(host, operands);
    },
  });

/** What no verb takes: an unknown one is -ENOSYS. */
const unknown: AnyCommand = declare<readonly string[]>({
  kind: "host",
  vocabulary: "xen-ndctl",
  name: ["xen-ndctl"],
  summary: "Manage the persistent memory that Xen manages (RFC v3)",
  usage: "COMMAND …",
  effect: "reads",
  parse: ([name]) =>
    name === undefined
      ? ok([])
      : err({ err: `xen-ndctl: unknown command '${name}'; list-cmds shows them\n`, status: exitOf("ENOSYS") }),
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host) {
    return { ...VERBS[0]!.run(host, []), status: exitOf("EINVAL") };
  },
});

export const xenNdctlCommands: readonly AnyCommand[] = [unknown, ...VERBS.map(commandOf)];
