/** A small machine for tests of Xen: RAM below, pmem above, and a memory that remembers what was stored. */
import { err, ok, type Result } from "neverthrow";
import {
  CallerBuffers,
  type Domid,
  type MemoryFault,
  type PhysicalMemory,
  type Recorder,
  type Step,
} from "../../src/abi/mod.ts";
import { BaseBlocks, type Blocks, Layer } from "../../src/base/blocks.ts";
import { GiB, MiB } from "../../src/base/units.ts";
import * as raw from "./raw_encoder.ts";
import { Xen, type XenOptions } from "../../src/xen/mod.ts";

export const DOM0 = 0 as Domid;
export const domid = (id: number): Domid => id as Domid;

/** Pages by frame; poisoned frames fail. */
export class TestMemory implements PhysicalMemory {
  readonly pages = new Map<number, Uint8Array>();
  readonly poison = new Set<number>();

  load(spa: number, length: number): Result<Uint8Array, MemoryFault> {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const frame = Math.floor((spa + i) / 4096);
      if (this.poison.has(frame)) return err({ kind: "poison", address: spa + i });
      bytes[i] = this.pages.get(frame)?.[(spa + i) % 4096] ?? 0;
    }
    return ok(bytes);
  }
  store(spa: number, bytes: Uint8Array): Result<void, MemoryFault> {
    for (let i = 0; i < bytes.length; i++) {
      const frame = Math.floor((spa + i) / 4096);
      let page = this.pages.get(frame);
      if (!page) this.pages.set(frame, page = new Uint8Array(4096));
      page[(spa + i) % 4096] = bytes[i]!;
    }
    return ok(undefined);
  }
  zero(spa: number, length: number): Result<void, MemoryFault> {
    const bad = [...this.poison].find((frame) => frame * 4096 < spa + length && spa < (frame + 1) * 4096);
    return bad === undefined ? this.store(spa, new Uint8Array(length)) : err({ kind: "poison", address: bad * 4096 });
  }
}

export interface Machine {
  readonly xen: Xen;
  readonly options: XenOptions;
  readonly memory: TestMemory;
  readonly steps: Step[];
  readonly buffers: CallerBuffers;
  /** `ok VALUE` or the errno. */
  call(number: number, bytes: Uint8Array, caller?: Domid): number | string;
  /** The reply's bytes of a call that must succeed. */
  reply(number: number, bytes: Uint8Array, caller?: Domid): Uint8Array;
}

/** 1 GiB at 0, 3 GiB at 4 GiB. */
export const RAM = [{ start: 0, end: GiB }, { start: 4 * GiB, end: 7 * GiB }];
/** First frame of the pmem in these tests: 16 GiB. */
export const PMEM = (16 * GiB) / 4096;

export function machine(change: Partial<XenOptions> = {}): Machine {
  const memory = new TestMemory();
  const steps: Step[] = [];
  const recorder: Recorder = { step: (step) => void steps.push(step), loss: () => {} };
  let now = 0n;
  const options: XenOptions = {
    state: new BaseBlocks<unknown>() as Blocks<unknown>,
    tables: {},
    machine: {
      ram: RAM,
      physicalAddressBits: 46,
      cpus: { threadsPerCore: 1, coresPerSocket: 1, count: 1, khz: 2_596_138, hwCaps: [] },
    },
    dom0: { type: "pvh", memory: 512 * MiB, vcpus: 1 },
    management: "dom0",
    memory,
    recorder,
    clock: { now: () => now, advance: (ns) => void (now += ns) },
    ...change,
  };
  const xen = new Xen(options);
  xen.boot();
  return attach(xen, options, memory, steps);
}

/** The same machine on a fork: what is done there is not seen by the parent. */
export function fork(parent: Machine): Machine {
  const options = { ...parent.options, state: new Layer(parent.options.state) };
  return attach(new Xen(options), options, parent.memory, parent.steps);
}

function attach(xen: Xen, options: XenOptions, memory: TestMemory, steps: Step[]): Machine {
  const buffers = new CallerBuffers();
  return {
    xen,
    options,
    memory,
    steps,
    buffers,
    call: (number, bytes, caller = DOM0) =>
      xen.hypercall(caller, number, bytes, buffers).match<number | string>((reply) => reply.value, (errno) => errno),
    reply: (number, bytes, caller = DOM0) => xen.hypercall(caller, number, bytes, buffers)._unsafeUnwrap().bytes,
  };
}

/** What `xl dmesg` would print. */
export function consoleText(m: Machine): string {
  const buffer = new Uint8Array(16384);
  const reply = m.reply(35, raw.sysctl(1, [[8, 8, m.buffers.place(buffer)], [16, 4, buffer.length]]));
  return new TextDecoder().decode(buffer.subarray(0, raw.u32At(reply, 24)));
}
