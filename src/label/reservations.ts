/**
 * What the labels of one DIMM take of its address space. Linux reserves every valid label's extent when the DIMM driver
 * binds and refuses the DIMM (-EBUSY) if two collide. Source: `drivers/nvdimm/label.c` nd_label_reserve_dpa.
 */
import { err, ok, type Result } from "neverthrow";
import { exactNumber } from "../base/quantity.ts";
import type { LabelArea } from "./area.ts";
import type { NamespaceLabel } from "./namespace_label.ts";

/** One label's part of a DIMM. `dpa` and `size` in bytes; Linux names it `pmem-<uuid>`. */
export interface DpaReservation {
  readonly uuid: string;
  readonly slot: number;
  readonly dpa: number;
  readonly size: number;
}

/** -EBUSY: the label in `slot` is empty, wraps around, or overlaps the one in `other`. */
export interface DpaConflict {
  readonly kind: "dpa conflict";
  readonly slot: number;
  readonly uuid: string;
  readonly dpa: bigint;
  readonly size: bigint;
  /** The slot of the label that reserved the extent first; undefined where no extent at all can be reserved. */
  readonly other: number | undefined;
}

const LAST_DPA = 2n ** 64n - 1n;

/** The extents of all labels in use, ascending by address. Those beyond 2^53 are checked, but left out: no DIMM is there. */
export function reserveDpa(area: LabelArea): Result<DpaReservation[], DpaConflict> {
  const conflicts = dpaConflicts(area.labels);
  const first = conflicts[0];
  if (first) return err(first);
  const reservations: DpaReservation[] = [];
  for (const label of area.labels) {
    const [dpa, size] = [exactNumber(label.dpa), exactNumber(label.rawSize)];
    if (dpa !== undefined && size !== undefined) reservations.push({ uuid: label.uuid, slot: label.slot, dpa, size });
  }
  return ok(reservations.sort((a, b) => a.dpa - b.dpa));
}

/** Every label that Linux could not reserve, in slot order: each is compared with those before it that could be. */
export function dpaConflicts(labels: readonly NamespaceLabel[]): DpaConflict[] {
  const reserved: NamespaceLabel[] = [];
  const conflicts: DpaConflict[] = [];
  for (const label of labels) {
    const at = reserved.length === 0 ? 0 : firstAfter(reserved, label.dpa);
    const neighbour = [reserved[at - 1], reserved[at]].find((other) => other && overlap(other, label));
    const impossible = label.rawSize === 0n || label.dpa + label.rawSize - 1n > LAST_DPA;
    if (!neighbour && !impossible) reserved.splice(at, 0, label);
    else {
      const { slot, uuid, dpa, rawSize } = label;
      const other = impossible ? undefined : neighbour?.slot;
      conflicts.push({ kind: "dpa conflict", slot, uuid, dpa, size: rawSize, other });
    }
  }
  return conflicts;
}

const overlap = (a: NamespaceLabel, b: NamespaceLabel): boolean =>
  a.dpa < b.dpa + b.rawSize && b.dpa < a.dpa + a.rawSize;

/** Index of the first reserved label that starts at or after `dpa`. */
function firstAfter(reserved: readonly NamespaceLabel[], dpa: bigint): number {
  let [low, high] = [0, reserved.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (reserved[middle]!.dpa < dpa) low = middle + 1;
    else high = middle;
  }
  return low;
}
