/** sysctl readconsole, physinfo, getdomaininfolist and numainfo of Xen 4.17: what `xl dmesg`, `info`, `list` ask. */
import {
  domainInfo,
  getDomainInfoList,
  nodeMemory,
  numaInfo,
  PHYSCAP,
  physinfo,
  readConsole,
  SYSCTL,
  sysctl,
} from "../../abi/mod.ts";
import { concat, viewOf } from "../../base/bytes.ts";
import { intersection, lengthOf, type Range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Core } from "../core.ts";
import { infoOf } from "../domain_info.ts";
import { copyOut } from "../guest_copy.ts";
import { proximityDomainsOf } from "../numa.ts";
import { ramFrames } from "../pmem_setup.ts";
import { SYSCTL_GATE } from "./gates.ts";
import { type SysctlOp } from "./operations.ts";

const COPY_OUT = { errno: "EFAULT", when: "the buffer cannot be written" } as const;

const operation = (
  name: keyof typeof SYSCTL,
  summary: string,
  structures: Operation["structures"],
  copies: boolean,
): Operation => ({
  name: `XEN_SYSCTL_${name}`,
  hypercall: "sysctl",
  op: SYSCTL[name],
  origin: "Xen 4.17",
  summary,
  structures,
  checks: copies ? [...SYSCTL_GATE, COPY_OUT] : SYSCTL_GATE,
});

export const sysctlOperations: readonly Operation[] = [
  operation("readconsole", "reads the console ring", [readConsole], true),
  operation("physinfo", "processors and memory of the machine", [physinfo], false),
  operation("getdomaininfolist", "all domains from a domid on", [getDomainInfoList, domainInfo], true),
  operation("numainfo", "memory and distances of the NUMA nodes", [numaInfo, nodeMemory], true),
];

/** The operation's structure back in the union, and the union in the frame. */
function reply(call: Call, op: SysctlOp, structure: Uint8Array): Outcome {
  const u = op.u.slice();
  u.set(structure);
  return done(sysctl.write({ ...op, u }, call.frame));
}

export function runReadConsole(core: Core, call: Call, op: SysctlOp): Outcome {
  const fields = readConsole.read(viewOf(op.u))._unsafeUnwrap();
  const { bytes, index } = core.console.read(fields.count, fields.incremental ? fields.index : undefined);
  if (!copyOut(call.buffers, fields.buffer, bytes)) return failed(COPY_OUT.errno, call.frame);
  if (fields.clear) core.console.consume(index);
  return reply(call, op, readConsole.write({ ...fields, count: bytes.length, index: index >>> 0 }, op.u));
}

/** MAX_NUMNODES - 1 of the default build. */
const MAX_NODE_ID = 63;
const DEFAULT_CAPABILITIES = PHYSCAP.hvm | PHYSCAP.pv | PHYSCAP.hap | PHYSCAP.gnttab_v1 | PHYSCAP.gnttab_v2;

export function runPhysinfo(core: Core, call: Call, op: SysctlOp): Outcome {
  const { cpus, capabilities = DEFAULT_CAPABILITIES } = core.options.machine;
  const ram = ramFrames(core);
  const hwCap = new Uint8Array(32);
  cpus.hwCaps.slice(0, 8).forEach((word, i) => viewOf(hwCap).setUint32(4 * i, word, true));
  const fields = {
    ...physinfo.blank(),
    threadsPerCore: cpus.threadsPerCore,
    coresPerSocket: cpus.coresPerSocket,
    nrCpus: cpus.count,
    maxCpuId: cpus.count - 1,
    nrNodes: proximityDomainsOf(core.numa).length,
    maxNodeId: MAX_NODE_ID,
    cpuKhz: cpus.khz,
    capabilities,
    totalPages: BigInt(ram.reduce((sum, r) => sum + lengthOf(r), 0)),
    freePages: BigInt(core.heap.freePages),
    maxMfn: BigInt(Math.max(0, ...ram.map((r) => r.end), ...core.regions.managed().map((r) => r.end)) - 1),
    hwCap,
  };
  return reply(call, op, physinfo.write(fields));
}

export function runGetDomainInfoList(core: Core, call: Call, op: SysctlOp): Outcome {
  const fields = getDomainInfoList.read(viewOf(op.u))._unsafeUnwrap();
  const domains = [...core.domains.all()]
    .filter((domain) => domain.domid >= fields.firstDomain)
    .slice(0, fields.maxDomains);
  const bytes = concat(...domains.map((domain) => domainInfo.write(infoOf(core, domain))));
  if (!copyOut(call.buffers, fields.buffer, bytes)) return failed(COPY_OUT.errno, call.frame);
  return reply(call, op, getDomainInfoList.write({ ...fields, numDomains: domains.length }, op.u));
}

/** Without a SLIT: 10 to itself, 20 to any other node. */
const LOCAL_DISTANCE = 10;
const REMOTE_DISTANCE = 20;

export function runNumaInfo(core: Core, call: Call, op: SysctlOp): Outcome {
  const fields = numaInfo.read(viewOf(op.u))._unsafeUnwrap();
  const all = nodes(core);
  const asks = fields.meminfo !== 0n || fields.distance !== 0n;
  const shown = asks ? all.slice(0, fields.numNodes) : all;
  const distances = shown.flatMap((_, i) => shown.map((_, j) => (i === j ? LOCAL_DISTANCE : REMOTE_DISTANCE)));
  const meminfo = concat(...shown.map((node) => nodeMemory.write(node)));
  const copied = (fields.meminfo === 0n || copyOut(call.buffers, fields.meminfo, meminfo)) &&
    (fields.distance === 0n ||
      copyOut(call.buffers, fields.distance, new Uint8Array(Uint32Array.from(distances).buffer)));
  if (!copied) return failed(COPY_OUT.errno, call.frame);
  return reply(call, op, numaInfo.write({ ...fields, numNodes: shown.length }, op.u));
}

/** Bytes spanned by each node, holes included as in Xen, and bytes free in it. */
function nodes(core: Core): { memsize: bigint; memfree: bigint }[] {
  const ram = ramFrames(core);
  return proximityDomainsOf(core.numa).map((pxm) => {
    const blocks: readonly Range[] = core.numa.blocks
      ? core.numa.blocks.filter((b) => b.pxm === pxm).map(({ start, end }) => ({
        start: start / PAGE_SIZE,
        end: end / PAGE_SIZE,
      }))
      : [{ start: 0, end: Infinity }];
    const own = ram.flatMap((r) => blocks.map((b) => intersection(r, b)).filter((part) => part !== undefined));
    const free = core.heap.free.flatMap((r) => blocks.map((b) => intersection(r, b)).filter((p) => p !== undefined));
    const span = own.length === 0
      ? 0
      : Math.max(...own.map((r) => r.end)) - (core.numa.blocks ? Math.min(...own.map((r) => r.start)) : 0);
    return {
      memsize: BigInt(span * PAGE_SIZE),
      memfree: BigInt(free.reduce((sum, r) => sum + lengthOf(r), 0) * PAGE_SIZE),
    };
  });
}
