/** `help hypercalls` and `help differences`: printed from the tables that the hypervisor itself runs by. */
import { dmOp, domctl, nvdimmOp, platformOp, sysctl } from "../../abi/mod.ts";
import { type Fields, type Structure } from "../../base/structure.ts";
import { type Difference, DIFFERENCES, type Operation, OPERATIONS } from "../../xen/mod.ts";
import { cName } from "../trace/decode.ts";
import { type HelpPage } from "./help.ts";
import { TOOL_DIFFERENCES } from "./tool_differences.ts";

const structureLines = ({ name, size, fields }: Structure<Fields>): string[] => [
  `    struct ${name}, ${size} bytes`,
  ...Object.entries(fields).map(([field, { offset, kind, size }]) =>
    `      ${String(offset).padStart(4)}  ${`${kind}${kind === "bytes" ? `[${size}]` : ""}`.padEnd(10)}  ${
      cName(field)
    }`
  ),
];

/** What stands around an operation's own structure. */
const FRAMES = [
  "platform_op, sysctl, domctl: one pointer to a structure whose u begins with the operation's own; nvdimm_op's own is one",
  "more such frame. memory_op: a command register, cmd | done << 6, and a pointer; sched_op: a command and a pointer. dm_op:",
  "a domid, a number of buffers and a pointer to their handles and sizes; the first buffer holds the operation.",
  ...[platformOp, sysctl, domctl, nvdimmOp, dmOp].flatMap(structureLines),
];

function operationText({ name, hypercall, origin, summary, structures, checks }: Operation): string {
  const order = checks.map(({ errno, when }, i) =>
    `    ${String(i + 1).padStart(2)}. ${(errno ? `-${errno}` : "stops").padEnd(9)} ${when}`
  );
  return [
    `${name}  (${hypercall}, ${origin})`,
    `  ${summary}`,
    ...structures.flatMap(structureLines),
    ...(order.length > 0 ? ["    checks, in order"] : []),
    ...order,
  ]
    .join("\n");
}

const KINDS: readonly (readonly [Difference["kind"], string])[] = [
  ["corrected", "Defects of the real thing that are corrected here"],
  ["ext", "Beyond any real series (ext)"],
  ["choice", "Choices where the sources disagree or say nothing"],
  ["not modeled", "Not modeled"],
];

const ofKind = (kind: Difference["kind"]): string =>
  [...DIFFERENCES, ...TOOL_DIFFERENCES].filter((difference) => difference.kind === kind)
    .map(({ of, real, here }) => `  ${of}: ${real}\n    here: ${here}\n`).join("");

export const hypervisorPages: readonly HelpPage[] = [
  {
    word: "hypercalls",
    summary: "each operation's structure, and its checks in order",
    text: () => `${[FRAMES.join("\n"), ...OPERATIONS.map(operationText)].join("\n\n")}\n`,
  },
  {
    word: "differences",
    summary: "where the model goes its own way, and why",
    text: () => KINDS.map(([kind, title]) => `${title}\n${ofKind(kind)}`).join("\n"),
  },
];
