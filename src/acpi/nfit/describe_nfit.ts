/**
 * An NFIT as a firmware engineer wants to read it: every structure with every field, raw and decoded, and what its
 * indices refer to. Screens, `nfit show` and its JSON are views of this tree. Any bytes will do.
 */
import { hexText } from "../../base/bytes.ts";
import { type Field, type Fields, type FieldText, type Meaning, type Structure } from "../../base/structure.ts";
import { hex, shortSize } from "../../base/units.ts";
import { handleText } from "./device_handle.ts";
import { swapped16, swapped32, uniqueId } from "./dimm_identity.ts";
import { decodeLoosely, decodeStructures, type NfitStructure, type StructureList } from "./nfit.ts";
import { declarationOf, NFIT_HEADER_SIZE, type NfitHeader, nfitHeader, type NfitKind } from "./structures.ts";

/**
 * One field by the specification's words; `offset` counts from the start of the table, `text` is like `0x3 (proximity
 * domain valid, …)` or `0x1ffe0000 (511.88 MiB)`.
 */
export interface DescribedField extends FieldText {
  /**
   * For an index or a handle: the positions in the list of the structures it refers to, the first few at the most; empty
   * where it dangles.
   */
  readonly refersTo?: readonly number[];
}

export interface DescribedStructure {
  /** Position in the list, counted from 0; undefined for the table's header. */
  readonly number: number | undefined;
  readonly kind: NfitKind | "header" | "rest";
  readonly title: string;
  /** One line that tells this structure from its neighbours: `index 2, 0x100000000, 511.88 MiB`. */
  readonly summary: string;
  readonly offset: number;
  readonly length: number;
  /** Positions of the structures that its fields refer to, in the order of the fields. */
  readonly refersTo: readonly number[];
  readonly fields: readonly DescribedField[];
}

export interface DescribedNfit {
  /** Undefined for a `_FIT` buffer, and for bytes too few to hold one. */
  readonly header: DescribedStructure | undefined;
  readonly structures: readonly DescribedStructure[];
  /** Bytes no structure claims, and those behind the table. */
  readonly rest: readonly DescribedStructure[];
}

/** A whole table, sound or not. */
export function describeNfit(bytes: Uint8Array): DescribedNfit {
  const loose = decodeLoosely(bytes);
  const { structures, rest } = describeList(loose);
  const beyond = restOf(loose.beyond, bytes.length - loose.beyond.length);
  return { header: loose.header && describeHeader(bytes, loose.header), structures, rest: [...rest, ...beyond] };
}

/** The structures alone, as `_FIT` returns them. */
export const describeFit = (bytes: Uint8Array): DescribedNfit => ({
  header: undefined,
  ...describeList(decodeStructures(bytes)),
});

function describeList(list: StructureList): Omit<DescribedNfit, "header"> {
  const targets = referenceTargets(list.structures);
  const structures = list.structures.map((structure, number) => describeStructure(structure, number, targets));
  return { structures, rest: restOf(list.rest, list.end) };
}

export const describeHeader = (bytes: Uint8Array, header: NfitHeader): DescribedStructure => ({
  number: undefined,
  kind: "header",
  title: "NFIT header",
  summary: `${header.signature}, ${header.length} bytes`,
  offset: 0,
  length: NFIT_HEADER_SIZE,
  refersTo: [],
  fields: fieldsOf(bytes.subarray(0, NFIT_HEADER_SIZE), 0, nfitHeader, header, "header", new Map()),
});

/** One structure by itself: its indices lead nowhere without `targets`. */
export const describeStructure = (
  structure: NfitStructure,
  number: number,
  targets: Targets = new Map(),
): DescribedStructure => new Described(structure, number, targets);

/** Tells when it is asked: all the words about a table take a hundred times its memory. */
class Described implements DescribedStructure {
  readonly #structure: NfitStructure;
  readonly #targets: Targets;

