/**
 * XENMEM_populate_pmem_map (RFC v4 4.9, with the label series' type): gives data pages to a domain and maps them, or gives it
 * label pages, which are owned but not mapped. All or nothing, across continuations too. Cost grows with extents: what a
 * walk page by page would meet is found by searching.
 */
import { COMMAND_FRAME_HEAD, DOMID, memoryFrame, PMEM_MAP_TYPE, pmemMap, XENMEM } from "../../abi/mod.ts";
import { lengthOf, type Range } from "../../base/range.ts";
import { type RecordOf } from "../../base/structure.ts";
import { again, type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { type Domain, isDying, isHvm } from "../domain.ts";
import { type PageKind } from "../frame_table.ts";
import { frameRange } from "../frame_numbers.ts";
import { leafStart, type MappedRange } from "../p2m.ts";
import { firstP2mFault, P2M_CHECKS, type PageFault } from "../p2m_fault.ts";
import { freePoolPages } from "../pool.ts";
import { readFrame } from "./gates.ts";

type Argument = RecordOf<typeof pmemMap.fields>;

interface Request {
  readonly core: Core;
  readonly call: Call;
  readonly argument: Argument | undefined;
  /** Pages that earlier entries of this call have done. */
  readonly progress: bigint;
}

const targetOf = ({ core, argument }: Request): Domain | undefined => core.domains.get(argument!.domid);
const framesOf = ({ argument }: Request): Range | undefined => {
  const { mfn, nrMfns } = argument!;
  return frameRange({ start: mfn, end: mfn + BigInt(nrMfns) });
};

const CHECKS: readonly Check<Request>[] = [
  { errno: "EFAULT", when: "the structure cannot be read from the caller", fails: ({ argument }) => !argument },
  { errno: "EINVAL", when: "domid is DOMID_SELF", fails: ({ argument }) => argument!.domid === DOMID.self },
  { errno: "EINVAL", when: "no such domain", fails: (request) => targetOf(request) === undefined },
  { errno: "EPERM", when: "the caller is not the toolstack (dom0)", fails: ({ call }) => !call.caller.privileged },
  { errno: "EINVAL", when: "the domain is dying", fails: (request) => isDying(targetOf(request)!) },
  { errno: "EINVAL", when: "the domain is not HVM", fails: (request) => !isHvm(targetOf(request)!) },
  {
    errno: "EINVAL",
    when: "type is neither 0 (data) nor 1 (label)",
    fails: ({ argument }) => kindOf(argument!) === undefined,
  },
  {
    errno: "ENXIO",
    when: "data regions do not cover [mfn, mfn + nr_mfns) completely",
    fails: (request) => {
      const frames = framesOf(request);
      return !frames || !request.core.regions.covers("data", frames);
    },
  },
  {
    errno: "EINVAL",
    when: "the progress in the command register is not this call's own: those pages are not as it would have left them",
    fails: (request) => !isOwnProgress(request),
  },
];
const NOT_FREE = { errno: "EBUSY", when: "page by page: the page is not exactly free (owned, or broken)" } as const;

export const populatePmemMapOperation: Operation = {
  name: "XENMEM_populate_pmem_map",
  hypercall: "memory_op",
  origin: "RFC v4",
  summary: "gives pmem pages to a domain, exclusively; preemptible, and undone as a whole when a page fails",
  structures: [pmemMap],
  checks: [
    ...CHECKS,
    NOT_FREE,
    ...P2M_CHECKS.map(({ errno, when }) => ({ errno, when: `page by page: ${when}` })),
  ],
};

export function runPopulatePmemMap(core: Core, call: Call, progress: bigint): Outcome {
  const { op: argument } = readFrame(call, pmemMap, COMMAND_FRAME_HEAD);
  const request: Request = { core, call, argument, progress };
  const refused = firstFailure(CHECKS, request);
  if (refused) return failed(refused, call.frame);
  return populate(call, new Assignment(core, argument!), Number(progress));
}

function populate(call: Call, assignment: Assignment, from: number): Outcome {
  const fault = assignment.firstFault(from);
  if (fault && fault.after < call.budget) {
    assignment.undo(from);
    return failed(fault.errno, call.frame, fault.after + 1);
  }
  const to = fault
    ? assignment.leafEnd(from, from + Math.min(call.budget, fault.after))
    : assignment.leafEnd(from, from + call.budget);
  assignment.apply(from, to);
  const pages = to - from;
  if (to === assignment.count) return done(call.frame, 0, pages);
  return again(memoryFrame(XENMEM.populate_pmem_map, call.frame.subarray(COMMAND_FRAME_HEAD), to), pages);
}

const kindOf = ({ type }: Argument): PageKind | undefined =>
  type === PMEM_MAP_TYPE.data ? "pmem" : type === PMEM_MAP_TYPE.label ? "label" : undefined;

/** Pages [0, count) of one call: where each comes from and goes. */
class Assignment {
  readonly count: number;
  readonly #domid: number;
  readonly #kind: PageKind;
  readonly #mfn: number;
  readonly #gfn: number;

  constructor(private readonly core: Core, argument: Argument) {
    this.count = argument.nrMfns;
    this.#domid = argument.domid;
    this.#kind = kindOf(argument)!;
    this.#mfn = Number(argument.mfn);
    this.#gfn = Number(argument.gfn);
  }

  get #domain(): Domain {
    return this.core.domains.get(this.#domid)!;
  }

  frames(from: number, to: number): Range {
    return { start: this.#mfn + from, end: this.#mfn + to };
  }

  mapping(from: number, to: number): MappedRange {
    const { start: mfn } = this.frames(from, to);
    const { maxOrder } = this.#domain;
    return { start: this.#gfn + from, end: this.#gfn + to, mfn, type: "ram_rw", maxOrder };
  }

  /** The first of the pages from `from` on that fails; `after` counts from there. */
  firstFault(from: number): PageFault | undefined {
    const frames = this.frames(from, this.count);
    const taken = this.core.frames.firstTaken(frames);
    const notFree = taken === undefined ? undefined : { after: taken - frames.start, errno: NOT_FREE.errno };
    if (this.#kind === "label" || from === this.count) return notFree;
    const free = freePoolPages(this.#domain);
    const unmapped = firstP2mFault(this.core.p2m(this.#domid), this.mapping(from, this.count), free);
    return notFree && (!unmapped || notFree.after <= unmapped.after) ? notFree : unmapped;
  }

  /** Where an entry that should stop at `wanted` really stops: never inside a leaf, and not before the first. */
  leafEnd(from: number, wanted: number): number {
    if (wanted >= this.count) return this.count;
    if (this.#kind === "label") return wanted;
    const mapping = this.mapping(from, this.count);
    const to = leafStart(mapping, mapping.start + (wanted - from)) - mapping.start + from;
    if (to > from) return to;
    let end = wanted;
    while (end < this.count && leafStart(mapping, this.#gfn + end) === mapping.start) {
      end += 512 - ((this.#gfn + end) % 512);
    }
    return Math.min(end, this.count);
  }

  apply(from: number, to: number): void {
    if (from === to) return;
    const frames = this.frames(from, to);
    this.core.stale.assertNone(frames);
    const domain = this.#domain;
    if (this.#kind === "label") {
      this.core.frames.assign(frames, { owner: this.#domid, kind: "label", gfn: undefined });
      this.core.domains.update(this.#domid, { labelPages: domain.labelPages + lengthOf(frames) });
      return;
    }
    const mapping = this.mapping(from, to);
    const p2m = this.core.p2m(this.#domid);
    const tablePages = domain.tablePages + p2m.tablesFor(mapping);
    this.core.frames.assign(frames, { owner: this.#domid, kind: "pmem", gfn: mapping.start });
    p2m.map(mapping);
    this.core.domains.update(this.#domid, { tablePages, pmemPages: domain.pmemPages + lengthOf(frames) });
  }

  /** Takes back the pages that earlier entries have done; the checks made sure that they are this call's. */
  undo(done: number): void {
    if (done === 0) return;
    const frames = this.frames(0, done);
    const domain = this.#domain;
    if (this.#kind === "label") {
      this.core.domains.update(this.#domid, { labelPages: domain.labelPages - done });
    } else {
      const p2m = this.core.p2m(this.#domid);
      const { start, end } = this.mapping(0, done);
      p2m.unmap({ start, end });
      this.core.stale.add({ domid: this.#domid, gfns: { start, end }, mfns: frames });
      this.core.stale.flush(this.#domid);
      this.core.domains.update(this.#domid, { tablePages: p2m.countTables(), pmemPages: domain.pmemPages - done });
    }
    this.core.frames.release(frames);
  }

  /** Whether pages [0, done) are just what this call would have made of them. */
  hasDone(done: number): boolean {
    const frames = this.frames(0, done);
    let pages = 0;
    for (const owned of this.core.frames.owned(frames)) {
      const gfn = this.#kind === "label" ? undefined : this.#gfn + (owned.start - this.#mfn);
      if (owned.owner !== this.#domid || owned.kind !== this.#kind || owned.gfn !== gfn) return false;
      pages += lengthOf(owned);
    }
    const p2m = this.core.p2m(this.#domid);
    return pages === done &&
      (this.#kind === "label" || !p2m.splitsLeafAt(this.#gfn) && !p2m.splitsLeafAt(this.#gfn + done));
  }
}

function isOwnProgress({ core, argument, progress }: Request): boolean {
  if (progress === 0n) return true;
  return progress <= BigInt(argument!.nrMfns) && new Assignment(core, argument!).hasDone(Number(progress));
}
