/**
 * Part of a label area as libndctl moves it. The whole transfer starts at offset 0 of the area whatever `--offset` says; the
 * offset only counts in the buffer. So `--offset` alone reads and changes less than it seems to, and this keeps it that way.
 * Source: ndctl `ndctl/lib/libndctl.c` do_cmd, iter_access; `ndctl/dimm.c` rw_bin.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { concat } from "../../base/bytes.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";

/** Bytes that rw_bin moves at a time. */
const BLOCK = 4096;

export interface Transfer {
  /** As long as the label area; the first `total` bytes stand for the same bytes of the area. */
  readonly buffer: Uint8Array;
  readonly total: number;
  readonly offset: number;
}

/** -EINVAL for an extent past the area, and where the DIMM has no label commands. Zero bytes mean all. */
export function readExtent(dom0: Dom0, dimm: DimmView, length: number, offset: number): Result<Transfer, Errno> {
  const size = dom0.dimm(dimm.number).labelAreaSize();
  if (size.isErr() || size.value === 0) return err("EINVAL");
  const total = length === 0 ? size.value : length;
  if (offset + total > size.value) return err("EINVAL");
  return dom0.dimm(dimm.number).readLabelArea(0, total).mapErr((): Errno => "EINVAL").map((bytes) => {
    const buffer = new Uint8Array(size.value);
    buffer.set(bytes);
    return { buffer, total, offset };
  });
}

export const writeExtent = (
  dom0: Dom0,
  dimm: DimmView,
  { buffer, total }: Transfer,
  note: string,
): Result<void, Errno> => dom0.dimm(dimm.number).writeLabelArea(0, buffer.subarray(0, total), note);

/** What is printed of an extent. */
export function extentBytes(transfer: Transfer): Result<Uint8Array, Errno> {
  const parts: Uint8Array[] = [];
  for (const at of blocks(transfer)) {
    const length = access(transfer, Math.min(BLOCK, transfer.total - at), at);
    if (length === undefined) return err("EINVAL");
    parts.push(transfer.buffer.subarray(at, at + length));
  }
  return ok(concat(...parts));
}

/** Input laid over the buffer, from the offset on; how much of it was taken. */
export function fillExtent(transfer: Transfer, input: Uint8Array): Result<number, Errno> {
  let taken = 0;
  for (const at of blocks(transfer)) {
    const wanted = Math.min(BLOCK, transfer.total - at);
    if (wanted < 0) return err("ENXIO");
    const part = input.subarray(taken, taken + wanted);
    if (part.length === 0) break;
    const length = access(transfer, part.length, at);
    if (length === undefined) return err("ENXIO");
    transfer.buffer.set(part.subarray(0, length), at);
    taken += part.length;
  }
  return ok(taken);
}

function* blocks({ offset, total }: Transfer): Generator<number> {
  for (let at = offset; at < offset + total; at += BLOCK) yield at;
}

/** How much may be moved at a place of the buffer; undefined where nothing may. */
function access({ offset, total, buffer }: Transfer, length: number, at: number): number | undefined {
  if (length < 0) return undefined;
  const allowed = length + at > offset + total ? total - at : length;
  return allowed < 0 ? undefined : Math.min(allowed, buffer.length - at);
}
