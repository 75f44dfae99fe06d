/** `help hypercalls` and `help differences`: printed from the tables that the hypervisor itself runs by. */
import { type Difference, DIFFERENCES, type Operation, OPERATIONS } from "../../xen/mod.ts";
import { type HelpPage } from "./help.ts";

function operationText({ name, hypercall, origin, summary, structures, checks }: Operation): string {
  const fields = structures.flatMap((structure) => [
    `    struct ${structure.name}, ${structure.size} bytes`,
    ...Object.entries(structure.fields).map(([field, { offset, kind, size }]) =>
      `      ${String(offset).padStart(4)}  ${`${kind}${kind === "bytes" ? `[${size}]` : ""}`.padEnd(10)}  ${field}`
    ),
  ]);
  const order = checks.map(({ errno, when }, i) =>
    `    ${String(i + 1).padStart(2)}. ${(errno ? `-${errno}` : "stops").padEnd(9)} ${when}`
  );
  return [
    `${name}  (${hypercall}, ${origin})`,
    `  ${summary}`,
    ...fields,
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
  DIFFERENCES.filter((difference) => difference.kind === kind)
    .map(({ of, real, here }) => `  ${of}: ${real}\n    here: ${here}\n`).join("");

export const hypervisorPages: readonly HelpPage[] = [
  {
    word: "hypercalls",
    summary: "each operation's structure, and its checks in order",
    text: () => `${OPERATIONS.map(operationText).join("\n\n")}\n`,
  },
  {
    word: "differences",
    summary: "where the model goes its own way, and why",
    text: () => KINDS.map(([kind, title]) => `${title}\n${ofKind(kind)}`).join("\n"),
  },
];
