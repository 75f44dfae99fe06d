/** Steps told by what they are, on what, and how often: what a preview shows of fifty label writes. */
import { type Step } from "../abi/steps.ts";
import { hex } from "../base/units.ts";
import { type Fork } from "./fork.ts";
import { type StepRun } from "./journal.ts";

export interface StepGroup {
  readonly kind: Step["kind"];
  /** `index block`, `label slot`, `XENPF_pmem_add`, `bind`. */
  readonly what: string;
  /** The DIMM, domain or object touched; empty where there is none. */
  readonly target: string;
  readonly count: number;
  readonly bytes: number;
}

/** What the operator calls a DIMM: Linux's name, where a Linux has named it. */
export type DimmNames = (handle: number) => string;

/** In order of first appearance. */
export function groupSteps(runs: readonly StepRun[], dimmName: DimmNames): StepGroup[] {
  const groups = new Map<string, { -readonly [K in keyof StepGroup]: StepGroup[K] }>();
  for (const { step, count } of runs) {
    const group = groupOf(step, dimmName);
    const key = `${group.kind} ${group.what} ${group.target}`;
    const known = groups.get(key);
    if (!known) groups.set(key, { ...group, count, bytes: group.bytes * count });
    else {
      known.count += count;
      known.bytes += group.bytes * count;
    }
  }
  return [...groups.values()];
}

function groupOf(step: Step, dimmName: DimmNames): StepGroup {
  switch (step.kind) {
    case "medium-write":
      return {
        kind: step.kind,
        what: step.note.replace(/ [0-9(].*$/, ""),
        target: dimmName(step.handle),
        count: 1,
        bytes: step.bytes.length,
      };
    case "hypercall":
      return { kind: step.kind, what: step.name, target: "", count: 1, bytes: step.input.length };
    case "dom0":
      return { kind: step.kind, what: step.what, target: step.target, count: 1, bytes: 0 };
    case "domain":
      return { kind: step.kind, what: step.what, target: step.domain, count: 1, bytes: 0 };
  }
}

/** dom0's names; under management `xen` dom0 has none, and the device handle stands for the DIMM. */
export function dimmNamesOn(fork: Fork): DimmNames {
  const names = new Map(fork.dom0.dimms().map(({ handle, name }) => [handle, name]));
  return (handle) => names.get(handle) ?? `DIMM ${hex(handle)}`;
}

const KIND_WORD: Record<Step["kind"], string> = {
  "medium-write": "write",
  hypercall: "hypercall",
  dom0: "dom0",
  domain: "domain",
};

/** `write      8 × index block on DIMM 0x1001, 2048 bytes`. */
export function groupText({ kind, what, target, count, bytes }: StepGroup): string {
  const times = count === 1 ? "" : `${count} × `;
  const on = target === "" ? "" : kind === "medium-write" ? ` on ${target}` : ` ${target}`;
  return `${KIND_WORD[kind].padEnd(9)}  ${times}${what}${on}${bytes === 0 ? "" : `, ${bytes} bytes`}`;
}
