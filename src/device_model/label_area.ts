/**
 * A vNVDIMM's label area: the last pages of its backend. The guest owns them but they are not mapped, so the device model
 * reaches them through Xen (XEN_DMOP_pmem_rw, label series), which flushes what is written.
 */
import { err, ok, type Result } from "neverthrow";
import {
  CallerBuffers,
  dmFrame,
  DMOP,
  dmOp,
  dmOpPmemRw,
  DOM0,
  type Errno,
  HYPERCALL,
  type Hypercall,
} from "../abi/mod.ts";
import { concat } from "../base/bytes.ts";
import { type NvdimmDevice } from "./state.ts";

export class LabelArea {
  constructor(
    private readonly hypercall: Hypercall,
    private readonly domid: number,
    private readonly device: NvdimmDevice,
  ) {}

  read(offset: number, length: number): Result<Uint8Array, Errno> {
    const parts: Uint8Array[] = [];
    for (const part of this.#parts(offset, length)) {
      const read = this.#transfer(part.spa, new Uint8Array(part.length), false);
      if (read.isErr()) return err(read.error);
      parts.push(read.value);
    }
    return ok(concat(...parts));
  }

  write(offset: number, bytes: Uint8Array): Result<void, Errno> {
    let at = 0;
    for (const part of this.#parts(offset, bytes.length)) {
      const written = this.#transfer(part.spa, bytes.slice(at, at + part.length), true);
      if (written.isErr()) return err(written.error);
      at += part.length;
    }
    return ok();
  }

  /** Pieces of host memory behind `[offset, offset + length)` of the area. */
  #parts(offset: number, length: number): { readonly spa: number; readonly length: number }[] {
    const parts: { spa: number; length: number }[] = [];
    let start = 0;
    for (const extent of this.device.labelExtents) {
      const from = Math.max(offset, start);
      const to = Math.min(offset + length, start + extent.length);
      if (from < to) parts.push({ spa: extent.spa + (from - start), length: to - from });
      start += extent.length;
    }
    return parts;
  }

  #transfer(spa: number, data: Uint8Array, isWrite: boolean): Result<Uint8Array, Errno> {
    const buffers = new CallerBuffers();
    const request = concat(
      dmOp.write({ op: DMOP.pmem_rw, pad: 0 }),
      dmOpPmemRw.write({
        paddr: BigInt(spa),
        length: BigInt(data.length),
        done: 0n,
        isWrite: isWrite ? 1 : 0,
        pad: new Uint8Array(7),
      }),
    );
    const handles = [request, data].map((bytes) => ({ handle: buffers.place(bytes), size: BigInt(bytes.length) }));
    const reply = this.hypercall(DOM0, HYPERCALL.dm_op, dmFrame(this.domid, handles), buffers);
    return reply.map(() => data);
  }
}
