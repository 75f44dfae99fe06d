/**
 * Binary structures declared once. A structure is a table of fields; reader, writer, field list (hex view) and coverage
 * check all come from it. Numbers are little-endian unless the declaration says otherwise. Reading never throws: what is
 * cut short is a fault with a place.
 */
import { err, ok, type Result } from "neverthrow";
import { guidAt, putGuid, putUuid, uuidAt } from "./guid.ts";

/** Where a format was broken: byte offset and length in the whole input, and the path of the field. */
export interface FormatFault {
  readonly kind: "format";
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly reason: string;
}

export const formatFault = (path: string, offset: number, length: number, reason: string): FormatFault => ({
  kind: "format",
  path,
  offset,
  length,
  reason,
});

/** The part of a fault that says where. */
export type Placed = Pick<FormatFault, "path" | "offset" | "length">;

type FieldKind =
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "guid"
  | "uuid"
  | "ascii"
  | "bytes"
  | "u32s"
  | "u64s"
  | "rest";

interface ValueOf {
  u8: number;
  u16: number;
  u32: number;
  u64: bigint;
  guid: string;
  uuid: string;
  ascii: string;
  bytes: Uint8Array;
  u32s: readonly number[];
  u64s: readonly bigint[];
  rest: Uint8Array;
}

/** What a value means: single bits by name, or named values. Used by views and linters, never by the reader. */
export interface Meaning {
  /** The specification's words for the field, where the key is shorter. */
  readonly title?: string;
  /** The value is the index of a structure of this kind; zero refers to none. */
  readonly refersTo?: string;
  readonly bits?: Readonly<Record<string, number>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly reserved?: true;
}

export interface Field<K extends FieldKind = FieldKind> {
  readonly kind: K;
  readonly offset: number;
  /** Bytes; zero for a tail that runs to the end of the structure. */
  readonly size: number;
  readonly meaning?: Meaning;
}

const field = <K extends FieldKind>(kind: K, offset: number, size: number, meaning?: Meaning): Field<K> =>
  meaning ? { kind, offset, size, meaning } : { kind, offset, size };

export const u8 = (offset: number, meaning?: Meaning): Field<"u8"> => field("u8", offset, 1, meaning);
export const u16 = (offset: number, meaning?: Meaning): Field<"u16"> => field("u16", offset, 2, meaning);
export const u32 = (offset: number, meaning?: Meaning): Field<"u32"> => field("u32", offset, 4, meaning);
export const u64 = (offset: number, meaning?: Meaning): Field<"u64"> => field("u64", offset, 8, meaning);
export const guid = (offset: number, meaning?: Meaning): Field<"guid"> => field("guid", offset, 16, meaning);
export const uuid = (offset: number, meaning?: Meaning): Field<"uuid"> => field("uuid", offset, 16, meaning);
/** Text up to the first NUL; bytes are taken as Latin-1 so that any content survives. */
export const ascii = (offset: number, size: number, meaning?: Meaning): Field<"ascii"> =>
  field("ascii", offset, size, meaning);
export const bytes = (offset: number, size: number, meaning?: Meaning): Field<"bytes"> =>
  field("bytes", offset, size, meaning);
/** Bytes that shall be zero; kept as they are. */
export const reserved = (offset: number, size: number): Field<"bytes"> =>
  field("bytes", offset, size, { reserved: true });
/** Tails that run to the end of the structure. */
export const u32Tail = (offset: number, meaning?: Meaning): Field<"u32s"> => field("u32s", offset, 0, meaning);
export const u64Tail = (offset: number, meaning?: Meaning): Field<"u64s"> => field("u64s", offset, 0, meaning);
export const restTail = (offset: number, meaning?: Meaning): Field<"rest"> => field("rest", offset, 0, meaning);

export type Fields = Readonly<Record<string, Field>>;
export type RecordOf<F extends Fields> = { -readonly [Name in keyof F]: ValueOf[F[Name]["kind"]] };

/** One field of a structure as a view shows it. */
export interface FieldView {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  readonly value: ValueOf[FieldKind];
  readonly meaning: Meaning | undefined;
}

/** A field for people: its bytes, and its value in words. */
export interface FieldText {
  readonly name: string;
  readonly offset: number;
  readonly length: number;
  /** The bytes in their order, without separators. */
  readonly hex: string;
  readonly text: string;
  readonly reserved: boolean;
}

