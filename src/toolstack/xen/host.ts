/** The machine as Xen describes it: processors, memory, NUMA nodes, its console (Xen 4.17 sysctl). */
import { err, ok, type Result } from "neverthrow";
import {
  CallerBuffers,
  type Errno,
  nodeMemory,
  numaInfo,
  PHYSCAP,
  physinfo,
  readConsole,
  SYSCTL,
} from "../../abi/mod.ts";
import { textOf, viewOf } from "../../base/bytes.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Caller } from "./caller.ts";

export interface PhysInfo {
  readonly threadsPerCore: number;
  readonly coresPerSocket: number;
  readonly cpus: number;
  readonly maxCpuId: number;
  readonly nodes: number;
  readonly cpuKhz: number;
  /** Eight words. */
  readonly hwCaps: readonly number[];
  readonly capabilities: Readonly<Record<keyof typeof PHYSCAP, boolean>>;
  /** Bytes. */
  readonly total: number;
  readonly free: number;
  readonly outstanding: number;
}

export interface NodeInfo {
  /** Bytes. */
  readonly size: number;
  readonly free: number;
  readonly distances: readonly number[];
}

const CONSOLE_BYTES = 16384;

export class XenHost {
  constructor(private readonly caller: Caller) {}

  physinfo(): Result<PhysInfo, Errno> {
    return this.caller.sysctl(SYSCTL.physinfo, physinfo, physinfo.blank()).map((info) => ({
      threadsPerCore: info.threadsPerCore,
      coresPerSocket: info.coresPerSocket,
      cpus: info.nrCpus,
      maxCpuId: info.maxCpuId,
      nodes: info.nrNodes,
      cpuKhz: info.cpuKhz,
      hwCaps: Array.from({ length: 8 }, (_, i) => viewOf(info.hwCap).getUint32(4 * i, true)),
      capabilities: Object.fromEntries(
        Object.entries(PHYSCAP).map(([name, bit]) => [name, (info.capabilities & bit) !== 0]),
      ) as PhysInfo["capabilities"],
      total: Number(info.totalPages) * PAGE_SIZE,
      free: Number(info.freePages) * PAGE_SIZE,
      outstanding: Number(info.outstandingPages) * PAGE_SIZE,
    }));
  }

  nodes(): Result<NodeInfo[], Errno> {
    const counted = this.caller.sysctl(SYSCTL.numainfo, numaInfo, numaInfo.blank());
    if (counted.isErr()) return err(counted.error);
    const { numNodes } = counted.value;
    const buffers = new CallerBuffers();
    const memory = new Uint8Array(numNodes * nodeMemory.size);
    const distance = new Uint8Array(4 * numNodes * numNodes);
    const record = {
      ...numaInfo.blank(),
      numNodes,
      meminfo: buffers.place(memory),
      distance: buffers.place(distance),
    };
    return this.caller.sysctl(SYSCTL.numainfo, numaInfo, record, buffers).map((answer) =>
      Array.from({ length: answer.numNodes }, (_, node) => {
        const { memsize, memfree } = nodeMemory.read(viewOf(memory), node * nodeMemory.size)._unsafeUnwrap();
        const row = 4 * node * numNodes;
        const distances = Array.from({ length: numNodes }, (_, to) => viewOf(distance).getUint32(row + 4 * to, true));
        return { size: Number(memsize), free: Number(memfree), distances };
      })
    );
  }

  /** The console ring from its beginning. */
  console(clear: boolean): Result<string, Errno> {
    let text = "";
    let index = 0;
    for (;;) {
      const buffers = new CallerBuffers();
      const buffer = new Uint8Array(CONSOLE_BYTES);
      const record = {
        ...readConsole.blank(),
        clear: clear ? 1 : 0,
        incremental: text === "" ? 0 : 1,
        index,
        buffer: buffers.place(buffer),
        count: buffer.length,
      };
      const part = this.caller.sysctl(SYSCTL.readconsole, readConsole, record, buffers);
      if (part.isErr()) return err(part.error);
      const { count } = part.value;
      if (count === 0) return ok(text);
      text += textOf(buffer.subarray(0, count));
      index = part.value.index;
    }
  }
}