  constructor(structure: NfitStructure, readonly number: number, targets: Targets) {
    this.#structure = structure;
    this.#targets = targets;
  }
  get kind(): NfitKind {
    return this.#structure.kind;
  }
  get title(): string {
    return this.kind === "short" ? "Structure too short for its type" : this.#declaration.name;
  }
  get summary(): string {
    return summaryOf(this.#structure);
  }
  get offset(): number {
    return this.#structure.offset;
  }
  get length(): number {
    return this.#structure.raw.length;
  }
  get refersTo(): number[] {
    const fields = Object.entries(this.#declaration.fields);
    return fields.flatMap(([key, field]) => referred(field, this.#values[key]!, this.#targets) ?? []);
  }
  get fields(): DescribedField[] {
    return fieldsOf(this.#structure.raw, this.offset, this.#declaration, this.#values, this.kind, this.#targets);
  }
  get #declaration(): Structure<Fields> {
    return declarationOf(this.kind, this.length);
  }
  get #values(): Values {
    return this.#structure.record as unknown as Values;
  }
}

export function restOf(bytes: Uint8Array, offset: number): DescribedStructure[] {
  if (bytes.length === 0) return [];
  const field = { name: "Data", offset, length: bytes.length, hex: hexText(bytes), text: "", reserved: false };
  const summary = `${bytes.length} bytes`;
  return [{
    number: undefined,
    kind: "rest",
    title: "Unclaimed bytes",
    summary,
    offset,
    length: bytes.length,
    refersTo: [],
    fields: [field],
  }];
}

function fieldsOf(
  raw: Uint8Array,
  origin: number,
  declaration: Structure<Fields>,
  values: Values,
  kind: DescribedStructure["kind"],
  targets: Targets,
): DescribedField[] {
  const described = Object.entries(declaration.fields).map(([key, field]): DescribedField => {
    const value = values[key]!;
    const length = field.size || Math.max(0, raw.length - field.offset);
    const bytes = raw.subarray(field.offset, field.offset + length);
    const refersTo = referred(field, value, targets);
    return {
      name: field.meaning?.title ?? key,
      offset: origin + field.offset,
      length,
      hex: hexText(bytes),
      text: fieldText(kind, key, field, value, values),
      reserved: field.meaning?.reserved ?? false,
      ...(refersTo && { refersTo }),
    };
  }).sort((a, b) => a.offset - b.offset);
  const hasTail = Object.values(declaration.fields).some((field) => field.size === 0);
  if (hasTail || raw.length <= declaration.size) return described;
  const rest = raw.subarray(declaration.size);
  const extra = { name: "Not defined", offset: origin + declaration.size, length: rest.length, hex: hexText(rest) };
  return [...described, { ...extra, text: "", reserved: false }];
}

/** Undefined for a field that refers to nothing. */
const referred = (field: Field, value: Value, targets: Targets): readonly number[] | undefined =>
  field.meaning?.refersTo && value !== 0 ? targets.get(field.meaning.refersTo)?.get(value as number) ?? [] : undefined;

type Value = number | bigint | string | Uint8Array | readonly number[] | readonly bigint[];
type Values = Readonly<Record<string, Value>>;

/** Fields whose meaning is more than their number. The record is there for those that need another field. */
const TEXT: Readonly<Record<string, (value: Value, record: Values) => string>> = {
  handle: (value) => `${hex(value as number)} (${handleText(value as number)})`,
  rangeLength: (value) => sizeText(value as bigint),
  regionSize: (value) => sizeText(value as bigint),
  lineSize: (value) => sizeText(BigInt(value as number)),
  capacity: (value) => sizeText(value as bigint),
  proximityDomain: (value, { flags }) =>
    ((flags as number) & 2) !== 0 ? String(value) : `${value} (the flags say it is not valid)`,
  manufacturingDate: (value, record) => dateText(value as number, record["validFields"] as number),
  vendorId: (value) => swappedText(value as number),
  deviceId: (value) => swappedText(value as number),
  revisionId: (value) => swappedText(value as number),
  subsystemVendorId: (value) => swappedText(value as number),
  subsystemDeviceId: (value) => swappedText(value as number),
  subsystemRevisionId: (value) => swappedText(value as number),
  serialNumber: (value) => `${hex(value as number, 8)} (Linux prints ${hex(swapped32(value as number), 8)})`,
  highestValid: (value) => `bit ${value}`,
  checksum: (value) => hex(value as number, 2),
};

/** Identifiers are stored in SPD byte order: Linux and ndctl print them the other way round. */
const swappedText = (value: number): string => `${hex(value, 4)} (Linux prints ${hex(swapped16(value), 4)})`;

/** Two BCD digits of the year, two of the week. */
function dateText(value: number, valid: number): string {
  const digits = swapped16(value).toString(16).padStart(4, "0");
  if ((valid & 1) === 0) return `${hex(value, 4)} (not valid)`;
  return `${hex(value, 4)} (year ${digits.slice(0, 2)}, week ${digits.slice(2)})`;
}

const sizeText = (value: bigint): string =>
  value < 1n << 63n ? `${hex(value)} (${shortSize(Number(value))})` : hex(value);

function fieldText(
  kind: DescribedStructure["kind"],
  key: string,
  field: Field,
  value: Value,
  record: Values,
): string {
  if (kind !== "header" && TEXT[key]) return TEXT[key](value, record);
  if (value instanceof Uint8Array) return field.meaning?.reserved ? "" : bytesText(value);
  if (Array.isArray(value)) {
    return value.map((item) => (typeof item === "bigint" ? hex(item) : String(item))).join(", ");
  }
  if (typeof value === "string") return meaningText(value, value, field.meaning);
  const number = value as number | bigint;
  const decimal = key === "type" || key === "length" || key.endsWith("Index") || key.endsWith("Count") ||
    key.endsWith("Ways");
  return meaningText(decimal ? String(number) : hex(number), number, field.meaning);
}

/** The value and, in parentheses, the bits that are set or the name it has. */
function meaningText(text: string, value: number | bigint | string, meaning: Meaning | undefined): string {
  const name = meaning?.values?.[String(value)];
  if (name) return `${text} (${name})`;
  if (!meaning?.bits || typeof value === "string") return text;
  const set = Object.entries(meaning.bits).filter(([, bit]) => ((BigInt(value) >> BigInt(bit)) & 1n) === 1n);
  return set.length === 0 ? text : `${text} (${set.map(([word]) => word).join(", ")})`;
}

/** Text where it is text. */
function bytesText(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const shown = bytes.subarray(0, end);
  if (shown.length === 0 || shown.some((byte) => byte < 0x20 || byte > 0x7e)) return "";
  return JSON.stringify(String.fromCharCode(...shown));
}

function summaryOf(structure: NfitStructure): string {
  const { record } = structure;
  switch (structure.kind) {
    case "spaRange":
      return `index ${structure.record.rangeIndex}, ${hex(structure.record.rangeBase)}, ${
        sizeText(structure.record.rangeLength).replace(/.*\((.*)\)/, "$1")
      }`;
    case "regionMapping":
      return `DIMM ${hex(structure.record.handle)} in range ${structure.record.rangeIndex}`;
    case "interleave":
      return `index ${structure.record.interleaveIndex}, ${structure.record.lineCount} lines of ${structure.record.lineSize} bytes`;
    case "controlRegion":
      return `index ${structure.record.controlRegionIndex}, ${uniqueId(structure.record)}`;
    case "blockWindow":
      return `control region ${structure.record.controlRegionIndex}`;
    case "flushHints":
      return `DIMM ${hex(structure.record.handle)}, ${structure.record.hints.length} addresses`;
    case "capabilities":
      return hex(structure.record.capabilities);
    default:
      return `type ${record.type}, ${record.length} bytes`;
  }
}

/** Positions of structures by what names them: `spaRange` 2, `handle` 0x11. */
type Targets = ReadonlyMap<string, ReadonlyMap<number, number[]>>;

/** One index names one structure, a handle a few: a table where thousands name thousands is not worth all pairs. */
const MOST_TARGETS = 16;

function referenceTargets(structures: readonly NfitStructure[]): Targets {
  const targets = new Map<string, Map<number, number[]>>();
  const add = (kind: string, index: number, position: number) => {
    const byIndex = targets.get(kind) ?? new Map<number, number[]>();
    targets.set(kind, byIndex);
    const positions = byIndex.get(index);
    if (!positions) byIndex.set(index, [position]);
    else if (positions.length < MOST_TARGETS) positions.push(position);
  };
  for (const [position, structure] of structures.entries()) {
    if (structure.kind === "spaRange") add("spaRange", structure.record.rangeIndex, position);
    if (structure.kind === "controlRegion") add("controlRegion", structure.record.controlRegionIndex, position);
    if (structure.kind === "interleave") add("interleave", structure.record.interleaveIndex, position);
    if (structure.kind === "regionMapping") add("handle", structure.record.handle, position);
  }
  return targets;
}
