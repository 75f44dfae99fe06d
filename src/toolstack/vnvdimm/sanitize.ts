/** Zeroing what an earlier owner left: through dom0's exclusively held device, or by Xen where dom0 may not touch it. */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../../abi/address.ts";
import { type Errno } from "../../abi/errno.ts";
import { isZero } from "../../base/bytes.ts";
import { MiB, PAGE_SIZE } from "../../base/units.ts";
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
      : zero(tools, mfn * PAGE_SIZE, count * PAGE_SIZE, backend.name);
    if (done.isErr()) return err({ kind: "sanitize", name: backend.name, errno: done.error });
  }
  const bytes = framesIn(backend.runs) * PAGE_SIZE;
  for (const { remains: { domainName } } of foreign) {
    tools.recorder.loss({ object: backend.name, owner: domainName, bytes, identity: backend.spec });
  }
  return ok();
}

/** What is zero already is left alone, so that fresh media stay fresh. */
function zero(tools: Tools, start: number, length: number, name: string): Result<void, Errno> {
  for (let at = start; at < start + length; at += MiB) {
    const size = Math.min(MiB, start + length - at);
    const there = tools.memory.load(at as Spa, size);
    if (there.isOk() && isZero(there.value)) continue;
    const stored = tools.memory.store(at as Spa, new Uint8Array(size), `${name}, sanitized`);
    if (stored.isErr()) return err("EIO");
  }
  return ok();
}
