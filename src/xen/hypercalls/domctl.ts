/** domctl: the gate and the dispatch. */
import { DOMCTL, domctl } from "../../abi/mod.ts";
import { type Call, failed, type Outcome } from "../call.ts";
import { firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { runCreateDomain } from "./domctl_create.ts";
import { runDestroyDomain, runGetDomainInfo, runPauseDomain, runUnpauseDomain } from "./domctl_life.ts";
import {
  runGetMempool,
  runMaxMem,
  runMaxVcpus,
  runSetMempool,
  runSetPmemOrder,
  runShadowOp,
} from "./domctl_resources.ts";
import { DOMCTL_GATE, readFrame } from "./gates.ts";
import { type DomctlOp } from "./operations.ts";

type Handler = (core: Core, call: Call, op: DomctlOp) => Outcome;

const HANDLERS: Readonly<Record<number, Handler>> = {
  [DOMCTL.createdomain]: runCreateDomain,
  [DOMCTL.destroydomain]: runDestroyDomain,
  [DOMCTL.pausedomain]: runPauseDomain,
  [DOMCTL.unpausedomain]: runUnpauseDomain,
  [DOMCTL.getdomaininfo]: runGetDomainInfo,
  [DOMCTL.shadow_op]: runShadowOp,
  [DOMCTL.max_mem]: runMaxMem,
  [DOMCTL.max_vcpus]: runMaxVcpus,
  [DOMCTL.get_paging_mempool_size]: runGetMempool,
  [DOMCTL.set_paging_mempool_size]: runSetMempool,
  [DOMCTL.set_pmem_order]: runSetPmemOrder,
};

export function domctlCall(core: Core, call: Call): Outcome {
  const read = readFrame(call, domctl);
  const exists = (domid: number) => core.domains.get(domid) !== undefined;
  const refused = firstFailure(DOMCTL_GATE, { ...read, exists });
  if (refused) return failed(refused, call.frame);
  const handler = HANDLERS[read.op!.cmd];
  return handler ? handler(core, call, read.op!) : failed("ENOSYS", call.frame);
}