export interface Structure<F extends Fields> {
  readonly name: string;
  /** Bytes without tails. */
  readonly size: number;
  readonly fields: F;
  /** The record at `offset`; `length` (default: the fixed size, or all there is with a tail) bounds the tails. */
  read(view: DataView, offset?: number, length?: number): Result<RecordOf<F>, FormatFault>;
  /** The same where the caller has made sure that it fits; past the view's end it throws a RangeError. */
  load(view: DataView, offset: number, length?: number): RecordOf<F>;
  /** The record's bytes, written over `onto` where given (so that what no field names survives). */
  write(record: RecordOf<F>, onto?: Uint8Array): Uint8Array;
  /** Writes the record in place at `offset`; it must fit, tails included. For many records in one buffer. */
  put(view: DataView, offset: number, record: RecordOf<F>): void;
  /** The record of a structure of zero bytes, tails empty: what builders start from. */
  blank(): RecordOf<F>;
  /** The fields in order of offset, with values, offsets counted from `origin`. */
  view(record: RecordOf<F>, origin?: number): FieldView[];
  /** Bytes of the fixed part that no field names, and those that two name; a tail names all from its offset on. */
  coverage(): { readonly uncovered: number[]; readonly doubled: number[] };
}

export type ByteOrder = "little-endian" | "big-endian";

/** A declaration of every byte. One that leaves a byte without a name, or gives it two, is a defect: it throws. */
export function structure<F extends Fields>(
  name: string,
  size: number,
  fields: F,
  order: ByteOrder = "little-endian",
): Structure<F> {
  const end = Math.max(...Object.values(fields).map((f) => f.offset + f.size));
  if (end > size) throw new Error(`${name}: fields up to byte ${end} of ${size}`);
  const declared = excerpt(name, size, fields, order);
  const { uncovered, doubled } = declared.coverage();
  if (uncovered.length > 0) throw new Error(`${name}: no field for bytes ${uncovered.join(", ")}`);
  if (doubled.length > 0) throw new Error(`${name}: two fields for bytes ${doubled.join(", ")}`);
  return declared;
}

/** The fields that somebody needs of a structure that has more: writing keeps the rest only where it is given `onto`. */
export function excerpt<F extends Fields>(
  name: string,
  size: number,
  fields: F,
  order: ByteOrder = "little-endian",
): Structure<F> {
  const little = order === "little-endian";
  const names = Object.keys(fields);
  const list = Object.values(fields);
  const hasTail = list.some((f) => f.size === 0);
  const blank = (): Record<string, unknown> => {
    // Parsed, because V8 turns an object that is given many properties by computed names into a slow dictionary.
    const record: Record<string, unknown> = JSON.parse(`{${names.map((n) => `"${n}":0`).join(",")}}`);
    const zeros = new DataView(new ArrayBuffer(size));
    for (let i = 0; i < list.length; i++) record[names[i]!] = readField(zeros, list[i]!, 0, size, little);
    return record;
  };
  const template = blank();
  const load = (view: DataView, offset: number, length: number): RecordOf<F> => {
    // A copy of a whole record is made faster than a record field by field, and its fields are then only replaced.
    const record: Record<string, unknown> = { ...template };
    for (let i = 0; i < list.length; i++) record[names[i]!] = readField(view, list[i]!, offset, length, little);
    return record as RecordOf<F>;
  };

  return {
    name,
    size,
    fields,
    read(view, offset = 0, length = hasTail ? view.byteLength - offset : size) {
      if (length < size || offset + length > view.byteLength) {
        const there = Math.max(0, Math.min(length, view.byteLength - offset));
        return err(formatFault(name, offset, there, `needs ${size} bytes, ${there} are there`));
      }
      return ok(load(view, offset, length));
    },
    load(view, offset, length = hasTail ? view.byteLength - offset : size) {
      return load(view, offset, length);
    },
    write(record, onto) {
      const values = record as Record<string, ValueOf[FieldKind]>;
      let tail = 0;
      for (let i = 0; i < list.length; i++) tail += tailBytes(list[i]!, values[names[i]!]!);
      const out = new Uint8Array(Math.max(size + tail, onto?.length ?? 0));
      if (onto) out.set(onto);
      const view = new DataView(out.buffer);
      for (let i = 0; i < list.length; i++) writeField(view, list[i]!, 0, values[names[i]!]!, little);
      return out;
    },
    put(view, offset, record) {
      const values = record as Record<string, ValueOf[FieldKind]>;
      for (let i = 0; i < list.length; i++) writeField(view, list[i]!, offset, values[names[i]!]!, little);
    },
    blank() {
      return blank() as RecordOf<F>;
    },
    view(record, origin = 0) {
      const values = record as Record<string, ValueOf[FieldKind]>;
      return names.map((name, i) => {
        const f = list[i]!;
        const value = values[name]!;
        return { name, offset: origin + f.offset, length: f.size || tailBytes(f, value), value, meaning: f.meaning };
      }).sort((a, b) => a.offset - b.offset);
    },
    coverage() {
      const uses = new Uint8Array(size);
      for (const f of list) {
        for (let i = f.offset; i < (f.size === 0 ? size : f.offset + f.size); i++) uses[i]!++;
      }
      const where = (test: (n: number) => boolean) => [...uses.keys()].filter((i) => test(uses[i]!));
      return { uncovered: where((n) => n === 0), doubled: where((n) => n > 1) };
    },
  };
}

