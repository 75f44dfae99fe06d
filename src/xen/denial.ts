/**
 * I/O-memory permissions of dom0. Management `xen`: every raw region is closed to it (RFC v4 4.2). Management `dom0`:
 * only what holds Xen's structures is (RFC v1 3.2); head and data of a reported namespace stay open, as model.md 3
 * says.
 */
import { holds, intersection } from "../base/range.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type Core } from "./core.ts";

/** The first address of an access that dom0 is denied; undefined where it may go ahead. */
export function firstDenied(core: Core, spa: number, length: number): number | undefined {
  const access = { start: Math.floor(spa / PAGE_SIZE), end: Math.ceil((spa + length) / PAGE_SIZE) };
  const list = core.options.management === "xen" ? "raw" : "mgmt";
  const [denied] = core.regions.touching(list, access);
  if (!denied) return undefined;
  const part = intersection(access, denied)!;
  return holds(denied, access.start) ? spa : part.start * PAGE_SIZE;
}
