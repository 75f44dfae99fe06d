/** domctl max_mem, max_vcpus, shadow_op, the table pool's size, and the ext that limits the leaves of pmem. */
import { DOMCTL, maxMem, maxVcpus, pagingMempool, pmemOrder, SHADOW_OP, shadowOp } from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { KiB, MiB, PAGE_SIZE } from "../../base/units.ts";
import { type Call, done, failed, type Operation, type Origin, type Outcome } from "../call.ts";
import { type Check, type CheckText, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { type Domain, isDying } from "../domain.ts";
import { type LeafOrder } from "../options.ts";
import { allocationMiB, poolPages, setPool } from "../pool.ts";
import { type DomctlOp, domctlReply } from "./operations.ts";
import { DOMCTL_GATE } from "./gates.ts";

/** d->max_pages is an unsigned int. */
const PAGES_LIMIT = 2 ** 32 - 1;

interface Request {
  readonly call: Call;
  readonly domain: Domain;
  /** The number the operation is about: vCPUs, bytes, an order, a sub-operation. */
  readonly value: number;
}

const itself = ({ call, domain }: Request): boolean => call.caller.domid === domain.domid;

const MAX_VCPUS: readonly Check<Request>[] = [
  { errno: "EINVAL", when: "the domain is the caller itself", fails: itself },
  {
    errno: "EINVAL",
    when: "max is not what createdomain said",
    fails: ({ domain, value }) => value !== domain.maxVcpus,
  },
];

const SHADOW_BEGIN: readonly Check<Request>[] = [
  { errno: "EINVAL", when: "the domain is the caller itself", fails: itself },
];
const SHADOW_REST: readonly Check<Request>[] = [
  { errno: "EINVAL", when: "the domain has no vCPUs yet", fails: ({ domain }) => domain.vcpus === 0 },
  { errno: "EINVAL", when: "the domain is PV", fails: ({ domain }) => domain.type === "pv" },
  {
    errno: "EINVAL",
    when: "op is none of 0 (off), 30 (get_allocation), 31 (set_allocation)",
    fails: ({ value }) => !Object.values<number>(SHADOW_OP).includes(value),
  },
];
const NO_HEAP = { errno: "ENOMEM", when: "the heap has too few pages; what there was is in the pool" } as const;

const MEMPOOL: readonly Check<Request>[] = [
  { errno: "EOPNOTSUPP", when: "the domain is PV", fails: ({ domain }) => domain.type === "pv" },
];
const MEMPOOL_SIZE: readonly Check<Request>[] = [
  { errno: "EINVAL", when: "size is no multiple of 4096", fails: ({ value }) => value % PAGE_SIZE !== 0 },
  { errno: "EINVAL", when: "size is 2^44 or more", fails: ({ value }) => value / PAGE_SIZE >= 2 ** 32 },
];

const ORDER: readonly Check<Request>[] = [
  { errno: "EINVAL", when: "order is none of 0, 9, 18", fails: ({ value }) => ![0, 9, 18].includes(value) },
  { errno: "EOPNOTSUPP", when: "the domain is PV", fails: ({ domain }) => domain.type === "pv" },
  {
    errno: "EBUSY",
    when: "the domain has pmem mapped already",
    fails: ({ domain }) => domain.pmemPages > 0,
  },
];

const operation = (
  name: keyof typeof DOMCTL,
  summary: string,
  structure: Operation["structures"][number],
  checks: readonly CheckText[],
  origin: Origin = "Xen 4.17",
): Operation => ({
  name: `XEN_DOMCTL_${name}`,
  hypercall: "domctl",
  op: DOMCTL[name],
  origin,
  summary,
  structures: [structure],
  checks: [...DOMCTL_GATE, ...checks],
});

export const resourceOperations: readonly Operation[] = [
  operation("max_mem", "the most RAM a domain may have, in KiB", maxMem, []),
  operation("max_vcpus", "makes the vCPUs", maxVcpus, MAX_VCPUS),
  operation("shadow_op", "gets or sets the table pool in MiB; on a dying domain it does nothing", shadowOp, [
    ...SHADOW_BEGIN,
    ...SHADOW_REST,
    NO_HEAP,
  ]),
  operation("get_paging_mempool_size", "the table pool in bytes", pagingMempool, MEMPOOL),
  operation("set_paging_mempool_size", "sets the table pool in bytes", pagingMempool, [
    ...MEMPOOL,
    ...MEMPOOL_SIZE,
    NO_HEAP,
  ]),
  operation("set_pmem_order", "the largest leaf that pmem may be mapped with: 0, 9 or 18", pmemOrder, ORDER, "ext"),
];

const domainOf = (core: Core, op: DomctlOp): Domain => core.domains.get(op.domain)!;

export function runMaxMem(core: Core, call: Call, op: DomctlOp): Outcome {
  const { maxMemkb } = maxMem.read(viewOf(op.u))._unsafeUnwrap();
  const pages = Math.floor(Number(maxMemkb) / (PAGE_SIZE / KiB));
  core.domains.update(op.domain, { maxPages: Math.min(pages, PAGES_LIMIT) });
  return done(call.frame);
}

export function runMaxVcpus(core: Core, call: Call, op: DomctlOp): Outcome {
  const { max } = maxVcpus.read(viewOf(op.u))._unsafeUnwrap();
  const refused = firstFailure(MAX_VCPUS, { call, domain: domainOf(core, op), value: max });
  if (refused) return failed(refused, call.frame);
  core.domains.update(op.domain, { vcpus: max });
  return done(call.frame);
}

export function runShadowOp(core: Core, call: Call, op: DomctlOp): Outcome {
  const fields = shadowOp.read(viewOf(op.u))._unsafeUnwrap();
  const request = { call, domain: domainOf(core, op), value: fields.op };
  const refused = firstFailure(SHADOW_BEGIN, request);
  if (refused) return failed(refused, call.frame);
  if (isDying(request.domain)) return done(call.frame);
  const rest = firstFailure(SHADOW_REST, request);
  if (rest) return failed(rest, call.frame);
  if (fields.op === SHADOW_OP.off) return done(call.frame);
  const short = fields.op === SHADOW_OP.set_allocation
    ? setPool(core, op.domain, fields.mb * (MiB / PAGE_SIZE))
    : undefined;
  if (short) return failed(short, call.frame);
  return domctlReply(call, op, shadowOp.write({ ...fields, mb: allocationMiB(domainOf(core, op)) }));
}

export function runGetMempool(core: Core, call: Call, op: DomctlOp): Outcome {
  const domain = domainOf(core, op);
  const refused = firstFailure(MEMPOOL, { call, domain, value: 0 });
  if (refused) return failed(refused, call.frame);
  return domctlReply(call, op, pagingMempool.write({ size: BigInt(poolPages(domain) * PAGE_SIZE) }));
}

export function runSetMempool(core: Core, call: Call, op: DomctlOp): Outcome {
  const size = Number(pagingMempool.read(viewOf(op.u))._unsafeUnwrap().size);
  const refused = firstFailure([...MEMPOOL, ...MEMPOOL_SIZE], { call, domain: domainOf(core, op), value: size });
  const fault = refused ?? setPool(core, op.domain, size / PAGE_SIZE);
  return fault ? failed(fault, call.frame) : done(call.frame);
}

export function runSetPmemOrder(core: Core, call: Call, op: DomctlOp): Outcome {
  const { order } = pmemOrder.read(viewOf(op.u))._unsafeUnwrap();
  const refused = firstFailure(ORDER, { call, domain: domainOf(core, op), value: order });
  if (refused) return failed(refused, call.frame);
  core.domains.update(op.domain, { maxOrder: order as LeafOrder });
  return done(call.frame);
}