/** Where a field lies, in a structure that starts at `origin`. */
export function placeOf<F extends Fields>(declared: Structure<F>, field: keyof F & string, origin = 0): Placed {
  const { offset, size } = declared.fields[field]!;
  return { path: `${declared.name}/${field}`, offset: origin + offset, length: size };
}

function readField(
  view: DataView,
  f: Field,
  origin: number,
  length: number,
  little: boolean,
): ValueOf[FieldKind] {
  const at = origin + f.offset;
  switch (f.kind) {
    case "u8":
      return view.getUint8(at);
    case "u16":
      return view.getUint16(at, little);
    case "u32":
      return view.getUint32(at, little);
    case "u64": // most are zero, and zero needs no allocation
      if (view.getUint32(at, true) === 0 && view.getUint32(at + 4, true) === 0) return 0n;
      return view.getBigUint64(at, little);
    case "guid":
      return guidAt(view, at);
    case "uuid":
      return uuidAt(view, at);
    case "ascii":
      return latin1(slice(view, at, f.size));
    case "bytes":
      return copy(view, at, f.size);
    case "rest":
      return copy(view, at, origin + length - at);
    case "u32s":
      return readWords(view, at, origin + length, little);
    case "u64s":
      return readLongWords(view, at, origin + length, little);
  }
}

// Tails are read apart: a closure in `readField` would cost every field of every record a heap-allocated context.
function readWords(view: DataView, at: number, end: number, little: boolean): number[] {
  const words = new Array<number>(Math.floor((end - at) / 4));
  for (let i = 0; i < words.length; i++) words[i] = view.getUint32(at + 4 * i, little);
  return words;
}
function readLongWords(view: DataView, at: number, end: number, little: boolean): bigint[] {
  const words = new Array<bigint>(Math.floor((end - at) / 8));
  for (let i = 0; i < words.length; i++) words[i] = view.getBigUint64(at + 8 * i, little);
  return words;
}

function writeField(view: DataView, f: Field, origin: number, value: ValueOf[FieldKind], little: boolean): void {
  const at = origin + f.offset;
  switch (f.kind) {
    case "u8":
      return view.setUint8(at, value as number);
    case "u16":
      return view.setUint16(at, value as number, little);
    case "u32":
      return view.setUint32(at, value as number, little);
    case "u64":
      return view.setBigUint64(at, value as bigint, little);
    case "guid":
      return putGuid(view, at, value as string);
    case "uuid":
      return putUuid(view, at, value as string);
    case "ascii":
      slice(view, at, f.size).fill(0);
      return setBytes(view, at, latin1Bytes(value as string).subarray(0, f.size));
    case "bytes":
    case "rest":
      return setBytes(view, at, value as Uint8Array);
    case "u32s":
      return writeWords(view, at, value as number[], little);
    case "u64s":
      return writeLongWords(view, at, value as bigint[], little);
  }
}

const writeWords = (view: DataView, at: number, words: readonly number[], little: boolean): void =>
  words.forEach((word, i) => view.setUint32(at + 4 * i, word, little));
const writeLongWords = (view: DataView, at: number, words: readonly bigint[], little: boolean): void =>
  words.forEach((word, i) => view.setBigUint64(at + 8 * i, word, little));

function tailBytes(f: Field, value: ValueOf[FieldKind]): number {
  if (f.size !== 0) return 0;
  const width = f.kind === "u32s" ? 4 : f.kind === "u64s" ? 8 : 1;
  return width * (value as { length: number }).length;
}

const slice = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, length);

const NO_BYTES = new Uint8Array();

const SHORT = 64;
/** Short arrays, which V8 keeps beside other objects, are worth a loop: a slice of the buffer costs many times that. */
function copy(view: DataView, at: number, length: number): Uint8Array {
  if (length === 0) return NO_BYTES; // tables of empty structures would be mostly empty arrays
  if (length > SHORT) return slice(view, at, length).slice();
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = view.getUint8(at + i);
  return bytes;
}

function setBytes(view: DataView, at: number, bytes: Uint8Array): void {
  if (bytes.length > SHORT) return slice(view, at, bytes.length).set(bytes);
  for (let i = 0; i < bytes.length; i++) view.setUint8(at + i, bytes[i]!);
}

function latin1(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return String.fromCharCode(...(end < 0 ? bytes : bytes.subarray(0, end)));
}

const latin1Bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
