/** The EPT of a running domain: Xen's mappings of its memory, laid out as Xen writes them, with names for what they map. */
import { err, type Result } from "neverthrow";
import { joined, lengthOf, type Range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { explainLayout, type Layout, layout, type Style, USUAL, xenStyle } from "../../ept/mod.ts";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { findDomain } from "../tables/domain.ts";
import { type AddressNames, GuestNames } from "./address_names.ts";

export interface GuestEpt {
  readonly name: string;
  readonly layout: Layout;
  readonly names: AddressNames;
  /** Pages of the domain's p2m pool. */
  readonly poolPages: number;
}

/** By name or domid. `style`: which bits the entries carry besides addresses; Xen's own unless given. */
export const guestEpt = (host: Fork, domain: string, style: Style = xenStyle()): Result<GuestEpt, Explanation> =>
  findDomain(host, domain).andThen((record) => {
    const { name, domid } = record;
    const xen = host.xen.domain(domid);
    if (!xen || xen.type === "pv") {
      const what = xen ? `${name} is PV: it manages its own page tables` : `Xen knows no domain ${domid} any more`;
      return err<GuestEpt, Explanation>({ what, hint: "HVM and PVH domains have an EPT" });
    }
    const capabilities = { ...USUAL, maxphyaddr: host.machine.facts.physicalAddressBits };
    const poolPages = xen.pool.reduce((sum, range) => sum + range.end - range.start, 0);
    return layout(host.xen.mappings(domid), { style, capabilities, tableBase: 0 })
      .map((made): GuestEpt => {
        const placed = withTablesAt(made, tableBase(xen.pool, made.counts.tables));
        return { name, layout: placed, names: new GuestNames(host, record, placed), poolPages };
      })
      .mapErr(explainLayout);
  });

/**
 * Xen takes each table from the pool as it needs it; the layout has them one behind the other, from the first stretch of the
 * pool that holds them all.
 */
function tableBase(pool: readonly Range[], tables: number): number {
  const stretches = joined(pool);
  const stretch = stretches.find((range) => lengthOf(range) >= tables) ?? stretches[0];
  return (stretch?.start ?? 0) * PAGE_SIZE;
}

/** Where the tables lie changes no count and no leaf. */
const withTablesAt = (made: Layout, base: number): Layout => ({
  ...made,
  tableBase: base,
  eptp: { ...made.eptp, root: base },
});
