/**
 * An uncorrectable memory error (design v2 4.2.5; model.md 6). Xen takes the machine check, marks the frame broken and
 * leaves it mapped: pmem never goes to the page-offlining of RAM. Its owner gets a virtual machine check at the
 * guest-physical address; one that cannot take it is stopped.
 */
import { hex, PAGE_SIZE } from "../base/units.ts";
import { type Core } from "./core.ts";
import { type Domain, isHvm } from "./domain.ts";
import { pageInfo } from "./page_info.ts";

export interface MachineCheckReport {
  readonly mfn: number;
  /** Undefined where nobody owns the frame. */
  readonly domid: number | undefined;
  /** Where the guest sees the error, in bytes; undefined for a page it has not mapped. */
  readonly gpa: number | undefined;
  /**
   * `free`: a page that Xen has and nobody owns. `xen`: Xen's own structures, which a real machine does not survive.
   * `dom0`: dom0's page, or pmem that is its own as Xen was not given it. `vmce`: injected into the guest. `crashed`:
   * the guest could not take it. `unmapped`: a label page; nobody is told.
   */
  readonly outcome: "free" | "xen" | "dom0" | "vmce" | "crashed" | "unmapped";
}

/** `spa`: the address the processor reported. */
export function machineCheck(core: Core, spa: number): MachineCheckReport {
  const mfn = Math.floor(spa / PAGE_SIZE);
  const frame = { start: mfn, end: mfn + 1 };
  core.frames.markBroken(frame);
  const page = core.frames.pageAt(mfn);
  const gpa = page?.gfn === undefined ? undefined : page.gfn * PAGE_SIZE + (spa % PAGE_SIZE);
  const domid = page?.owner;
  const report = (outcome: MachineCheckReport["outcome"]): MachineCheckReport => {
    const owner = domid === undefined ? "" : ` d${domid}`;
    const where = gpa === undefined ? "" : ` gpa ${hex(gpa)}`;
    core.console.print(`MCE: uncorrectable error at ${hex(spa)}, mfn ${hex(mfn)}${owner}${where}: ${outcome}`);
    return { mfn, domid, gpa, outcome };
  };
  if (!page) return report(unownedOutcome(core, mfn));
  if (page.owner === 0) return report("dom0");
  if (gpa === undefined) return report("unmapped");
  const domain = core.domains.get(page.owner)!;
  if (canTakeMachineCheck(domain)) {
    core.domains.update(domain.domid, { machineChecks: [...domain.machineChecks, gpa] });
    return report("vmce");
  }
  core.domains.update(domain.domid, { shutdown: domain.shutdown ?? "crash" });
  return report("crashed");
}

/** vMCE needs a vCPU that runs: an HVM guest that was started and is not down. */
const canTakeMachineCheck = (domain: Domain): boolean =>
  isHvm(domain) && domain.creationFinished && domain.shutdown === undefined && domain.life === "alive";

function unownedOutcome(core: Core, mfn: number): "free" | "xen" | "dom0" {
  const { use } = pageInfo(core, mfn);
  if (use === "structure") return "xen";
  return core.options.management === "dom0" && (use === "unknown" || use === "reserved") ? "dom0" : "free";
}
