/** XEN_DOMCTL_createdomain (`common/domctl.c`, `common/domain.c`, `arch/x86/domain.c`). */
import { CDF, createDomain, DOMCTL, DOMID } from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type RecordOf } from "../../base/structure.ts";
import { hex } from "../../base/units.ts";
import { type Call, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { type DomainType, newDomain } from "../domain.ts";
import { freePoolPages, INITIAL_POOL_PAGES, setPool } from "../pool.ts";
import { type DomctlOp, domctlReply } from "./operations.ts";
import { DOMCTL_GATE } from "./gates.ts";

type Config = RecordOf<typeof createDomain.fields>;

const KNOWN_FLAGS = Object.values(CDF).reduce((all, bit) => all | bit, 0);
/** XEN_DOMCTL_GRANT_version_mask. */
const GRANT_VERSION_MASK = 0xf;
/** XEN_X86_MSR_RELAXED. */
const MSR_RELAXED = 1;
/** XEN_X86_EMU_*: all but vPCI; the local APIC; the PIT. */
const EMU_HVM = 0x3ff;
const EMU_PVH = 0x1;
const EMU_PIT = 0x100;
const HVM_MAX_VCPUS = 128;
const PV_MAX_VCPUS = 8192;

const has = (config: Config, flag: keyof typeof CDF): boolean => (config.flags & CDF[flag]) !== 0;

/** sanitise_domain_config, then its x86 part; the machine of the model has no IOMMU, vPMU or vmtrace. */
const CHECKS: readonly Check<Config>[] = [
  { errno: "EINVAL", when: "unknown flags", fails: (c) => (c.flags & ~KNOWN_FLAGS) !== 0 },
  { errno: "EINVAL", when: "unknown grant options", fails: (c) => (c.grantOpts & ~GRANT_VERSION_MASK) !== 0 },
  { errno: "EINVAL", when: "max_vcpus is 0", fails: (c) => c.maxVcpus < 1 },
  { errno: "EINVAL", when: "hap without hvm", fails: (c) => has(c, "hap") && !has(c, "hvm") },
  { errno: "EINVAL", when: "iommu, which this machine lacks", fails: (c) => has(c, "iommu") },
  { errno: "EINVAL", when: "iommu options without iommu", fails: (c) => c.iommuOpts !== 0 },
  { errno: "EINVAL", when: "vmtrace, which this machine lacks", fails: (c) => c.vmtraceSize !== 0 },
  { errno: "EINVAL", when: "vpmu, which this machine lacks", fails: (c) => has(c, "vpmu") },
  {
    errno: "EINVAL",
    when: `max_vcpus exceeds ${HVM_MAX_VCPUS} (hvm) or ${PV_MAX_VCPUS} (pv)`,
    fails: (c) => c.maxVcpus > (has(c, "hvm") ? HVM_MAX_VCPUS : PV_MAX_VCPUS),
  },
  { errno: "EINVAL", when: "nested_virt without hap", fails: (c) => has(c, "nested_virt") && !has(c, "hap") },
  { errno: "EINVAL", when: "unknown x86 flags", fails: (c) => (c.miscFlags & ~MSR_RELAXED) !== 0 },
  {
    errno: "EINVAL",
    when: `emulation flags are not ${hex(EMU_HVM)} or ${hex(EMU_PVH)} (hvm), 0 or ${hex(EMU_PIT)} (pv)`,
    fails: (c) => !(has(c, "hvm") ? [EMU_HVM, EMU_PVH] : [0, EMU_PIT]).includes(c.emulationFlags),
  },
  {
    errno: "EOPNOTSUPP",
    when: "hvm without hap: shadow paging, which this machine lacks",
    fails: (c) => has(c, "hvm") && !has(c, "hap"),
  },
];

interface DomidRequest {
  readonly core: Core;
  readonly asked: number;
}

const isAsked = (domid: number): boolean => domid > 0 && domid < DOMID.first_reserved;

const DOMID_CHECKS: readonly Check<DomidRequest>[] = [
  {
    errno: "EEXIST",
    when: "the domid asked for (1 to 0x7fef) is taken",
    fails: ({ core, asked }) => isAsked(asked) && core.domains.get(asked) !== undefined,
  },
];
const NO_DOMID = { errno: "ENOMEM", when: "no domid is free" } as const;
const NO_POOL = { errno: "ENOMEM", when: "the heap has no 256 pages for the table pool (hvm)" } as const;

export const createDomainOperation: Operation = {
  name: "XEN_DOMCTL_createdomain",
  hypercall: "domctl",
  op: DOMCTL.createdomain,
  origin: "Xen 4.17",
  summary: "makes a domain, paused once, with no memory; domid 0 asks for the next free one",
  structures: [createDomain],
  checks: [...DOMCTL_GATE, ...DOMID_CHECKS, NO_DOMID, ...CHECKS, NO_POOL],
};

export function runCreateDomain(core: Core, call: Call, op: DomctlOp): Outcome {
  const taken = firstFailure(DOMID_CHECKS, { core, asked: op.domain });
  if (taken) return failed(taken, call.frame);
  // A number from the rover is used up even if the domain is then refused.
  const domid = isAsked(op.domain) ? op.domain : core.domains.nextId();
  if (domid === undefined) return failed(NO_DOMID.errno, call.frame);
  const config = createDomain.read(viewOf(op.u))._unsafeUnwrap();
  const refused = firstFailure(CHECKS, config);
  if (refused) return failed(refused, call.frame);

  const type = typeOf(config);
  core.domains.set({
    ...newDomain({
      domid,
      uuid: config.handle,
      type,
      maxVcpus: config.maxVcpus,
      maxOrder: core.options.maxOrder ?? 18,
      createdAt: core.options.clock.now(),
    }),
    flags: config.flags,
    ssidref: config.ssidref,
    emulationFlags: config.emulationFlags,
    miscFlags: config.miscFlags,
    cpupool: config.cpupoolId,
  });
  if (type !== "pv" && !addPool(core, domid)) return failed(NO_POOL.errno, call.frame);
  return domctlReply(call, op, createDomain.write(config, op.u.slice(0, createDomain.size)), domid);
}

/** The first table is the root of the p2m. False where the heap is exhausted; then nothing of the domain is left. */
function addPool(core: Core, domid: number): boolean {
  const short = setPool(core, domid, INITIAL_POOL_PAGES);
  const domain = core.domains.get(domid)!;
  if (!short && freePoolPages(domain) > 0) {
    core.domains.update(domid, { tablePages: 1 });
    return true;
  }
  core.heap.give(domain.pool);
  core.domains.remove(domid);
  return false;
}

const typeOf = (config: Config): DomainType =>
  !has(config, "hvm") ? "pv" : config.emulationFlags === EMU_HVM ? "hvm" : "pvh";
