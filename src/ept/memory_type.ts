/**
 * Memory types and how they combine. Numbers as in MTRRs and EPT leaves (SDM vol. 3A ch. 12); 2, 3 and 7 are reserved.
 * A leaf that ignores the PAT has its own type; otherwise the guest's PAT is combined with it as with an MTRR.
 */

export type MemoryType = "UC" | "WC" | "WT" | "WP" | "WB";

const NUMBER: Readonly<Record<MemoryType, number>> = { UC: 0, WC: 1, WT: 4, WP: 5, WB: 6 };
const NAME: readonly (MemoryType | undefined)[] = ["UC", "WC", undefined, undefined, "WT", "WP", "WB", undefined];

/** What Xen writes into a leaf on purpose so that the next access exits and the type is worked out again. */
export const RECALCULATE = 7;

export const memoryTypeNumber = (type: MemoryType): number => NUMBER[type];
/** The name, or undefined for a reserved number. */
export const memoryTypeName = (number: number): MemoryType | undefined => NAME[number & 7];

/** What a leaf says about caching. */
export interface LeafMemory {
  readonly memoryType: MemoryType;
  readonly ignorePat: boolean;
}

/** What Xen knows of the frames a leaf would map (`epte_get_entry_emt`, xen/arch/x86/mm/p2m-ept.c). */
export interface MemoryTypeFacts {
  /** In Xen's set of read-only MMIO frames: none of the frames, some, or all. */
  readonly readOnlyMmio: "none" | "some" | "all";
  readonly directMmio: boolean;
  /** A grant or foreign mapping. */
  readonly foreign: boolean;
  /** The domain has an IOMMU or may flush caches. */
  readonly devices: boolean;
  /** Pages that Xen shares with the domain. */
  readonly special: "none" | "some" | "all";
  /** A cache attribute pinned for the guest frames; "some" where it covers only part of them. */
  readonly pinned: MemoryType | "some" | undefined;
  /** MTRR types, undefined where the range is not uniform. */
  readonly guestMtrr: MemoryType | undefined;
  readonly hostMtrr: MemoryType | undefined;
}

/** pmem as ordinary guest memory, every MTRR write-back. */
export const ORDINARY_MEMORY: MemoryTypeFacts = {
  readOnlyMmio: "none",
  directMmio: false,
  foreign: false,
  devices: false,
  special: "none",
  pinned: undefined,
  guestMtrr: "WB",
  hostMtrr: "WB",
};

const fixed = (memoryType: MemoryType): LeafMemory => ({ memoryType, ignorePat: true });

/** The type Xen gives a leaf; "split" where no single type fits, so that the leaf must be smaller. First rule wins. */
export function leafMemory(facts: MemoryTypeFacts): LeafMemory | "split" {
  if (facts.readOnlyMmio === "all") return fixed("UC");
  if (facts.readOnlyMmio === "some") return "split";
  if (!facts.directMmio && !facts.devices) return fixed("WB");
  if (facts.special === "all") return fixed("WB");
  if (facts.special === "some") return "split";
  if (facts.directMmio) return { memoryType: "UC", ignorePat: false };
  if (facts.foreign) return fixed("WB");
  if (facts.pinned === "some") return "split";
  if (facts.pinned) return fixed(facts.pinned);
  if (!facts.guestMtrr || !facts.hostMtrr) return "split";
  return { memoryType: combineMtrr(facts.guestMtrr, facts.hostMtrr), ignorePat: false };
}

/** A guest's and the host's MTRR type of one range made one. */
export function combineMtrr(guest: MemoryType, host: MemoryType): MemoryType {
  if (guest === host) return guest;
  if (guest === "UC" || host === "UC") return "UC";
  if (guest === "WB") return host;
  if (host === "WB") return guest;
  const pair = [guest, host];
  return pair.includes("WT") && pair.includes("WP") ? "WP" : "UC";
}
