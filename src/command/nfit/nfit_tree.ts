/**
 * An NFIT as a tree of fields: every structure with what it refers to, what refers to it and what the linter has against
 * it. `nfit show` prints it, the console opens and closes it. Any bytes will do.
 */
import {
  type DescribedField,
  type DescribedStructure,
  describeNfit,
  type LintFinding,
  lintNfit,
} from "../../acpi/mod.ts";
import { hex, PAGE_SIZE } from "../../base/units.ts";
import { type FieldNode } from "../language/console_host.ts";
import { withFaults } from "../tables/faults.ts";
import { hexPreview, valueAndMeaning } from "../tables/field_text.ts";
import { type FrameName } from "../tables/source.ts";

export interface NfitTreeOptions {
  /** What the linter found, where that is known already. */
  readonly findings?: readonly LintFinding[];
  /** What the frames of the table's addresses are called: a guest's `gfn`, the machine's `mfn`. */
  readonly frames?: FrameName | undefined;
}

/** Header, structures in table order, bytes that nobody claims. */
export function nfitTree(bytes: Uint8Array, options: NfitTreeOptions = {}): FieldNode[] {
  const { findings = lintNfit(bytes), frames } = options;
  const { header, structures, rest } = describeNfit(bytes);
  const namers = namersOf(structures);
  const tree = [...(header ? [header] : []), ...structures, ...rest].map((structure) =>
    structureNode(structure, structures, namers, frames)
  );
  return withFaults(tree, findings.map((finding) => ({ ...finding, text: finding.message })));
}

function structureNode(
  structure: DescribedStructure,
  all: readonly DescribedStructure[],
  namers: ReadonlyMap<number, readonly number[]>,
  frames: FrameName | undefined,
): FieldNode {
  const { number, title, summary, offset, length } = structure;
  const id = String(offset);
  const named = number === undefined ? undefined : namers.get(number);
  return {
    id,
    name: number === undefined ? title : `#${number} ${title}`,
    value: summary,
    note: named && `← ${numbers(named)}`,
    offset,
    length,
    fault: undefined,
    children: structure.fields.map((field) => fieldNode(id, field, all, frames)),
  };
}

function fieldNode(
  parent: string,
  field: DescribedField,
  all: readonly DescribedStructure[],
  frames: FrameName | undefined,
): FieldNode {
  const { name, offset, length } = field;
  const { value, meaning } = valueAndMeaning(field.text);
  return {
    id: `${parent}/${offset}`,
    name,
    value: value || hexPreview(field.hex),
    note: field.refersTo
      ? referenceText(field.refersTo, all)
      : name === RANGE_BASE
      ? frameText(value, frames)
      : meaning,
    offset,
    length,
    fault: undefined,
    children: [],
  };
}

const RANGE_BASE = "System Physical Address Range Base";

const frameText = (address: string, frames: FrameName | undefined): string | undefined =>
  frames && `→ ${frames} ${hex(BigInt(address) / BigInt(PAGE_SIZE))}`;

const referenceText = (targets: readonly number[], all: readonly DescribedStructure[]): string => {
  const [first] = targets;
  if (first === undefined) return "→ nothing";
  return targets.length === 1 ? `→ #${first} ${all[first]!.summary}` : `→ ${numbers(targets)}`;
};

/** More than these say no more. */
const MOST_NUMBERS = 8;

function numbers(list: readonly number[]): string {
  const shown = list.slice(0, MOST_NUMBERS).map((number) => `#${number}`).join(" ");
  return list.length > MOST_NUMBERS ? `${shown} … ${list.length} in all` : shown;
}

/** Who refers to each structure, by number. */
function namersOf(structures: readonly DescribedStructure[]): Map<number, number[]> {
  const namers = new Map<number, number[]>();
  for (const { number, refersTo } of structures) {
    for (const target of refersTo) {
      const list = namers.get(target);
      if (!list) namers.set(target, [number!]);
      else if (list.at(-1) !== number) list.push(number!);
    }
  }
  return namers;
}
