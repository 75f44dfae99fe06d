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
import { type FieldNode } from "../language/console_host.ts";
import { hexPreview, valueAndMeaning } from "../tables/field_text.ts";

/** Header, structures in table order, bytes that nobody claims. */
export function nfitTree(bytes: Uint8Array, findings: readonly LintFinding[] = lintNfit(bytes)): FieldNode[] {
  const { header, structures, rest } = describeNfit(bytes);
  const namers = namersOf(structures);
  const faults = new FindingsByPlace(findings);
  return [...(header ? [header] : []), ...structures, ...rest].map((structure) =>
    structureNode(structure, structures, namers, faults)
  );
}

function structureNode(
  structure: DescribedStructure,
  all: readonly DescribedStructure[],
  namers: ReadonlyMap<number, readonly number[]>,
  faults: FindingsByPlace,
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
    fault: faults.at(offset, length),
    children: structure.fields.map((field) => fieldNode(id, field, all, faults)),
  };
}

function fieldNode(
  parent: string,
  field: DescribedField,
  all: readonly DescribedStructure[],
  faults: FindingsByPlace,
): FieldNode {
  const { name, offset, length } = field;
  const { value, meaning } = valueAndMeaning(field.text);
  return {
    id: `${parent}/${offset}`,
    name,
    value: value || hexPreview(field.hex),
    note: field.refersTo ? referenceText(field.refersTo, all) : meaning,
    offset,
    length,
    fault: faults.at(offset, length),
    children: [],
  };
}

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
  for (const { number, fields } of structures) {
    for (const target of fields.flatMap((field) => field.refersTo ?? [])) {
      const list = namers.get(target);
      if (!list) namers.set(target, [number!]);
      else if (list.at(-1) !== number) list.push(number!);
    }
  }
  return namers;
}

/** Findings by the bytes they are about: a field's, or a structure's as a whole. */
class FindingsByPlace {
  readonly #messages = new Map<string, string>();

  constructor(findings: readonly LintFinding[]) {
    for (const { offset, length, severity, message } of findings) {
      const place = `${offset}+${length}`;
      const text = severity === "error" ? message : `${severity}: ${message}`;
      const before = this.#messages.get(place);
      this.#messages.set(place, before === undefined ? text : `${before}; ${text}`);
    }
  }

  at(offset: number, length: number): string | undefined {
    return this.#messages.get(`${offset}+${length}`);
  }
}
