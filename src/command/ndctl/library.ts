/**
 * Devices in the order and by the names that libndctl gives them: lists run in reversed directory order; an identifier is a
 * number, a device name, `all`, or several of these separated by blanks.
 * Source: ndctl `lib/libndctl.c` list_add; `filter.c` util_*_filter.
 */
import {
  BUS,
  type DimmView,
  type Dom0,
  inLibraryOrder,
  type Mapping,
  type NamespaceView,
  type RegionView,
} from "../../dom0/mod.ts";

/** The one bus an ACPI machine has. */
export const PROVIDER = "ACPI.NFIT";
export const BUS_ID = 0;

export const busNames = (dom0: Dom0): string[] => dom0.hasBus ? [BUS] : [];
export const dimmsOf = (dom0: Dom0): DimmView[] => inLibraryOrder(dom0.dimms(), ({ name }) => name);
export const regionsOf = (dom0: Dom0): RegionView[] => inLibraryOrder(dom0.regions(), ({ name }) => name);
export const namespacesOf = (dom0: Dom0, region: number): NamespaceView[] =>
  inLibraryOrder(dom0.namespaces(region), ({ name }) => name);
/** The last mapping comes first. */
export const mappingsOf = (region: RegionView): Mapping[] => [...region.mappings].reverse();

export const busMatches = (ident: string | undefined): boolean =>
  matches(ident, BUS_ID, (name) => name === PROVIDER || name === BUS);
export const dimmMatches = (
  dimm: { readonly number: number; readonly name: string },
  ident: string | undefined,
): boolean => matches(ident, dimm.number, (name) => name === dimm.name);
export const regionMatches = (region: RegionView, ident: string | undefined): boolean =>
  matches(ident, region.number, (name) => name === region.name);

/** A name, or `REGION.NUMBER`; what follows the number is not looked at. */
export function namespaceMatches(namespace: NamespaceView, ident: string | undefined): boolean {
  if (ident === undefined) return true;
  return words(ident).some((name) => {
    if (name === "all" || name === namespace.name) return true;
    const pair = /^\s*([+-]?\d+)\.([+-]?\d+)/.exec(name);
    return pair !== null && Number(pair[1]) === namespace.region && Number(pair[2]) === namespace.id;
  });
}

/** Only the first word is looked at as a number, and then for all of them. */
function matches(ident: string | undefined, number: number, named: (name: string) => boolean): boolean {
  if (ident === undefined) return true;
  const names = words(ident);
  const id = unsigned(names[0] ?? "");
  return names.some((name) => name === "all" || (id === undefined ? named(name) : id === number));
}

const words = (ident: string): string[] => ident.split(" ").filter((word) => word !== "");

/** strtoul in any base, of the whole text. */
export function unsigned(text: string): number | undefined {
  const match = /^\s*\+?(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text);
  if (!match) return undefined;
  const digits = match[1]!;
  if (/^0[xX]/.test(digits)) return parseInt(digits.slice(2), 16);
  if (!digits.startsWith("0") || digits === "0") return parseInt(digits, 10);
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : undefined;
}
