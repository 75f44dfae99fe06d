/** sysctl: the gate and the dispatch. One global lock in Xen; the model runs one call at a time anyway. */
import { SYSCTL, sysctl } from "../../abi/mod.ts";
import { type Call, failed, type Outcome } from "../call.ts";
import { firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { readFrame, SYSCTL_GATE } from "./gates.ts";
import { runNvdimmOp } from "./nvdimm_op.ts";
import { type SysctlOp } from "./operations.ts";
import { runGetDomainInfoList, runNumaInfo, runPhysinfo, runReadConsole } from "./sysctl_info.ts";

type Handler = (core: Core, call: Call, op: SysctlOp) => Outcome;

const HANDLERS: Readonly<Record<number, Handler>> = {
  [SYSCTL.readconsole]: runReadConsole,
  [SYSCTL.physinfo]: runPhysinfo,
  [SYSCTL.getdomaininfolist]: runGetDomainInfoList,
  [SYSCTL.numainfo]: runNumaInfo,
  [SYSCTL.nvdimm_op]: runNvdimmOp,
};

export function sysctlCall(core: Core, call: Call): Outcome {
  const read = readFrame(call, sysctl);
  const refused = firstFailure(SYSCTL_GATE, read);
  if (refused) return failed(refused, call.frame);
  const handler = HANDLERS[read.op!.cmd];
  return handler ? handler(core, call, read.op!) : failed("ENOSYS", call.frame);
}
