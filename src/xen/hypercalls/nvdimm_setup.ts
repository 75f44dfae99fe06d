/**
 * nvdimm_op setup: makes a management or a data region of raw pmem (4.6). The checks keep v4's order; the defects of v4
 * that they would have are corrected (`differences.ts`).
 */
import { NVDIMM_OP, nvdimmSetup, PMEM_REGION_TYPE, SYSCTL } from "../../abi/mod.ts";
import { type Errno } from "../../abi/errno.ts";
import { costByRule } from "../../abi/structure_cost.ts";
import { viewOf } from "../../base/bytes.ts";
import { lengthOf, overlaps, type Range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import { type Operation } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { frameRange, framesText, isInvalidRange, type RawRange } from "../frame_numbers.ts";
import { buildStructures, HOT_ADD_CHECKS, type SetupRequest } from "../pmem_setup.ts";
import { type MgmtRegion } from "../regions.ts";
import { SYSCTL_GATE } from "./gates.ts";
import { type SubResult } from "./operations.ts";

interface Request {
  readonly core: Core;
  /** What is to become a region, and where its structures shall go, as the caller wrote them. */
  readonly own: RawRange;
  readonly mgmt: RawRange;
}

const INVALID = { errno: "EINVAL", when: "smfn or emfn is INVALID_MFN, or smfn >= emfn" } as const;
const COVER = {
  errno: "EINVAL",
  when: "raw regions do not cover [smfn, emfn) completely, or have different proximity domains",
} as const;
const isUncovered = ({ core, own }: Request): boolean => {
  const range = frameRange(own);
  return !range || core.regions.singlePxm(range) === undefined;
};

const MGMT_CHECKS: readonly Check<Request>[] = [
  {
    errno: "EINVAL",
    when: "mgmt_smfn, mgmt_emfn are not smfn, emfn",
    fails: ({ own, mgmt }) => mgmt.start !== own.start || mgmt.end !== own.end,
  },
  { ...INVALID, fails: ({ own }) => isInvalidRange(own) },
  { ...COVER, fails: isUncovered },
  {
    errno: "ENOSPC",
    when: "N frames are fewer than floor(32N/4096) + floor(8N/4096)",
    fails: ({ own }) => lengthOf(frameRange(own)!) < costByRule(lengthOf(frameRange(own)!)),
  },
  {
    errno: "EEXIST",
    when: "a management region overlaps",
    fails: ({ core, own }) => core.regions.overlapping("mgmt", frameRange(own)!) !== undefined,
  },
];

const DATA_CHECKS: readonly Check<Request>[] = [
  { ...INVALID, fails: ({ own }) => isInvalidRange(own) },
  { ...COVER, fails: isUncovered },
  {
    errno: "EINVAL",
    when: "mgmt_smfn or mgmt_emfn is INVALID_MFN, or mgmt_smfn >= mgmt_emfn",
    fails: ({ mgmt }) => isInvalidRange(mgmt),
  },
  {
    errno: "ENXIO",
    when: "no management region contains [mgmt_smfn, mgmt_emfn)",
    fails: (request) => containingMgmt(request) === undefined,
  },
  {
    errno: "ENOSPC",
    when:
      "from the region's first unused frame to mgmt_emfn there are fewer than floor(32N/4096) + floor(8N/4096) frames",
    // Where mgmt_emfn lies below the first unused frame v4 wraps, passes, and fails later.
    fails: (request) => {
      const { start, end } = remaining(request);
      return end >= start && end - start < costByRule(lengthOf(frameRange(request.own)!));
    },
  },
  {
    errno: "EEXIST",
    when: "a data region overlaps",
    fails: ({ core, own }) => core.regions.overlapping("data", frameRange(own)!) !== undefined,
  },
  {
    errno: "EINVAL",
    when: "mgmt_emfn leaves nothing of the management region's unused frames",
    fails: (request) => remaining(request).end <= remaining(request).start,
  },
  {
    errno: "EINVAL",
    when: "the data range overlaps what is left of the management region",
    fails: (request) => overlaps(frameRange(request.own)!, remaining(request)),
  },
];

const TYPE = { errno: "EINVAL", when: "type is neither 1 (mgmt) nor 2 (data)" } as const;

const operation = (kind: string, summary: string, checks: readonly Check<Request>[]): Operation => ({
  name: `XEN_SYSCTL_nvdimm_op setup ${kind}`,
  hypercall: "sysctl",
  op: SYSCTL.nvdimm_op,
  sub: NVDIMM_OP.setup,
  origin: "RFC v4",
  summary,
  structures: [nvdimmSetup],
  checks: [...SYSCTL_GATE, TYPE, ...checks, ...HOT_ADD_CHECKS],
});

export const setupMgmtOperation = operation(
  "mgmt",
  "makes raw pmem a management region, which holds frame table and M2P of itself and of data regions",
  MGMT_CHECKS,
);
export const setupDataOperation = operation(
  "data",
  "makes raw pmem a data region, whose pages guests may get, with structures in a management region",
  DATA_CHECKS,
);

export function setup(core: Core, bytes: Uint8Array): SubResult {
  const fields = nvdimmSetup.read(viewOf(bytes))._unsafeUnwrap();
  const request: Request = {
    core,
    own: { start: fields.smfn, end: fields.emfn },
    mgmt: { start: fields.mgmtSmfn, end: fields.mgmtEmfn },
  };
  switch (fields.type) {
    case PMEM_REGION_TYPE.mgmt:
      return { errno: setupMgmt(request), bytes };
    case PMEM_REGION_TYPE.data:
      return { errno: setupData(request), bytes };
    default:
      return { errno: TYPE.errno, bytes };
  }
}

function setupMgmt(request: Request): Errno | undefined {
  const refused = firstFailure(MGMT_CHECKS, request);
  if (refused) return refused;
  const { core } = request;
  const range = frameRange(request.own)!;
  const hotAdd: SetupRequest = { core, range, slice: range, pxm: core.regions.singlePxm(range)! };
  const fault = firstFailure(HOT_ADD_CHECKS, hotAdd);
  if (fault) return fault;
  const { structures, used } = buildStructures(hotAdd);
  core.regions.insert("mgmt", { ...range, used, structures, manages: range });
  core.console.print(`pmem: management ${framesText(range)}, ${hex(used)} frames used`);
  return undefined;
}

function setupData(request: Request): Errno | undefined {
  const refused = firstFailure(DATA_CHECKS, request);
  if (refused) return refused;
  const { core } = request;
  const range = frameRange(request.own)!;
  const slice = remaining(request);
  const hotAdd: SetupRequest = { core, range, slice, pxm: core.regions.singlePxm(range)! };
  const fault = firstFailure(HOT_ADD_CHECKS, hotAdd);
  if (fault) return fault;
  const { structures, used } = buildStructures(hotAdd);
  const mgmt = containingMgmt(request)!;
  core.regions.replace("mgmt", { ...mgmt, used: mgmt.used + used, structures: [...mgmt.structures, ...structures] });
  core.regions.insert("data", { ...range, mgmt: { start: slice.start, end: slice.start + used } });
  core.console.print(`pmem: data ${framesText(range)}, ${hex(used)} frames of structures at mfn ${hex(slice.start)}`);
  return undefined;
}

function containingMgmt({ core, mgmt }: Request): MgmtRegion | undefined {
  const range = frameRange(mgmt);
  return range && core.regions.containing("mgmt", range);
}

/** The caller's mgmt_smfn only finds the region: structures go on where the last ones ended, up to mgmt_emfn. */
function remaining(request: Request): Range {
  const mgmt = containingMgmt(request)!;
  return { start: mgmt.start + mgmt.used, end: Number(request.mgmt.end) };
}
