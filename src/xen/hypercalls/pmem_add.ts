/**
 * dom0's driver hands pmem to Xen (management `dom0`): XENPF_pmem_add of RFC v1, whole, reserved and data range in one
 * step, and the ext that reports a range undivided, for sysctl's setup to divide. The proximity domain comes from Xen's
 * SRAT.
 */
import { XENPF } from "../../abi/hypercalls.ts";
import { pmemAdd, pmemAddRaw } from "../../abi/nvdimm.ts";
import { costByRule } from "../../abi/structure_cost.ts";
import { viewOf } from "../../base/bytes.ts";
import { lengthOf, overlaps, type Range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { frameRange, framesText, isEmptyRange, rawContains, rawOverlaps, type RawRange } from "../frame_numbers.ts";
import { pxmOfFrames } from "../numa.ts";
import { buildStructures, HOT_ADD_CHECKS, ramFrames, type SetupRequest } from "../pmem_setup.ts";
import { PLATFORM_GATE } from "./gates.ts";
import { type PlatformOp } from "./operations.ts";

interface AddRequest {
  readonly whole: RawRange;
  readonly reserved: RawRange;
  readonly data: RawRange;
}

/** RFC v1's own, in its order. */
const CHECKS: readonly Check<AddRequest>[] = [
  { errno: "EINVAL", when: "spfn >= epfn", fails: ({ whole }) => isEmptyRange(whole) },
  { errno: "EINVAL", when: "rsv_spfn >= rsv_epfn", fails: ({ reserved }) => isEmptyRange(reserved) },
  { errno: "EINVAL", when: "data_spfn >= data_epfn", fails: ({ data }) => isEmptyRange(data) },
  {
    errno: "EINVAL",
    when: "the reserved range is not inside the whole",
    fails: ({ whole, reserved }) => !rawContains(whole, reserved),
  },
  {
    errno: "EINVAL",
    when: "the data range is not inside the whole",
    fails: ({ whole, data }) => !rawContains(whole, data),
  },
  {
    errno: "EINVAL",
    when: "reserved and data range overlap",
    fails: ({ reserved, data }) => rawOverlaps(reserved, data),
  },
  {
    errno: "EINVAL",
    when: "the reserved range is smaller than floor(32N/4096) + floor(8N/4096) frames, N frames in the whole",
    fails: ({ whole, reserved }) => Number(reserved.end - reserved.start) < costByRule(Number(whole.end - whole.start)),
  },
];

interface Reported {
  readonly core: Core;
  readonly whole: Range | undefined;
}

/** What any range must be before it can become a raw region. */
const RAW_CHECKS: readonly Check<Reported>[] = [
  { errno: "EINVAL", when: "the range is empty or no physical address", fails: ({ whole }) => !whole },
  {
    errno: "EINVAL",
    when: "the range overlaps a raw region",
    fails: ({ core, whole }) => core.regions.overlapping("raw", whole!) !== undefined,
  },
  {
    errno: "EINVAL",
    when: "the range overlaps RAM",
    fails: ({ core, whole }) => ramFrames(core).some((ram) => overlaps(ram, whole!)),
  },
  {
    errno: "EINVAL",
    when: "a usable SRAT has no memory block around the range",
    fails: ({ core, whole }) => core.numa.blocks !== undefined && pxmOfFrames(core.numa, whole!) === undefined,
  },
];

export const pmemAddOperation: Operation = {
  name: "XENPF_pmem_add",
  hypercall: "platform_op",
  op: XENPF.pmem_add,
  origin: "RFC v1",
  summary: "dom0 reports pmem: the whole range, what it reserved for Xen, and the data area that guests may get",
  structures: [pmemAdd],
  checks: [...PLATFORM_GATE, ...CHECKS, ...RAW_CHECKS, ...HOT_ADD_CHECKS],
};

export const pmemAddRawOperation: Operation = {
  name: "XENPF_pmem_add_raw",
  hypercall: "platform_op",
  op: XENPF.pmem_add_raw,
  origin: "ext",
  summary: "dom0 reports pmem undivided; nvdimm_op setup then makes management and data regions of it",
  structures: [pmemAddRaw],
  checks: [...PLATFORM_GATE, ...RAW_CHECKS],
};

export function runPmemAdd(core: Core, call: Call, op: PlatformOp): Outcome {
  const fields = pmemAdd.read(viewOf(op.u))._unsafeUnwrap();
  const request: AddRequest = {
    whole: { start: fields.spfn, end: fields.epfn },
    reserved: { start: fields.rsvSpfn, end: fields.rsvEpfn },
    data: { start: fields.dataSpfn, end: fields.dataEpfn },
  };
  const refused = firstFailure(CHECKS, request);
  if (refused) return failed(refused, call.frame);
  const whole = frameRange(request.whole);
  const badRange = firstFailure(RAW_CHECKS, { core, whole });
  if (badRange) return failed(badRange, call.frame);

  // Inside the whole, which fits.
  const reserved = frameRange(request.reserved)!;
  const data = frameRange(request.data)!;
  const setup: SetupRequest = { core, range: whole!, slice: reserved, pxm: pxmOrFirst(core, whole!) };
  const fault = firstFailure(HOT_ADD_CHECKS, setup);
  if (fault) return failed(fault, call.frame);
  const { structures, used } = buildStructures(setup);
  addRaw(core, whole!);
  core.regions.insert("mgmt", { ...reserved, used, structures, manages: whole! });
  const slice = { start: reserved.start, end: reserved.start + used };
  core.regions.insert("data", { ...data, mgmt: slice, whole: whole! });
  core.console.print(
    `pmem: ${framesText(whole!)} from dom0, ${hex(used)} frames of structures, data ${framesText(data)}`,
  );
  return done(call.frame);
}

export function runPmemAddRaw(core: Core, call: Call, op: PlatformOp): Outcome {
  const { spfn, epfn } = pmemAddRaw.read(viewOf(op.u))._unsafeUnwrap();
  const whole = frameRange({ start: spfn, end: epfn });
  const refused = firstFailure(RAW_CHECKS, { core, whole });
  if (refused) return failed(refused, call.frame);
  addRaw(core, whole!);
  core.console.print(`pmem: ${framesText(whole!)} from dom0, ${hex(lengthOf(whole!))} frames`);
  return done(call.frame);
}

function addRaw(core: Core, whole: Range): void {
  if (!core.numa.blocks) {
    core.console.print(`pmem: no usable SRAT, ${framesText(whole)} taken as PXM 0`);
  }
  core.regions.insert("raw", { ...whole, pxm: pxmOrFirst(core, whole), source: "dom0" });
}

const pxmOrFirst = (core: Core, whole: Range): number => pxmOfFrames(core.numa, whole) ?? 0;
