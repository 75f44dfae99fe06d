/**
 * XENMEM_populate_pmem_map (RFC v4 4.9, with the label series' type): gives data pages to a domain and maps them, or
 * gives it label pages, which are owned but not mapped. All or nothing, across continuations too. Cost grows with
 * extents: what a walk page by page would meet is found by searching.
 */
import { COMMAND_FRAME_HEAD, DOMID, memoryFrame, PMEM_MAP_TYPE, pmemMap, XENMEM } from "../../abi/mod.ts";
import { type Range } from "../../base/range.ts";
import { type RecordOf } from "../../base/structure.ts";
import { again, type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { type Domain, isDying, isHvm } from "../domain.ts";
import { frameRange } from "../frame_numbers.ts";
import { P2M_CHECKS } from "../p2m_fault.ts";
import { NOT_FREE, PmemAssignment, type PmemKind } from "../pmem_assignment.ts";
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

export const populatePmemMapOperation: Operation = {
  name: "XENMEM_populate_pmem_map",
  hypercall: "memory_op",
  op: XENMEM.populate_pmem_map,
  origin: "RFC v4",
  summary: "gives pmem pages to a domain, exclusively; preemptible, and undone as a whole when a page fails",
  structures: [pmemMap],
  checks: [
    ...CHECKS,
    ...[NOT_FREE, ...P2M_CHECKS].map(({ errno, when }) => ({ errno, when: `page by page: ${when}` })),
  ],
};

export function runPopulatePmemMap(core: Core, call: Call, progress: bigint): Outcome {
  const { op: argument } = readFrame(call, pmemMap, COMMAND_FRAME_HEAD);
  const request: Request = { core, call, argument, progress };
  const refused = firstFailure(CHECKS, request);
  if (refused) return failed(refused, call.frame);
  return populate(call, assignmentOf(core, argument!), Number(progress));
}

function populate(call: Call, assignment: PmemAssignment, from: number): Outcome {
  const fault = assignment.firstFault(from);
  const to = assignment.stopBefore(from, from + call.budget);
  // A fault inside the leaf at hand stops the leaf: none of it is mapped.
  if (fault && from + fault.after < to) {
    assignment.undo(from);
    return failed(fault.errno, call.frame, fault.after + 1);
  }
  assignment.apply(from, to);
  if (to === assignment.count) return done(call.frame, 0, to - from);
  return again(memoryFrame(XENMEM.populate_pmem_map, call.frame.subarray(COMMAND_FRAME_HEAD), to), to - from);
}

const assignmentOf = (core: Core, argument: Argument): PmemAssignment =>
  new PmemAssignment(core, {
    domid: argument.domid,
    kind: kindOf(argument)!,
    mfn: Number(argument.mfn),
    gfn: Number(argument.gfn),
    count: argument.nrMfns,
  });

const kindOf = ({ type }: Argument): PmemKind | undefined =>
  type === PMEM_MAP_TYPE.data ? "pmem" : type === PMEM_MAP_TYPE.label ? "label" : undefined;

function isOwnProgress({ core, argument, progress }: Request): boolean {
  if (progress === 0n) return true;
  return progress <= BigInt(argument!.nrMfns) && assignmentOf(core, argument!).hasDone(Number(progress));
}
