/**
 * XEN_SYSCTL_nvdimm_op (RFC v4; reference/xen-vnvdimm.md 4.3-4.6): counts, lists and sets up pmem regions. Its own
 * `err` field holds the positive errno; the structure is copied back whatever the result, unless the sub-operation is
 * unknown.
 */
import { ERRNO, NVDIMM_OP, nvdimmOp, sysctl } from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type Call, done, failed, type Outcome } from "../call.ts";
import { type Core } from "../core.ts";
import { getRegions, getRegionsNr } from "./nvdimm_regions.ts";
import { sanitize } from "./nvdimm_sanitize.ts";
import { setup } from "./nvdimm_setup.ts";
import { type SubOperation, type SysctlOp } from "./operations.ts";

const SUB_OPERATIONS: Readonly<Record<number, SubOperation>> = {
  [NVDIMM_OP.get_regions_nr]: getRegionsNr,
  [NVDIMM_OP.get_regions]: getRegions,
  [NVDIMM_OP.setup]: setup,
  [NVDIMM_OP.sanitize]: sanitize,
};

export function runNvdimmOp(core: Core, call: Call, op: SysctlOp): Outcome {
  const nvdimm = nvdimmOp.read(viewOf(op.u))._unsafeUnwrap();
  const subOperation = SUB_OPERATIONS[nvdimm.cmd];
  if (!subOperation) return failed("ENOSYS", call.frame);
  const { errno, bytes, again, pages = 0 } = subOperation(core, nvdimm.u, call);
  const err = errno === undefined ? 0 : ERRNO[errno];
  const u = nvdimmOp.write({ ...nvdimm, err, u: padded(bytes, nvdimm.u) }, op.u);
  const frame = sysctl.write({ ...op, u }, call.frame);
  if (again) return { kind: "again", frame, pages };
  return errno ? failed(errno, frame, pages) : done(frame, 0, pages);
}

/** The sub-operation's structure at the start of the union, the rest as it was. */
function padded(bytes: Uint8Array, union: Uint8Array): Uint8Array {
  const whole = union.slice();
  whole.set(bytes);
  return whole;
}
