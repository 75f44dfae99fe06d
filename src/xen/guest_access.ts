/**
 * What stops a guest's access at the leaf that maps it: what the processor finds in the entry that Xen writes there, and
 * whether the frame behind it is the guest's at all.
 */
import { type GuestFault } from "../abi/ports.ts";
import { lengthOf, type Range, without } from "../base/range.ts";
import { PAGE_SIZE } from "../base/units.ts";
import {
  encodeXenLeaf,
  explainMisconfiguration,
  type LeafLevel,
  leafLevelOf,
  misconfiguration,
  type Order,
  permissionsOfType,
  qualificationOf,
  USUAL,
  XEN_USUAL,
} from "../ept/mod.ts";
import { type Core } from "./core.ts";
import { leafAt, type MappedRange } from "./p2m.ts";

/** What Xen writes for a guest without passthrough devices. */
const WRITE_BACK = { memoryType: "WB", ignorePat: true } as const;

/** At the entry that maps an address, as the processor takes it. `mapped`: the whole mapping around it. */
export function entryFault(
  core: Core,
  mapped: MappedRange,
  gpa: number,
  access: "read" | "write",
): GuestFault | undefined {
  const leaf = leafAt(mapped, Math.floor(gpa / PAGE_SIZE));
  const level = levelOf(leaf);
  const address = (mapped.mfn + leaf.start - mapped.start) * PAGE_SIZE;
  const entry = encodeXenLeaf(level, address, mapped.type, WRITE_BACK, XEN_USUAL);
  const { physicalAddressBits } = core.options.machine;
  const why = misconfiguration(entry, level, { ...USUAL, maxphyaddr: physicalAddressBits });
  if (why) return { kind: "ept-misconfiguration", gpa, reason: explainMisconfiguration(why) };
  const allowed = permissionsOfType(mapped.type, level, XEN_USUAL);
  return allowed[access]
    ? undefined
    : { kind: "ept-violation", gpa, qualification: qualificationOf(access, allowed, false) };
}

/** A sound Xen maps nothing that is not owned; one that does must not be acted out on somebody's data. */
export function ownershipFault(core: Core, domid: number, mapped: MappedRange): GuestFault | undefined {
  const frames = { start: mapped.mfn, end: mapped.mfn + lengthOf(mapped) };
  const own = [...core.frames.owned(frames)].filter(({ owner }) => owner === domid);
  const [foreign] = without(frames, own);
  if (!foreign) return undefined;
  const mfn = foreign.start;
  const gpa = (mapped.start + mfn - frames.start) * PAGE_SIZE;
  return { kind: "not-owned", gpa, mfn, owner: core.frames.pageAt(mfn)?.owner };
}

const levelOf = (leaf: Range): LeafLevel => leafLevelOf(Math.log2(lengthOf(leaf)) as Order);
