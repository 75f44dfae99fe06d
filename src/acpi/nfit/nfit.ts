/**
 * NFIT tables and `_FIT` buffers as records, and back to the same bytes (ACPI 6.5 §5.2.25). Decoding keeps whatever it
 * does not understand: unknown types, reserved bytes, bytes behind a structure's last field, bytes behind the last
 * structure. What Linux makes of the list is `linux_nfit.ts`; what is wrong with it is `lint_nfit.ts`.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../../base/bytes.ts";
import { type FormatFault, formatFault } from "../../base/structure.ts";
import {
  declarationOf,
  NFIT_HEADER_SIZE,
  NFIT_KINDS,
  type NfitHeader,
  nfitHeader,
  type NfitKind,
  type NfitRecords,
  unknownStructure,
} from "./structures.ts";

/** Every structure begins with its type and its length, two bytes each. */
export const HEAD_SIZE = 4;

/** One structure where it stands. `record.length` is what it claims; `raw` is what is there, a view of the input. */
export interface StructureOf<Kind extends NfitKind> {
  readonly kind: Kind;
  readonly type: number;
  /** Bytes from the start of the table, or of the `_FIT` buffer. */
  readonly offset: number;
  readonly record: NfitRecords[Kind];
  readonly raw: Uint8Array;
}

export type NfitStructure = { [Kind in NfitKind]: StructureOf<Kind> }[NfitKind];

/** A list of structures, as `_FIT` returns it and as it follows the table's header. */
export interface StructureList {
  readonly structures: readonly NfitStructure[];
  /** Bytes no structure claims: from a length below four to the end (the walk cannot go on), or too few left over. */
  readonly rest: Uint8Array;
  /** Where the walk ended: the offset of `rest`. */
  readonly end: number;
}

export interface Nfit extends StructureList {
  readonly header: NfitHeader;
  /** Bytes of the input behind the length that the header gives. */
  readonly beyond: Uint8Array;
}

/** A whole table. Fault: no NFIT header, or fewer bytes than the header says. */
export function decodeNfit(bytes: Uint8Array): Result<Nfit, FormatFault> {
  const view = viewOf(bytes);
  return nfitHeader.read(view, 0, Math.min(NFIT_HEADER_SIZE, bytes.length)).andThen((header) => {
    const fault = headerFault(header, bytes.length);
    if (fault) return err(fault);
    const table = bytes.subarray(0, header.length);
    return ok({ header, ...decodeStructures(table, NFIT_HEADER_SIZE), beyond: bytes.subarray(header.length) });
  });
}

/** A table that may be broken: what there is of it. For views and the linter, which show what `decodeNfit` refuses. */
export interface LooseNfit extends StructureList {
  /** Undefined where the bytes are too few for one. */
  readonly header: NfitHeader | undefined;
  readonly beyond: Uint8Array;
}

/** Any bytes: structures up to the length the header gives, or to the end where that length makes no sense. */
export function decodeLoosely(bytes: Uint8Array): LooseNfit {
  const read = nfitHeader.read(viewOf(bytes), 0, Math.min(NFIT_HEADER_SIZE, bytes.length));
  if (read.isErr()) return { header: undefined, structures: [], rest: bytes, end: 0, beyond: new Uint8Array() };
  const header = read.value;
  const end = header.length < NFIT_HEADER_SIZE ? bytes.length : Math.min(header.length, bytes.length);
  const list = decodeStructures(bytes.subarray(0, end), NFIT_HEADER_SIZE);
  return { header, ...list, beyond: bytes.subarray(end) };
}

/** What keeps a header from being that of a whole table of `available` bytes. */
function headerFault(header: NfitHeader, available: number): FormatFault | undefined {
  if (header.signature !== "NFIT") {
    return formatFault(
      "NFIT header/signature",
      0,
      4,
      `the signature is ${JSON.stringify(header.signature)}, not "NFIT"`,
    );
  }
  if (header.length < NFIT_HEADER_SIZE) {
    return formatFault("NFIT header/length", 4, 4, `length ${header.length} is less than the header's 40 bytes`);
  }
  if (header.length > available) {
    return formatFault("NFIT header/length", 4, 4, `the header says ${header.length} bytes, ${available} are there`);
  }
  return undefined;
}

/** The structures of `bytes` from `start` on: the whole of a `_FIT` buffer, or a table behind its header. Never fails. */
export function decodeStructures(bytes: Uint8Array, start = 0): StructureList {
  const view = viewOf(bytes);
  const structures: NfitStructure[] = [];
  let at = start;
  while (at + HEAD_SIZE <= bytes.length) {
    const claimed = view.getUint16(at + 2, true);
    if (claimed < HEAD_SIZE) break;
    const length = Math.min(claimed, bytes.length - at);
    structures.push(decodeStructure(view, bytes, at, length));
    at += length;
  }
  const end = Math.min(at, bytes.length);
  return { structures, rest: bytes.subarray(end), end };
}

function decodeStructure(view: DataView, bytes: Uint8Array, offset: number, length: number): NfitStructure {
  const type = view.getUint16(offset, true);
  const known = NFIT_KINDS[type];
  const raw = bytes.subarray(offset, offset + length);
  const declaration = declarationOf(known ?? "unknown", length);
  const kind = known === undefined ? "unknown" : length < declaration.size ? "short" : known;
  const record = (kind === "short" ? unknownStructure : declaration).load(view, offset, length);
  return { kind, type, offset, record, raw } as NfitStructure;
}

/** The table's bytes, header and checksum as they stand in the record: decode then encode gives the same bytes. */
export function encodeNfit(nfit: Nfit): Uint8Array {
  const list = encodeStructures(nfit);
  const table = new Uint8Array(NFIT_HEADER_SIZE + list.length + nfit.beyond.length);
  nfitHeader.put(viewOf(table), 0, nfit.header);
  table.set(list, NFIT_HEADER_SIZE);
  table.set(nfit.beyond, NFIT_HEADER_SIZE + list.length);
  return table;
}

/** The bytes of a `_FIT` buffer. Records are written over their raw bytes, so that what no field names survives. */
export function encodeStructures(list: StructureList): Uint8Array {
  let size = list.rest.length;
  for (const structure of list.structures) size += structure.raw.length;
  const bytes = new Uint8Array(size);
  const view = viewOf(bytes);
  let at = 0;
  for (const { kind, raw, record } of list.structures) {
    bytes.set(raw, at);
    declarationOf(kind, raw.length).put(view, at, record);
    at += raw.length;
  }
  bytes.set(list.rest, at);
  return bytes;
}

/**
 * A new structure of `kind`; fields not given are zero, type and length follow from the kind and the tails. `size` asks
 * for the longer form of a kind that has two: 64 bytes of an SPA range with a cookie, 80 of a control region.
 */
export function nfitStructure<Kind extends Exclude<NfitKind, "unknown" | "short">>(
  kind: Kind,
  fields: Partial<NfitRecords[Kind]>,
  size = 0,
): StructureOf<Kind> {
  const declaration = declarationOf(kind, size);
  const type = NFIT_KINDS.indexOf(kind);
  const record = { ...declaration.blank(), ...fields, type };
  const length = declaration.write(record).length;
  const whole = { ...record, length: fields.length ?? length } as NfitRecords[Kind];
  return { kind, type, offset: 0, record: whole, raw: declaration.write(whole as never) };
}
