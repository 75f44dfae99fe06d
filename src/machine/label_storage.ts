/** The label storage area of one DIMM, as firmware guards it: bounds, transfer limit, lock. Both `_DSM` and `_LSx` use it. */
import { type Recorder } from "../abi/steps.ts";
import { readPages, writePages } from "./media.ts";
import { type DimmFacts, type MachineState } from "./state.ts";

export type LabelRefusal = "no label area" | "out of bounds" | "too long" | "locked";

export class LabelStorage {
  constructor(
    private readonly state: MachineState,
    private readonly dimm: DimmFacts,
    private readonly recorder: Recorder,
  ) {}

  get size(): number {
    return this.dimm.labelBytes;
  }

  get maxTransfer(): number {
    return this.dimm.maxTransfer;
  }

  /** Why a transfer is refused, in firmware's order, or undefined. */
  refusal(offset: number, length: number): LabelRefusal | undefined {
    if (this.size === 0) return "no label area";
    if (this.dimm.locked) return "locked";
    if (length > this.maxTransfer) return "too long";
    return offset + length > this.size ? "out of bounds" : undefined;
  }

  read(offset: number, length: number): Uint8Array {
    return readPages(this.state.media, this.#prefix, offset, length);
  }

  write(offset: number, bytes: Uint8Array, note: string): void {
    writePages(this.state.media, this.#prefix, offset, bytes);
    const { handle } = this.dimm;
    this.recorder.step({ kind: "medium-write", medium: "label area", handle, offset, bytes: bytes.slice(), note });
  }

  get #prefix(): string {
    return `${this.dimm.handle}:l`;
  }
}
