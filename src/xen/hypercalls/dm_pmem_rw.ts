/**
 * XEN_DMOP_pmem_rw (label series; reference/xen-vnvdimm.md 4.14): the device model reads or writes label pages of its
 * domain, which are mapped nowhere. Preemptible after each page; `done` says how far it has got. Writes are flushed.
 */
import { type DmBuffer, DMOP, dmOp, dmOpPmemRw } from "../../abi/mod.ts";
import { isZero, viewOf } from "../../base/bytes.ts";
import { ADDRESS_LIMIT } from "../../base/quantity.ts";
import { lengthOf, type Range } from "../../base/range.ts";
import { type RecordOf } from "../../base/structure.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Spa } from "../../abi/address.ts";
import { again, type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { copyOut } from "../guest_copy.ts";

export const PMEM_RW_SIZE = dmOpPmemRw.size;

export interface DmRequest {
  readonly domid: number;
  readonly buffers: readonly DmBuffer[];
  readonly argument: Uint8Array;
  /** Of the operation's structure in buffer 0. */
  readonly offset: number;
}

interface Request extends DmRequest {
  readonly core: Core;
  readonly op: RecordOf<typeof dmOpPmemRw.fields>;
}

const CHECKS: readonly Check<Request>[] = [
  { errno: "EINVAL", when: "a pad byte is not 0", fails: ({ op }) => !isZero(op.pad) },
  { errno: "EINVAL", when: "there are not exactly two buffers", fails: ({ buffers }) => buffers.length !== 2 },
  {
    errno: "EINVAL",
    when: "buffer 1 is smaller than length",
    fails: ({ buffers, op }) => buffers[1]!.size < op.length,
  },
  { errno: "EINVAL", when: "done exceeds length", fails: ({ op }) => op.done > op.length },
  {
    errno: "EINVAL",
    when: "[paddr, paddr + length) is not inside one data region",
    fails: ({ core, op }) => {
      const frames = framesOf(op);
      return !frames || core.regions.containing("data", frames) === undefined;
    },
  },
  {
    errno: "EINVAL",
    when: "a page of it is not this domain's",
    fails: ({ core, op, domid }) => {
      const frames = framesOf(op)!;
      let pages = 0;
      for (const owned of core.frames.owned(frames)) if (owned.owner === domid) pages += lengthOf(owned);
      return pages !== lengthOf(frames);
    },
  },
];
const COPY = { errno: "EFAULT", when: "page by page: buffer 1 faults, or the memory does" } as const;

export const pmemRwOperation: Operation = {
  name: "XEN_DMOP_pmem_rw",
  hypercall: "dm_op",
  op: DMOP.pmem_rw,
  origin: "label series",
  summary: "reads or writes label pages for the device model; preemptible after each page",
  structures: [dmOp, dmOpPmemRw],
  checks: [...CHECKS, COPY],
};

export function runPmemRw(core: Core, call: Call, request: DmRequest): Outcome {
  const op = dmOpPmemRw.read(viewOf(request.argument))._unsafeUnwrap();
  const refused = firstFailure(CHECKS, { ...request, core, op });
  if (refused) return failed(refused, call.frame);
  const end = Number(op.length);
  let at = Number(op.done);
  let pages = 0;
  while (at < end && pages < call.budget) {
    const paddr = Number(op.paddr) + at;
    const length = Math.min(end - at, PAGE_SIZE - (paddr % PAGE_SIZE));
    if (!copyPage(core, call, request.buffers[1]!.handle + BigInt(at), paddr as Spa, length, op.isWrite !== 0)) {
      return failed(COPY.errno, call.frame, pages + 1);
    }
    at += length;
    pages++;
  }
  const left = dmOpPmemRw.write({ ...op, done: BigInt(at) });
  const structure = request.buffers[0]!.handle + BigInt(request.offset);
  if (!copyOut(call.buffers, structure, left)) return failed(COPY.errno, call.frame, pages);
  return at < end ? again(call.frame, pages) : done(call.frame, 0, pages);
}

/** One page's worth between buffer 1 and memory; false where either faults. */
function copyPage(core: Core, call: Call, handle: bigint, spa: Spa, length: number, isWrite: boolean): boolean {
  const { memory } = core.options;
  const buffer = call.buffers?.at(handle);
  if (!buffer || buffer.length < length) return false;
  if (isWrite) return memory.store(spa, buffer.slice(0, length)).isOk();
  return memory.load(spa, length).match(
    (bytes) => {
      buffer.set(bytes);
      return true;
    },
    () => false,
  );
}

/** The frames an access touches; undefined where it is empty or beyond any machine. */
function framesOf({ paddr, length }: Request["op"]): Range | undefined {
  const end = paddr + length;
  if (length === 0n || end > BigInt(ADDRESS_LIMIT)) return undefined;
  return { start: Math.floor(Number(paddr) / PAGE_SIZE), end: Math.ceil(Number(end) / PAGE_SIZE) };
}
