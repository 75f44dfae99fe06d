/**
 * ext: nvdimm_op sanitize zeroes data frames that nobody owns, so that frames which held one owner's data can go to
 * another (model.md 3, management `xen`). Preemptible: `done` counts the frames that are zero already.
 */
import { NVDIMM_OP, nvdimmSanitize, SYSCTL } from "../../abi/mod.ts";
import { spaOfMfn } from "../../abi/address.ts";
import { viewOf } from "../../base/bytes.ts";
import { lengthOf, type Range } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Call, type Operation } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { frameRange } from "../frame_numbers.ts";
import { SYSCTL_GATE } from "./gates.ts";
import { type SubResult } from "./operations.ts";

interface Request {
  readonly core: Core;
  readonly range: Range | undefined;
  readonly done: bigint;
}

const CHECKS: readonly Check<Request>[] = [
  {
    errno: "ENXIO",
    when: "data regions do not cover [smfn, emfn) completely",
    fails: ({ core, range }) => !range || !core.regions.covers("data", range),
  },
  { errno: "EINVAL", when: "done exceeds the frames", fails: ({ range, done }) => done > BigInt(lengthOf(range!)) },
  {
    errno: "EBUSY",
    when: "a frame of the range is owned or broken",
    fails: ({ core, range }) => core.frames.firstTaken(range!) !== undefined,
  },
];
const WRITE = { errno: "EIO", when: "a frame cannot be written" } as const;

export const sanitizeOperation: Operation = {
  name: "XEN_SYSCTL_nvdimm_op sanitize",
  hypercall: "sysctl",
  op: SYSCTL.nvdimm_op,
  sub: NVDIMM_OP.sanitize,
  origin: "ext",
  summary: "zeroes free data frames",
  structures: [nvdimmSanitize],
  checks: [...SYSCTL_GATE, ...CHECKS, WRITE],
};

export function sanitize(core: Core, bytes: Uint8Array, call: Call): SubResult {
  const fields = nvdimmSanitize.read(viewOf(bytes))._unsafeUnwrap();
  const range = frameRange({ start: fields.smfn, end: fields.emfn });
  const errno = firstFailure(CHECKS, { core, range, done: fields.done });
  if (errno) return { errno, bytes };
  const from = range!.start + Number(fields.done);
  const end = Math.min(range!.end, from + call.budget);
  const zeroed = core.options.memory.zero(spaOfMfn(from), (end - from) * PAGE_SIZE, "sanitize");
  if (zeroed.isErr()) return { errno: WRITE.errno, bytes };
  const left = nvdimmSanitize.write({ ...fields, done: BigInt(end - range!.start) }, bytes);
  return { errno: undefined, bytes: left, again: end < range!.end, pages: end - from };
}
