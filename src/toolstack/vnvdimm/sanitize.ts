/** Zeroing what an earlier owner left: through dom0's exclusively held device, or by Xen where dom0 may not touch it. */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../../abi/address.ts";
import { type Errno } from "../../abi/errno.ts";
import { type MemoryFault } from "../../abi/ports.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Claimant, foreignRemains } from "../backend/claims.ts";
import { framesIn } from "../backend/frame_run.ts";
import { type CreateFault } from "../domain/create_failure.ts";
import { type Tools } from "../parts.ts";
import { type Placed } from "./mapping.ts";

/** All of a backend that holds another guest's data. */
export function sanitize(
  tools: Tools,
  guest: Claimant,
  { slot, backend }: Pick<Placed, "slot" | "backend">,
): Result<void, CreateFault> {
  const foreign = foreignRemains(tools, guest, slot, backend);
  if (foreign.length === 0) return ok();
  for (const { mfn, count } of backend.runs) {
    const done = tools.management === "xen"
      ? tools.pmem.sanitize({ start: mfn, end: mfn + count })
      : tools.memory.zero((mfn * PAGE_SIZE) as Spa, count * PAGE_SIZE, `${backend.name}, sanitized`);
    if (done.isErr()) return err({ kind: "sanitize", name: backend.name, errno: errnoOf(done.error) });
  }
  const bytes = framesIn(backend.runs) * PAGE_SIZE;
  for (const { remains: { domainName } } of foreign) {
    tools.recorder.loss({ object: backend.name, owner: domainName, bytes, identity: backend.spec });
  }
  return ok();
}

/** As a block device says it. */
const errnoOf = (fault: Errno | MemoryFault): Errno => (typeof fault === "string" ? fault : "EIO");
