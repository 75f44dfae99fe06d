/**
 * The hypervisor. Everything that changes it comes through `hypercall`; what the host itself does to it (boot, a
 * machine check) and what screens ask are the other methods. All state is in the blocks given: an object is made afresh
 * for each fork.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid } from "../abi/address.ts";
import { callName } from "../abi/call_view.ts";
import { type Errno } from "../abi/errno.ts";
import { HYPERCALL } from "../abi/hypercalls.ts";
import { type DomainMemory, type GuestBuffers, type HypercallReply } from "../abi/ports.ts";
import { costByRule, type RealCost } from "../abi/structure_cost.ts";
import { type Range } from "../base/range.ts";
import { type MappingRun } from "../ept/mod.ts";
import { boot } from "./boot.ts";
import { type Call, failed, type Outcome } from "./call.ts";
import { Core } from "./core.ts";
import { firstDenied } from "./denial.ts";
import { type Domain } from "./domain.ts";
import { type OwnedRange } from "./frame_table.ts";
import { GuestMemory } from "./guest_memory.ts";
import { dmOpCall } from "./hypercalls/dm_op.ts";
import { domctlCall } from "./hypercalls/domctl.ts";
import { memoryOpCall } from "./hypercalls/memory_op.ts";
import { platformOpCall } from "./hypercalls/platform_op.ts";
import { schedOpCall } from "./hypercalls/sched_op.ts";
import { sysctlCall } from "./hypercalls/sysctl.ts";
import { type Violation, violations } from "./invariants.ts";
import { machineCheck, type MachineCheckReport } from "./machine_check.ts";
import { mappingRuns } from "./mappings.ts";
import { hiddenNfit } from "./nfit_scan.ts";
import { type XenOptions } from "./options.ts";
import { type PageInfo, pageInfo } from "./page_info.ts";
import { costNow } from "./pmem_setup.ts";
import { type RegionList, type RegionOf } from "./regions.ts";

const HANDLERS: Readonly<Record<number, (core: Core, call: Call) => Outcome>> = {
  [HYPERCALL.platform_op]: platformOpCall,
  [HYPERCALL.memory_op]: memoryOpCall,
  [HYPERCALL.sched_op]: schedOpCall,
  [HYPERCALL.sysctl]: sysctlCall,
  [HYPERCALL.domctl]: domctlCall,
  [HYPERCALL.dm_op]: dmOpCall,
};

/** Declared costs of model time: entering Xen, and handling one page of a call that may take long. */
const ENTRY_NANOSECONDS = 1_000n;
const PAGE_NANOSECONDS = 50n;

export class Xen {
  #core: Core;

  constructor(readonly options: XenOptions) {
    this.#core = new Core(options);
  }

  /** Starts Xen on a machine that was just reset. */
  boot(): void {
    const { state } = this.options;
    for (const id of [...state.ids()]) state.delete(id);
    this.#core = new Core(this.options);
    boot(this.#core);
  }

  /**
   * The `Hypercall` port. `bytes` is the call frame (`abi/call_frame.ts`). Continuations are run to the end here; the
   * recorded step counts them.
   */
  readonly hypercall = (
    caller: Domid,
    number: number,
    bytes: Uint8Array,
    buffers?: GuestBuffers,
  ): Result<HypercallReply, Errno> => {
    const outcome = this.#run(caller, number, bytes, buffers, Infinity);
    const restarts = Math.max(0, Math.ceil(outcome.pages / this.#core.preemptPages) - 1);
    if (outcome.kind === "again") throw new Error("a call without a budget was preempted");
    this.options.clock.advance(
      ENTRY_NANOSECONDS * BigInt(1 + restarts) + PAGE_NANOSECONDS * BigInt(outcome.pages),
    );
    this.options.recorder.step({
      kind: "hypercall",
      caller,
      number,
      name: callName(number, bytes),
      input: bytes.slice(),
      output: outcome.frame,
      result: outcome.kind === "done" ? outcome.value : outcome.errno,
      restarts,
    });
    return outcome.kind === "done" ? ok({ value: outcome.value, bytes: outcome.frame }) : err(outcome.errno);
  };

  /**
   * One entry of a hypercall, preempted after the budget of pages: `again` holds the frame to enter with next. Other
   * calls may come in between, as they may on a real machine.
   */
  enter(caller: Domid, number: number, bytes: Uint8Array, buffers?: GuestBuffers): Outcome {
    return this.#run(caller, number, bytes, buffers, this.#core.preemptPages);
  }

  /** The first address of an access that dom0 may not make; undefined where it may go ahead. Bytes. */
  deniesDom0(spa: number, length: number): number | undefined {
    return firstDenied(this.#core, spa, length);
  }

  /**
   * NFIT as dom0 finds it in memory: under management `xen` its signature reads "TFIN". Firmware's own is put back
   * before the machine sleeps, for a crash kernel, and for a measured restart (`restored`).
   */
  nfitForDom0(restored = false): Uint8Array | undefined {
    const { management, tables } = this.options;
    return tables.nfit && management === "xen" && !restored ? hiddenNfit(tables.nfit) : tables.nfit;
  }

  /** Regions of a list, in frames, ascending. */
  regions<K extends RegionList>(kind: K): readonly RegionOf[K][] {
    return this.#core.regions.list(kind);
  }

  /** What managing a range of frames would cost now, in frames. */
  costOf(range: Range): { readonly rule: number; readonly real: RealCost } {
    return { rule: costByRule(range.end - range.start), real: costNow(this.#core, range) };
  }

  pageInfo(mfn: number): PageInfo {
    return pageInfo(this.#core, mfn);
  }

  /** Owned pages in a range of frames, in order. */
  owned(range?: Range): Generator<OwnedRange> {
    return this.#core.frames.owned(range);
  }

  /** All domains, by domid. */
  domains(): readonly Domain[] {
    return [...this.#core.domains.all()];
  }

  domain(domid: number): Domain | undefined {
    return this.#core.domains.get(domid);
  }

  /** A domain's mappings in order of guest address, for `ept/` to lay out. Bytes. */
  mappings(domid: number): Generator<MappingRun> {
    return mappingRuns(this.#core.p2m(domid));
  }

  /** Guests' loads and stores. */
  get guestMemory(): DomainMemory {
    return new GuestMemory(this.#core);
  }

  /** The processor reports an uncorrectable error at this address. */
  machineCheck(spa: number): MachineCheckReport {
    const report = machineCheck(this.#core, spa);
    this.#core.save();
    return report;
  }

  /** Frames marked broken. */
  get broken(): readonly Range[] {
    return this.#core.frames.broken;
  }

  /** The errors in these frames were cleared by firmware: the marks go too. */
  clearBroken(frames: Range): void {
    this.#core.frames.clearBroken(frames);
  }

  /** Every invariant that does not hold; none on a sound Xen. */
  violations(): Violation[] {
    return violations(this.#core);
  }

  #run(caller: Domid, number: number, frame: Uint8Array, buffers: GuestBuffers | undefined, budget: number): Outcome {
    const domain = this.#core.domains.get(caller);
    if (!domain) throw new Error(`domain ${caller} does not exist and cannot call`);
    const outcome = HANDLERS[number]?.(this.#core, { caller: domain, frame, buffers, budget }) ??
      failed("ENOSYS", frame);
    if (this.#core.stale.pending.length > 0) throw new Error("a hypercall returns before its flush");
    this.#core.save();
    return outcome;
  }
}
