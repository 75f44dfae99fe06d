/** Xen starts on empty state: memory, NUMA, pmem regions, dom0. */
import { NIL_UUID } from "../base/guid.ts";
import { lengthOf, type Range } from "../base/range.ts";
import { KiB, MiB, PAGE_SIZE } from "../base/units.ts";
import { type Core } from "./core.ts";
import { newDomain } from "./domain.ts";
import { framesText } from "./frame_numbers.ts";
import { scanNfit } from "./nfit_scan.ts";
import { ownStructureFrames, ramFrames } from "./pmem_setup.ts";
import { setPool } from "./pool.ts";

/** How `xl dmesg` shows each line. */
const PREFIX = /^\(XEN\) /;

export function boot(core: Core): void {
  const { management, tables, log = [] } = core.options;
  for (const line of log) core.console.print(line.replace(PREFIX, ""));
  const ram = ramFrames(core);
  if (log.length === 0) describeMachine(core, ram);
  core.heap.reset(ram);
  core.heap.allocate(ownStructureFrames(core), 0);
  if (management === "xen") registerPmem(core, tables.nfit);
  buildDom0(core);
  core.save();
}

function describeMachine(core: Core, ram: readonly Range[]): void {
  core.console.print("Xen-e820 RAM map:");
  for (const { start, end } of core.options.machine.ram) {
    core.console.print(` [${address(start)}, ${address(end - 1)}] (usable)`);
  }
  const bytes = ram.reduce((sum, r) => sum + lengthOf(r), 0) * PAGE_SIZE;
  core.console.print(`System RAM: ${Math.floor(bytes / MiB)}MB (${bytes / 1024}kB)`);
  for (const line of core.numa.messages) core.console.print(line);
  if (!core.numa.blocks) {
    const end = Math.max(0, ...ram.map((r) => r.end)) * PAGE_SIZE;
    core.console.print(`Faking a node at ${address(0)}-${address(end)}`);
  }
  core.console.print(`*** Building a ${core.options.dom0.type === "pv" ? "PV" : "PVH"} Dom0 ***`);
}

/** Management `xen`: what NFIT says is healthy becomes raw pmem, and NFIT is hidden from dom0. */
function registerPmem(core: Core, nfit: Uint8Array | undefined): void {
  const { healthy, messages } = scanNfit(nfit);
  for (const line of messages) core.console.print(line);
  for (const { start, end, pxm } of healthy) {
    const range = { start, end };
    if (start >= end) {
      core.console.print(`pmem: ${framesText(range)} not registered: no whole frame`);
    } else if (core.regions.overlapping("raw", range)) {
      core.console.print(`pmem: ${framesText(range)} not registered: overlaps another region`);
    } else {
      const known = core.numa.blocks !== undefined;
      core.regions.insert("raw", { ...range, pxm: known ? pxm : 0, source: "nfit" });
      core.console.print(`pmem: ${framesText(range)}, PXM ${known ? pxm : "0, no usable SRAT"}`);
    }
  }
}

/** Pages of a PVH dom0's table pool (`arch/x86/dom0_build.c`, dom0_paging_pages). Its own mappings are not modeled. */
function dom0PoolPages(pages: number, vcpus: number): number {
  const kib = 4 * (256 * vcpus + Math.floor(pages * PAGE_SIZE / MiB));
  return Math.ceil(kib * KiB / MiB) * (MiB / PAGE_SIZE);
}

/** Local APIC, I/O APIC, vPCI. */
const EMU_PVH_DOM0 = 0x411;

function buildDom0(core: Core): void {
  const { type, memory, vcpus } = core.options.dom0;
  const wanted = Math.floor(memory / PAGE_SIZE);
  const ram = core.heap.allocate(wanted, 0);
  for (const range of ram) core.frames.assign(range, { owner: 0, kind: "ram", gfn: undefined });
  const pages = ram.reduce((sum, r) => sum + lengthOf(r), 0);
  core.domains.set({
    ...newDomain({
      domid: 0,
      uuid: NIL_UUID,
      type,
      maxVcpus: vcpus,
      maxOrder: 18,
      createdAt: core.options.clock.now(),
    }),
    privileged: true,
    emulationFlags: type === "pvh" ? EMU_PVH_DOM0 : 0,
    vcpus,
    maxPages: wanted,
    ramPages: pages,
    pauseCount: 0,
    creationFinished: true,
  });
  if (type === "pvh") {
    setPool(core, 0, dom0PoolPages(wanted, vcpus));
    core.domains.update(0, { tablePages: 1 });
  }
}

const address = (value: number): string => value.toString(16).padStart(16, "0");
