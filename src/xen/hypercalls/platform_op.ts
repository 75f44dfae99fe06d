/** platform_op: the gate and the dispatch. The operations are dom0's kernel's, not the toolstack's. */
import { platformOp, XENPF } from "../../abi/mod.ts";
import { type Call, failed, type Outcome } from "../call.ts";
import { firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { PLATFORM_GATE, readFrame } from "./gates.ts";
import { type PlatformOp } from "./operations.ts";
import { runPmemAdd, runPmemAddRaw } from "./pmem_add.ts";
import { runPmemRelease } from "./pmem_release.ts";

type Handler = (core: Core, call: Call, op: PlatformOp) => Outcome;

const HANDLERS: Readonly<Record<number, Handler>> = {
  [XENPF.pmem_add]: runPmemAdd,
  [XENPF.pmem_add_raw]: runPmemAddRaw,
  [XENPF.pmem_release]: runPmemRelease,
};

export function platformOpCall(core: Core, call: Call): Outcome {
  const read = readFrame(call, platformOp);
  const refused = firstFailure(PLATFORM_GATE, read);
  if (refused) return failed(refused, call.frame);
  const handler = HANDLERS[read.op!.cmd];
  return handler ? handler(core, call, read.op!) : failed("ENOSYS", call.frame);
}
