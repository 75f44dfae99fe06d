/**
 * Device-dax instances in libdaxctl's order, and the identifiers that name them and their regions.
 * Source: ndctl `daxctl/filter.c`, `daxctl/lib/libdaxctl.c` add_dax_region.
 */
import { type Dom0, inLibraryOrder } from "../../dom0/mod.ts";
import { type DaxInstance } from "./dax_json.ts";

export const daxInstances = (dom0: Dom0): DaxInstance[] => inLibraryOrder(dom0.daxDevices(), ({ name }) => name);

export const daxInstance = (dom0: Dom0, name: string): DaxInstance =>
  dom0.daxDevices().find((instance) => instance.name === name)!;

/** `2`, `region2`, `all`; what follows the number is not looked at. */
export function regionMatches({ name }: DaxInstance, ident: string | undefined): boolean {
  if (ident === undefined || ident === "all") return true;
  const id = /^(?:\s*([+-]?\d+)|region\s*([+-]?\d+))/.exec(ident);
  return id !== null && Number(id[1] ?? id[2]) === numbersOf(name).region;
}

/** `dax2.0`, `2.0`, `all`. */
export function deviceMatches({ name }: DaxInstance, ident: string | undefined): boolean {
  if (ident === undefined || ident === "all" || ident === name) return true;
  const pair = /^\s*([+-]?\d+)\.\s*([+-]?\d+)/.exec(ident);
  const { region, id } = numbersOf(name);
  return pair !== null && Number(pair[1]) === region && Number(pair[2]) === id;
}

function numbersOf(name: string): { readonly region: number; readonly id: number } {
  const [, region, id] = /^dax(\d+)\.(\d+)$/.exec(name)!;
  return { region: Number(region), id: Number(id) };
}
