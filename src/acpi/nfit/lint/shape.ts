/** Lengths and bits: what a structure has to look like whatever it says. */
import { type Fields, type Structure } from "../../../base/structure.ts";
import { isZero } from "../../../base/bytes.ts";
import { hex } from "../../../base/units.ts";
import { HANDLE_RESERVED_BITS, handleText } from "../device_handle.ts";
import { declarationOf, NFIT_KINDS } from "../structures.ts";
import { atField, type LintFinding, type Numbered } from "./finding.ts";
import { type NumberedStructure } from "./tables.ts";

export function* shapeFindings(structure: NumberedStructure): Generator<LintFinding> {
  yield* lengthFindings(structure);
  if (structure.kind === "unknown" || structure.kind === "short") return;
  yield* reservedFindings(structure);
  if (structure.kind === "regionMapping" || structure.kind === "flushHints") yield* handleFindings(structure);
}

function* lengthFindings(structure: NumberedStructure): Generator<LintFinding> {
  const { kind, record, raw } = structure;
  if (record.length > raw.length) {
    const message = `the structure claims ${record.length} bytes, ${raw.length} are left in the table`;
    yield atField("error", structure, "length", message);
    return; // any other length would only be a guess
  }
  if (kind === "unknown") {
    yield atField("warning", structure, "type", `type ${record.type} is reserved; consumers skip it`);
    return;
  }
  if (kind === "short") {
    const { name, size } = declarationOf(NFIT_KINDS[structure.type]!, 0);
    if (record.length < size) {
      yield atField(
        "error",
        structure,
        "length",
        `${name} needs at least ${size} bytes, the structure has ${record.length}`,
      );
    }
    return;
  }
  const expected = expectedLength(structure);
  if (expected !== undefined && expected.bytes !== record.length) {
    yield atField(
      "error",
      structure,
      "length",
      `length is ${record.length}, ${expected.bytes} expected${expected.why}`,
    );
  }
}

/** The one length the specification allows, given the structure's own flags and counts. */
function expectedLength(structure: NumberedStructure): { bytes: number; why: string } | undefined {
  switch (structure.kind) {
    case "spaRange":
      return (structure.record.flags & 4) !== 0
        ? { bytes: 64, why: " with a location cookie" }
        : { bytes: 56, why: " without a location cookie" };
    case "regionMapping":
      return { bytes: 48, why: "" };
    case "interleave": {
      const count = structure.record.lineCount;
      return { bytes: 16 + 4 * count, why: ` for ${count} lines` };
    }
    case "controlRegion":
      if (structure.record.windowCount !== 0) return { bytes: 80, why: " with block control windows" };
      return structure.record.length === 32 ? undefined : { bytes: 80, why: ", or 32 without block control windows" };
    case "blockWindow":
      return { bytes: 40, why: "" };
    case "flushHints": {
      const count = structure.record.hintCount;
      return { bytes: 16 + 8 * count, why: ` for ${count} addresses` };
    }
    case "capabilities":
      return { bytes: 16, why: "" };
    default:
      return undefined;
  }
}

/** Reserved bytes, and bits the specification gives no meaning to. */
function* reservedFindings(structure: NumberedStructure): Generator<LintFinding> {
  const values = structure.record as unknown as Readonly<Record<string, Uint8Array | number | bigint>>;
  for (const { key, known } of checksOf(declarationOf(structure.kind, structure.raw.length))) {
    const value = values[key]!;
    const at = (message: string) => atField("warning", structure, key as "type", message);
    if (value instanceof Uint8Array) {
      if (!isZero(value)) yield at("reserved bytes are not zero");
    } else if (typeof value === "number" ? (value & ~Number(known)) !== 0 : (value & ~known) !== 0n) {
      yield at(known === 0n ? "reserved bytes are not zero" : `bits ${hex(BigInt(value) & ~known)} are reserved`);
    }
  }
}

interface Check {
  readonly key: string;
  /** Bits that have a meaning; none in a reserved field. */
  readonly known: bigint;
}
const CHECKS = new Map<Structure<Fields>, readonly Check[]>();

/** The fields of a declaration that have reserved bits; found once, since tables have many structures. */
function checksOf(declaration: Structure<Fields>): readonly Check[] {
  const found = CHECKS.get(declaration);
  if (found) return found;
  const checks = Object.entries(declaration.fields).flatMap(([key, { meaning }]): Check[] => {
    if (meaning?.reserved) return [{ key, known: 0n }];
    if (!meaning?.bits) return [];
    return [{ key, known: Object.values(meaning.bits).reduce((mask, bit) => mask | (1n << BigInt(bit)), 0n) }];
  });
  CHECKS.set(declaration, checks);
  return checks;
}

function* handleFindings(structure: Numbered<"regionMapping"> | Numbered<"flushHints">): Generator<LintFinding> {
  const handle = structure.record.handle;
  if ((handle & HANDLE_RESERVED_BITS) === 0) return;
  const message = `bits 28 to 31 of the handle are reserved; without them it is ${handleText(handle)}`;
  if (structure.kind === "regionMapping") yield atField("warning", structure, "handle", message);
  else yield atField("warning", structure, "handle", message);
}

/** What stands behind the last structure. */
export function restFinding(rest: Uint8Array, end: number): LintFinding | undefined {
  if (rest.length === 0) return undefined;
  const claimed = rest.length >= 4 ? rest[2]! | (rest[3]! << 8) : undefined;
  const message = claimed === undefined
    ? `${rest.length} bytes are left over, too few for a structure`
    : claimed === 0
    ? `a structure of length 0 ends the walk; ${rest.length} bytes are never read`
    : `a structure of ${claimed} bytes is shorter than its own type and length`;
  return { severity: "error", path: "rest", offset: end, length: rest.length, message };
}
