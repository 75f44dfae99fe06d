/**
 * The hypervisor. Everything that changes it comes through `hypercall`; what the host itself does to it (boot, a machine
 * check) and what screens ask are the other methods. All state is in the blocks given: an object is made afresh for each fork.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid } from "../abi/address.ts";
import { type Errno } from "../abi/errno.ts";
import { HYPERCALL } from "../abi/hypercalls.ts";
import { type GuestBuffers, type HypercallReply } from "../abi/ports.ts";
import { boot } from "./boot.ts";
import { type Call, failed, type Outcome } from "./call.ts";
import { callName } from "./call_name.ts";
import { Core } from "./core.ts";
import { dmOpCall } from "./hypercalls/dm_op.ts";
import { domctlCall } from "./hypercalls/domctl.ts";
import { memoryOpCall } from "./hypercalls/memory_op.ts";
import { platformOpCall } from "./hypercalls/platform_op.ts";
import { schedOpCall } from "./hypercalls/sched_op.ts";
import { sysctlCall } from "./hypercalls/sysctl.ts";
import { type XenOptions } from "./options.ts";

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
  readonly #core: Core;

  constructor(readonly options: XenOptions) {
    this.#core = new Core(options);
  }

  /** Starts Xen on a machine that was just reset. */
  boot(): void {
    boot(this.#core);
  }

  /**
   * The `Hypercall` port. `bytes` is the call frame (`abi/call_frame.ts`). Continuations are run to the end here; the recorded
   * step counts them.
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
   * One entry of a hypercall, preempted after the budget of pages: `again` holds the frame to enter with next. Other calls may
   * come in between, as they may on a real machine.
   */
  enter(caller: Domid, number: number, bytes: Uint8Array, buffers?: GuestBuffers): Outcome {
    return this.#run(caller, number, bytes, buffers, this.#core.preemptPages);
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
