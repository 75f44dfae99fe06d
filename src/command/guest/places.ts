/** Where bytes of a guest are: machine addresses by its p2m, DIMMs by the machine's address decoder. */
import { type Json } from "../../base/json.ts";
import { intersection, type Range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { storedDimms } from "../tables/stored_dimms.ts";

/** Bytes that lie one behind the other in the guest, in the machine and on one DIMM. */
export interface Place {
  readonly gpa: number;
  readonly mpa: number;
  readonly length: number;
  /** Undefined for RAM, and for pmem whose DIMMs no table tells. */
  readonly dimm: { readonly name: string; readonly handle: number; readonly dpa: number } | undefined;
}

/** What is not mapped is left out. */
export function placesOf(host: Fork, domid: number, where: Range): Place[] {
  const places: Place[] = [];
  const names = new Map(storedDimms(host).dimms().map(({ handle, name }) => [handle, name]));
  for (const { gpa, mpa, length } of host.xen.mappings(domid)) {
    if (gpa >= where.end) break;
    const part = intersection({ start: gpa, end: gpa + length }, where);
    if (!part) continue;
    for (let at = part.start; at < part.end;) {
      const spa = mpa + (at - gpa);
      const found = host.machine.locate(spa);
      const run = Math.min(part.end - at, found?.run ?? Infinity);
      const name = found && names.get(found.handle);
      const dimm = found && name !== undefined ? { name, handle: found.handle, dpa: found.dpa } : undefined;
      places.push({ gpa: at, mpa: spa, length: run, dimm });
      at += run;
    }
  }
  return places;
}

/** Lines of a long list: an interleaved range changes DIMMs every few KiB. */
const MOST_LINES = 4;

export function placeLines(places: readonly Place[]): string[] {
  const lines = places.slice(0, MOST_LINES).map(({ gpa, mpa, length, dimm }) => {
    const at = dimm ? `${dimm.name} dpa ${hex(dimm.dpa)}` : "RAM";
    return `gpa ${hex(gpa)} → mpa ${hex(mpa)} → ${at}, ${length} bytes`;
  });
  const rest = places.length - lines.length;
  return rest > 0 ? [...lines, `… and ${rest} more pieces (--json lists them)`] : lines;
}

export const placesJson = (places: readonly Place[]): Json =>
  places.map(({ gpa, mpa, length, dimm }) => ({
    gpa,
    mpa,
    length,
    ...(dimm ? { dimm: dimm.name, handle: dimm.handle, dpa: dimm.dpa } : {}),
  }));
