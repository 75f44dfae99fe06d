/** domctl destroydomain, pausedomain, unpausedomain and getdomaininfo (`common/domctl.c`, `common/domain.c`). */
import { domainInfo, DOMCTL, DOMID } from "../../abi/mod.ts";
import { type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, type CheckText, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { infoOf } from "../domain_info.ts";
import { relinquish } from "../teardown.ts";
import { type DomctlOp, domctlReply } from "./operations.ts";
import { DOMCTL_GATE } from "./gates.ts";

interface Request {
  readonly core: Core;
  readonly call: Call;
  readonly domid: number;
}

const NOT_ITSELF: Check<Request> = {
  errno: "EINVAL",
  when: "the domain is the caller itself",
  fails: ({ call, domid }) => call.caller.domid === domid,
};
/** The toolstack's pauses are counted up to here. */
const MAX_PAUSES = 255;

const DESTROY = [NOT_ITSELF];
const PAUSE: readonly Check<Request>[] = [
  NOT_ITSELF,
  {
    errno: "EOVERFLOW",
    when: `it is paused ${MAX_PAUSES} times already`,
    fails: ({ core, domid }) => core.domains.get(domid)!.pauseCount >= MAX_PAUSES,
  },
];
const UNPAUSE: readonly Check<Request>[] = [
  NOT_ITSELF,
  {
    errno: "EINVAL",
    when: "it is not paused",
    fails: ({ core, domid }) => core.domains.get(domid)!.pauseCount === 0,
  },
];
const INFO: readonly Check<Request>[] = [
  {
    errno: "EINVAL",
    when: "no such domain, and the number is reserved (0x7ff0 and above)",
    fails: ({ core, domid }) => !core.domains.get(domid) && domid >= DOMID.first_reserved,
  },
  {
    errno: "ESRCH",
    when: "there is no domain with this number or a higher one",
    fails: ({ core, domid }) => nextDomain(core, domid) === undefined,
  },
  { errno: "EPERM", when: "the caller is not privileged (dom0)", fails: ({ call }) => !call.caller.privileged },
];

const operation = (name: keyof typeof DOMCTL, summary: string, checks: readonly CheckText[]): Operation => ({
  name: `XEN_DOMCTL_${name}`,
  hypercall: "domctl",
  op: DOMCTL[name],
  origin: "Xen 4.17",
  summary,
  structures: name === "getdomaininfo" ? [domainInfo] : [],
  checks: [...DOMCTL_GATE, ...checks],
});

export const lifeOperations: readonly Operation[] = [
  operation("destroydomain", "ends a domain and takes all its pages back, pmem untouched; preemptible", DESTROY),
  operation("pausedomain", "stops a domain's vCPUs; counted", PAUSE),
  operation("unpausedomain", "takes one pause back; the first time to zero, creation is finished", UNPAUSE),
  operation("getdomaininfo", "a domain, or the one with the next higher number", INFO),
];

export function runDestroyDomain(core: Core, call: Call, op: DomctlOp): Outcome {
  const refused = firstFailure(DESTROY, { core, call, domid: op.domain });
  if (refused) return failed(refused, call.frame);
  const { pages, finished } = relinquish(core, op.domain, call.budget);
  return finished ? done(call.frame, 0, pages) : { kind: "again", frame: call.frame, pages };
}

export function runPauseDomain(core: Core, call: Call, op: DomctlOp): Outcome {
  const refused = firstFailure(PAUSE, { core, call, domid: op.domain });
  if (refused) return failed(refused, call.frame);
  core.domains.update(op.domain, { pauseCount: core.domains.get(op.domain)!.pauseCount + 1 });
  return done(call.frame);
}

export function runUnpauseDomain(core: Core, call: Call, op: DomctlOp): Outcome {
  const refused = firstFailure(UNPAUSE, { core, call, domid: op.domain });
  if (refused) return failed(refused, call.frame);
  const domain = core.domains.get(op.domain)!;
  const pauseCount = domain.pauseCount - 1;
  core.domains.update(op.domain, { pauseCount, creationFinished: domain.creationFinished || pauseCount === 0 });
  return done(call.frame);
}

export function runGetDomainInfo(core: Core, call: Call, op: DomctlOp): Outcome {
  const refused = firstFailure(INFO, { core, call, domid: op.domain });
  if (refused) return failed(refused, call.frame);
  const domain = nextDomain(core, op.domain)!;
  return domctlReply(call, op, domainInfo.write(infoOf(core, domain)), domain.domid);
}

function nextDomain(core: Core, domid: number) {
  const next = core.domains.ids.find((id) => id >= domid);
  return next === undefined ? undefined : core.domains.get(next);
}
