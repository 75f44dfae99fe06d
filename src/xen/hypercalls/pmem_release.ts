/**
 * ext: dom0 takes a reported range back (model.md 2). Content is untouched and dom0's access restored. Refused while a
 * page of it is somebody's, or while structures in it serve frames outside it; the range in the way is left in the
 * structure.
 */
import { XENPF } from "../../abi/hypercalls.ts";
import { platformOp } from "../../abi/platform.ts";
import { pmemRelease } from "../../abi/nvdimm.ts";
import { viewOf } from "../../base/bytes.ts";
import { contains, intersection, overlaps, type Range } from "../../base/range.ts";
import { type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { frameRange, framesText } from "../frame_numbers.ts";
import { servedBy } from "../regions.ts";
import { PLATFORM_GATE } from "./gates.ts";
import { type PlatformOp } from "./operations.ts";

interface ReleaseRequest {
  readonly core: Core;
  readonly range: Range | undefined;
  /** First thing in the way, if any. */
  readonly owned: Range | undefined;
  readonly served: Range | undefined;
}

const CHECKS: readonly Check<ReleaseRequest>[] = [
  {
    errno: "ENXIO",
    when: "the range is not exactly one that dom0 reported",
    fails: ({ core, range }) =>
      !range ||
      !core.regions.list("raw").some((raw) =>
        raw.source === "dom0" && raw.start === range.start && raw.end === range.end
      ),
  },
  { errno: "EBUSY", when: "a page of the range is owned by a domain", fails: ({ owned }) => owned !== undefined },
  {
    errno: "EBUSY",
    when: "frame table or M2P of frames outside the range lies in it",
    fails: ({ served }) => served !== undefined,
  },
];

export const pmemReleaseOperation: Operation = {
  name: "XENPF_pmem_release",
  hypercall: "platform_op",
  op: XENPF.pmem_release,
  origin: "ext",
  summary: "dom0 takes a reported range back; content is left as it is",
  structures: [pmemRelease],
  checks: [...PLATFORM_GATE, ...CHECKS],
};

export function runPmemRelease(core: Core, call: Call, op: PlatformOp): Outcome {
  const fields = pmemRelease.read(viewOf(op.u))._unsafeUnwrap();
  const range = frameRange({ start: fields.spfn, end: fields.epfn });
  const owned = range && core.frames.owned(range).next().value;
  const served = range && servedOutside(core, range);
  const refused = firstFailure(CHECKS, { core, range, owned, served });
  if (refused) {
    const inTheWay = refused === "EBUSY" ? owned ?? served : undefined;
    if (!inTheWay) return failed(refused, call.frame);
    const left = { ...fields, busySpfn: BigInt(inTheWay.start), busyEpfn: BigInt(inTheWay.end) };
    return failed(refused, platformOp.write({ ...op, u: pmemRelease.write(left, op.u) }));
  }
  core.regions.removeWithin("data", range!);
  core.regions.removeWithin("mgmt", range!);
  core.regions.removeWithin("raw", range!);
  core.regions.dropUnused();
  core.console.print(`pmem: ${framesText(range!)} given back to dom0`);
  return done(call.frame);
}

/** A managed range outside `range` that has structures inside it. */
function servedOutside(core: Core, range: Range): Range | undefined {
  const inside = core.regions.list("mgmt").filter((mgmt) => contains(range, mgmt)).flatMap((mgmt) => mgmt.structures);
  const outside = core.regions.managed().filter((managed) => !overlaps(managed, range));
  return outside.find((managed) => inside.some((run) => intersection(servedBy(run), managed)));
}
