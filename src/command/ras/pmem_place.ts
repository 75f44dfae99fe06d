/** Where a machine address is: region, DIMM, namespace. */
import { holds } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { storedDimms } from "../tables/stored_dimms.ts";

export interface PmemPlace {
  readonly region: string | undefined;
  readonly dimm: string | undefined;
  readonly handle: number;
  readonly dpa: number;
  readonly namespace: string | undefined;
}

/** Undefined for RAM and for nothing. */
export function placeOf(host: Fork, spa: number): PmemPlace | undefined {
  const found = host.machine.locate(spa);
  if (!found) return undefined;
  const stored = storedDimms(host);
  return {
    region: stored.regions().find(({ start, size }) => start <= spa && spa < start + size)?.name,
    dimm: stored.dimms().find(({ handle }) => handle === found.handle)?.name,
    handle: found.handle,
    dpa: found.dpa,
    namespace: host.dom0.namespaces().find(({ extent }) => holds(extent, spa))?.name,
  };
}

/** `0x2c0000000: region0, nmem0 dpa 0x1000, in namespace0.3`. */
export function placeText(spa: number, place: PmemPlace | undefined): string {
  if (!place) return `${hex(spa)}: no persistent memory`;
  const { region, dimm, dpa, namespace } = place;
  const parts = [region, dimm && `${dimm} dpa ${hex(dpa)}`, namespace && `in ${namespace}`];
  return `${hex(spa)}: ${parts.filter((part) => part !== undefined).join(", ")}`;
}
