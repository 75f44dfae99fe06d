/** nvdimm_op get_regions_nr and get_regions: how many regions of a type there are, and the regions (4.5). */
import {
  dataRegion,
  mgmtRegion,
  NVDIMM_OP,
  nvdimmRegions,
  nvdimmRegionsNr,
  PMEM_REGION_TYPE,
  type PmemRegionType,
  rawRegion,
  SYSCTL,
} from "../../abi/mod.ts";
import { concat, viewOf } from "../../base/bytes.ts";
import { type RecordOf } from "../../base/structure.ts";
import { type Call, type Operation } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { copyOut, isRangeOkay } from "../guest_copy.ts";
import { SYSCTL_GATE } from "./gates.ts";
import { type SubResult } from "./operations.ts";

const UNKNOWN_TYPE = { errno: "EINVAL", when: "type is none of 0 (raw), 1 (mgmt), 2 (data)" } as const;
const typeOf = (type: number): PmemRegionType | undefined =>
  (Object.keys(PMEM_REGION_TYPE) as PmemRegionType[]).find((name) => PMEM_REGION_TYPE[name] === type);

const NR_CHECKS: readonly Check<number>[] = [{ ...UNKNOWN_TYPE, fails: (type) => typeOf(type) === undefined }];

export const getRegionsNrOperation: Operation = {
  name: "XEN_SYSCTL_nvdimm_op get_regions_nr",
  hypercall: "sysctl",
  op: SYSCTL.nvdimm_op,
  sub: NVDIMM_OP.get_regions_nr,
  origin: "RFC v4",
  summary: "counts the pmem regions of a type",
  structures: [nvdimmRegionsNr],
  checks: [...SYSCTL_GATE, ...NR_CHECKS],
};

export function getRegionsNr(core: Core, bytes: Uint8Array): SubResult {
  const fields = nvdimmRegionsNr.read(viewOf(bytes))._unsafeUnwrap();
  const errno = firstFailure(NR_CHECKS, fields.type);
  if (errno) return { errno, bytes };
  const numRegions = core.regions.list(typeOf(fields.type)!).length;
  return { errno: undefined, bytes: nvdimmRegionsNr.write({ ...fields, numRegions }, bytes) };
}

/** Entry size by type. */
const ENTRY = { raw: rawRegion, mgmt: mgmtRegion, data: dataRegion } as const;
type Request = RecordOf<typeof nvdimmRegions.fields>;

const LIST_CHECKS: readonly Check<Request>[] = [
  { ...UNKNOWN_TYPE, fails: ({ type }) => typeOf(type) === undefined },
  {
    errno: "EINVAL",
    when: "num_regions entries at the handle would not be the caller's addresses",
    fails: ({ type, numRegions, buffer }) => !isRangeOkay(buffer, numRegions * ENTRY[typeOf(type)!].size),
  },
];
const COPY_OUT = { errno: "EFAULT", when: "the entries cannot be written to the buffer" } as const;

export const getRegionsOperation: Operation = {
  name: "XEN_SYSCTL_nvdimm_op get_regions",
  hypercall: "sysctl",
  op: SYSCTL.nvdimm_op,
  sub: NVDIMM_OP.get_regions,
  origin: "RFC v4",
  summary: "lists pmem regions in order of frames; asking for none succeeds before any other check",
  structures: [nvdimmRegions, rawRegion, mgmtRegion, dataRegion],
  checks: [...SYSCTL_GATE, ...LIST_CHECKS, COPY_OUT],
};

export function getRegions(core: Core, bytes: Uint8Array, call: Call): SubResult {
  const fields = nvdimmRegions.read(viewOf(bytes))._unsafeUnwrap();
  if (fields.numRegions === 0) return { errno: undefined, bytes };
  const errno = firstFailure(LIST_CHECKS, fields);
  if (errno) return { errno, bytes };
  const entries = regionEntries(core, typeOf(fields.type)!).slice(0, fields.numRegions);
  if (!copyOut(call.buffers, fields.buffer, concat(...entries))) return { errno: COPY_OUT.errno, bytes };
  return { errno: undefined, bytes: nvdimmRegions.write({ ...fields, numRegions: entries.length }, bytes) };
}

function regionEntries(core: Core, type: PmemRegionType): Uint8Array[] {
  const { regions } = core;
  switch (type) {
    case "raw":
      return regions.list("raw").map(({ start, end, pxm }) =>
        rawRegion.write({ smfn: BigInt(start), emfn: BigInt(end), pxm, pad: new Uint8Array(4) })
      );
    case "mgmt":
      return regions.list("mgmt").map(({ start, end, used }) =>
        mgmtRegion.write({ smfn: BigInt(start), emfn: BigInt(end), usedMfns: BigInt(used) })
      );
    case "data":
      return regions.list("data").map(({ start, end, mgmt }) =>
        dataRegion.write({
          smfn: BigInt(start),
          emfn: BigInt(end),
          mgmtSmfn: BigInt(mgmt.start),
          mgmtEmfn: BigInt(mgmt.end),
        })
      );
  }
}
