/**
 * dm_op: the gate (`common/dm.c`, `arch/x86/hvm/dm.c`) and the dispatch. Only the label series' operation is modeled.
 */
import { DM_FRAME_HEAD, type DmBuffer, DMOP, dmOp, dmOpBuffer } from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type RecordOf } from "../../base/structure.ts";
import { type Call, failed, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { type Domain, isHvm } from "../domain.ts";
import { copyIn } from "../guest_copy.ts";
import { PMEM_RW_SIZE, runPmemRw } from "./dm_pmem_rw.ts";

const MAX_BUFFERS = 2n;
/** The operation's structure follows the common head. */
const HEAD = dmOp.size;

const SIZES: Readonly<Record<number, number>> = { [DMOP.pmem_rw]: PMEM_RW_SIZE };

/** What the gate has found so far; later checks use what earlier ones made sure of. */
class Gate {
  constructor(private readonly core: Core, readonly call: Call) {}

  /** Register `index`; all ones where the frame lacks it. */
  #register(index: number): bigint {
    const { frame } = this.call;
    return frame.length >= DM_FRAME_HEAD ? viewOf(frame).getBigUint64(8 * index, true) : (1n << 64n) - 1n;
  }
  get domid(): number {
    return Number(this.#register(0) & 0xffffn);
  }
  get bufferCount(): bigint {
    return this.#register(1);
  }
  get buffers(): readonly DmBuffer[] | undefined {
    const { frame } = this.call;
    const count = Number(this.bufferCount);
    if (frame.length < DM_FRAME_HEAD + count * dmOpBuffer.size) return undefined;
    const view = viewOf(frame);
    return Array.from(
      { length: count },
      (_, i) => dmOpBuffer.read(view, DM_FRAME_HEAD + i * dmOpBuffer.size)._unsafeUnwrap(),
    );
  }
  get target(): Domain | undefined {
    return this.core.domains.get(this.domid);
  }
  /** The first bytes of buffer 0; undefined where they cannot be read or the buffer is smaller. */
  read(length: number): Uint8Array | undefined {
    const [first] = this.buffers!;
    return first!.size >= BigInt(length) ? copyIn(this.call.buffers, first!.handle, length) : undefined;
  }
  get head(): RecordOf<typeof dmOp.fields> | undefined {
    const bytes = this.read(HEAD);
    return bytes && dmOp.read(viewOf(bytes))._unsafeUnwrap();
  }
  get argument(): Uint8Array | undefined {
    return this.read(HEAD + SIZES[this.head!.op]!)?.subarray(HEAD);
  }
}

export const DM_GATE: readonly Check<Gate>[] = [
  { errno: "ENODATA", when: "no buffers are handed over", fails: (gate) => gate.bufferCount === 0n },
  { errno: "E2BIG", when: "more than two buffers are", fails: (gate) => gate.bufferCount > MAX_BUFFERS },
  { errno: "EFAULT", when: "the buffer descriptors cannot be read", fails: (gate) => gate.buffers === undefined },
  { errno: "ESRCH", when: "no such domain", fails: (gate) => gate.target === undefined },
  {
    errno: "EPERM",
    when: "the domain is the caller itself",
    fails: (gate) => gate.domid === gate.call.caller.domid,
  },
  { errno: "EINVAL", when: "the domain is not HVM", fails: (gate) => !isHvm(gate.target!) },
  { errno: "EPERM", when: "the caller is not privileged (dom0)", fails: (gate) => !gate.call.caller.privileged },
  { errno: "EFAULT", when: "the head of buffer 0 cannot be read", fails: (gate) => gate.head === undefined },
  {
    errno: "EOPNOTSUPP",
    when: "the operation is unknown",
    fails: (gate) => SIZES[gate.head!.op] === undefined,
  },
  {
    errno: "EFAULT",
    when: "buffer 0 is too small for the operation, or cannot be read",
    fails: (gate) => gate.argument === undefined,
  },
  { errno: "EINVAL", when: "the head's pad is not 0", fails: (gate) => gate.head!.pad !== 0 },
];

export function dmOpCall(core: Core, call: Call): Outcome {
  const gate = new Gate(core, call);
  const refused = firstFailure(DM_GATE, gate);
  if (refused) return failed(refused, call.frame);
  return runPmemRw(core, call, { domid: gate.domid, buffers: gate.buffers!, argument: gate.argument!, offset: HEAD });
}
