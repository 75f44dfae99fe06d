/**
 * XENMEM_populate_physmap (`common/memory.c`): gives a domain RAM and maps it. It never fails: it returns how many
 * extents are done, and whatever stops it stops it there, unreadable arguments included. Continuations stand in the
 * command register.
 */
import {
  COMMAND_FRAME_HEAD,
  DOMID,
  MEMOP_EXTENT_SHIFT,
  memoryFrame,
  memoryReservation,
  XENMEM,
  XENMEMF,
} from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { lengthOf, type Range } from "../../base/range.ts";
import { type RecordOf } from "../../base/structure.ts";
import { again, type Call, done, type Operation, type Outcome } from "../call.ts";
import { type CheckText } from "../check.ts";
import { type Core } from "../core.ts";
import { type Domain, isDying, isHvm } from "../domain.ts";
import { copyIn, isRangeOkay } from "../guest_copy.ts";
import { type LeafOrder } from "../options.ts";
import { firstP2mFault, P2M_CHECKS } from "../p2m_fault.ts";
import { freePoolPages } from "../pool.ts";
import { readFrame } from "./gates.ts";

type Reservation = RecordOf<typeof memoryReservation.fields>;

/** CONFIG_PAGEALLOC_MAX_ORDER for dom0, CONFIG_DOMU_MAX_ORDER for a guest. */
const DOM0_MAX_ORDER = 18;
const GUEST_MAX_ORDER = 9;
const EXTENT_LIMIT = 2n ** 32n >> BigInt(MEMOP_EXTENT_SHIFT);

/** What stops it, without an errno of its own. */
const STOPS: readonly string[] = [
  "the structure cannot be read from the caller",
  "2^26 extents or more, whose progress the command register could not hold",
  "progress at or behind the last extent",
  "no such domain",
  "populate on demand or a virtual node is asked for (not modeled)",
  "the caller is neither privileged nor the domain itself",
  "the list of extents is not the caller's addresses",
  `extent_order exceeds ${DOM0_MAX_ORDER} (dom0) or ${GUEST_MAX_ORDER} (a guest)`,
  "extent by extent: its frame number cannot be read",
  "extent by extent: the domain is dying, or would exceed max_mem",
  "extent by extent: the heap has no free extent of that order",
  ...P2M_CHECKS.map(({ when }) => `extent by extent: ${when}`),
];

export const populatePhysmapOperation: Operation = {
  name: "XENMEM_populate_physmap",
  hypercall: "memory_op",
  op: XENMEM.populate_physmap,
  origin: "Xen 4.17",
  summary: "gives a domain RAM; returns the number of extents done, which is all it says of a failure",
  structures: [memoryReservation],
  checks: STOPS.map((when): CheckText => ({ errno: undefined, when })),
};

export function runPopulatePhysmap(core: Core, call: Call, progress: bigint): Outcome {
  const { op: reservation } = readFrame(call, memoryReservation, COMMAND_FRAME_HEAD);
  const stop = done(call.frame, Number(progress));
  if (!reservation || reservation.nrExtents >= EXTENT_LIMIT || progress >= reservation.nrExtents) return stop;
  const domid = reservation.domid === DOMID.self ? call.caller.domid : reservation.domid;
  const target = core.domains.get(domid);
  if (!target || !isPlain(reservation) || !(call.caller.privileged || call.caller.domid === domid)) return stop;
  const count = Number(reservation.nrExtents);
  if (!isRangeOkay(reservation.extentStart, 8 * count)) return stop;
  if (reservation.extentOrder > (call.caller.privileged ? DOM0_MAX_ORDER : GUEST_MAX_ORDER)) return stop;

  const gfns = readGfns(call, reservation, Number(progress), count);
  const entry = new Population(core, domid, reservation.extentOrder);
  let at = 0;
  const limit = Math.min(gfns.length, Math.max(1, Math.floor(call.budget / 2 ** reservation.extentOrder)));
  while (at < limit) {
    const extents = consecutive(gfns, at, limit, 2 ** reservation.extentOrder);
    const populated = entry.add(gfns[at]!, extents);
    at += populated;
    if (populated < extents) break;
  }
  const extentsDone = Number(progress) + at;
  const pages = at * 2 ** reservation.extentOrder;
  const preempted = at === limit && limit < gfns.length;
  return preempted
    ? again(memoryFrame(XENMEM.populate_physmap, call.frame.subarray(COMMAND_FRAME_HEAD), extentsDone), pages)
    : done(call.frame, extentsDone, pages);
}

const isPlain = ({ memFlags }: Reservation): boolean => (memFlags & (XENMEMF.populate_on_demand | XENMEMF.vnode)) === 0;

/** First gfns of the extents from `from` on, up to the first that cannot be read. */
function readGfns(call: Call, reservation: Reservation, from: number, count: number): number[] {
  const list: number[] = [];
  const whole = copyIn(call.buffers, reservation.extentStart + BigInt(8 * from), 8 * (count - from));
  if (whole) {
    const view = viewOf(whole);
    for (let i = 0; i < count - from; i++) list.push(Number(view.getBigUint64(8 * i, true)));
    return list;
  }
  for (let i = from; i < count; i++) {
    const one = copyIn(call.buffers, reservation.extentStart + BigInt(8 * i), 8);
    if (!one) break;
    list.push(Number(viewOf(one).getBigUint64(0, true)));
  }
  return list;
}

/** Extents from `at` on whose gfns follow each other. */
function consecutive(gfns: readonly number[], at: number, limit: number, step: number): number {
  let end = at + 1;
  while (end < limit && gfns[end] === gfns[end - 1]! + step) end++;
  return end - at;
}

/** RAM going to one domain in extents of one order. */
class Population {
  readonly #step: number;

  constructor(private readonly core: Core, private readonly domid: number, private readonly order: number) {
    this.#step = 2 ** order;
  }

  /** Maps up to `extents` extents at consecutive gfns; how many it did. */
  add(gfn: number, extents: number): number {
    const allowed = Math.min(extents, this.#allowed());
    const ranges = this.core.heap.allocate(allowed, this.order);
    let populated = 0;
    for (const [i, range] of ranges.entries()) {
      const mapped = this.#map(gfn + populated * this.#step, range);
      populated += mapped;
      if (mapped * this.#step === lengthOf(range)) continue;
      this.core.heap.give([{ start: range.start + mapped * this.#step, end: range.end }, ...ranges.slice(i + 1)]);
      break;
    }
    return populated;
  }

  get #domain(): Domain {
    return this.core.domains.get(this.domid)!;
  }

  /** Extents that the domain's state and max_mem allow. */
  #allowed(): number {
    const domain = this.#domain;
    if (isDying(domain)) return 0;
    return Math.max(0, Math.floor((domain.maxPages - domain.ramPages) / this.#step));
  }

  /** Whole extents of a range of frames that could be mapped. */
  #map(gfn: number, frames: Range): number {
    const domain = this.#domain;
    const pages = isHvm(domain) ? this.#mappable(gfn, frames, domain) : lengthOf(frames);
    if (pages === 0) return 0;
    const mfns = { start: frames.start, end: frames.start + pages };
    this.core.stale.assertNone(mfns);
    this.core.frames.assign(mfns, { owner: this.domid, kind: "ram", gfn });
    let tablePages = domain.tablePages;
    if (isHvm(domain)) {
      const range = this.#mapping(gfn, mfns);
      tablePages += this.core.p2m(this.domid).tablesFor(range);
      this.core.p2m(this.domid).map(range);
    }
    this.core.domains.update(this.domid, { tablePages, ramPages: domain.ramPages + pages });
    return pages / this.#step;
  }

  #mappable(gfn: number, frames: Range, domain: Domain): number {
    const fault = firstP2mFault(this.core.p2m(this.domid), this.#mapping(gfn, frames), freePoolPages(domain));
    const pages = fault ? fault.after : lengthOf(frames);
    return pages - (pages % this.#step);
  }

  #mapping(gfn: number, frames: Range) {
    const maxOrder: LeafOrder = this.order >= 18 ? 18 : this.order >= 9 ? 9 : 0;
    return { start: gfn, end: gfn + lengthOf(frames), mfn: frames.start, type: "ram_rw" as const, maxOrder };
  }
}
