/**
 * Giving a guest the frames behind its vNVDIMMs, where the device model put them (RFC v4: the answer of query-memory-devices,
 * then XENMEM_populate_pmem_map). Label pages are owned but lie nowhere in the guest.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid } from "../../abi/address.ts";
import { type Json } from "../../base/json.ts";
import { hex, MiB, PAGE_SIZE } from "../../base/units.ts";
import { type Backend } from "../backend/backend.ts";
import { type FrameRun, slice } from "../backend/frame_run.ts";
import { type CreateFault } from "../domain/create_failure.ts";
import { nvdimmId } from "../domain/qemu_arguments.ts";
import { mebibytesFor, tablesFor } from "../domain/table_pool.ts";
import { type Tools } from "../parts.ts";

/** A backend in a slot of a domain. */
export interface Placed {
  readonly slot: number;
  readonly backend: Backend;
  /** Bytes. */
  readonly gpa: number;
}

/** Guest addresses by slot, as the device model tells them; `expected` is the data pages that each slot should have. */
export function deviceAddresses(
  tools: Tools,
  domid: number,
  expected: ReadonlyMap<number, number>,
): Result<ReadonlyMap<number, number>, CreateFault> {
  const answer = tools.qmp(domid as Domid, "query-memory-devices", {});
  if (answer.isErr()) {
    return err({ kind: "qmp", command: "query-memory-devices", text: answer.error.desc });
  }
  const addresses = new Map<number, number>();
  for (const entry of answer.value as readonly { readonly data: { readonly [key: string]: Json } }[]) {
    const { id, slot, addr, size } = entry.data as { id: string; slot: number; addr: number; size: number };
    const pages = expected.get(slot);
    const fits = pages !== undefined && id === nvdimmId(slot) && addr % PAGE_SIZE === 0 && size === pages * PAGE_SIZE;
    if (!fits) return err({ kind: "unknown-device", id, slot });
    addresses.set(slot, addr);
  }
  return ok(addresses);
}

/** Maps one; on a failure what was mapped stays, for the caller to undo by destroying the domain or by unmapping. */
export function mapBackend(
  tools: Tools,
  domid: number,
  { slot, backend, gpa }: Placed,
  pool: { readonly bytes: number; readonly order: 0 | 9 | 18 },
): Result<void, CreateFault> {
  const { pages, labelPages, runs } = backend;
  const data = slice(runs, 0, pages);
  let gfn = gpa / PAGE_SIZE;
  for (const { mfn, count } of data) {
    const mapped = tools.pmem.populate(domid, mfn, gfn, count, "data");
    if (mapped.isErr()) {
      if (mapped.error === "ENOMEM") return err(poolFault(slot, data, gpa, pool));
      return err({ kind: "mapping", slot, mfn, errno: mapped.error });
    }
    gfn += count;
  }
  for (const { mfn, count } of slice(runs, pages, labelPages)) {
    const taken = tools.pmem.populate(domid, mfn, 0, count, "label");
    if (taken.isErr()) return err({ kind: "mapping", slot, mfn, errno: taken.error });
  }
  return ok();
}

function poolFault(
  slot: number,
  runs: readonly FrameRun[],
  gpa: number,
  { bytes, order }: { readonly bytes: number; readonly order: 0 | 9 | 18 },
): CreateFault {
  const tables = tablesFor([{ runs, gpa }], order);
  return { kind: "table-pool", slot, pool: bytes, tables, addMiB: mebibytesFor(tables) };
}

/** A guest's Linux carves fsdax and devdax namespaces out of a region that starts on this, and of no other. Bytes. */
const GUEST_REGION_ALIGN = 16 * MiB;

/** What to say where a guest could carve nothing but raw and sector namespaces out of a vNVDIMM. */
export function placementNote({ slot, gpa }: { readonly slot: number; readonly gpa: number }): string | undefined {
  if (gpa % GUEST_REGION_ALIGN === 0) return undefined;
  return `slot ${slot} starts at ${hex(gpa)}, not on 16 MiB: the guest's ndctl refuses fsdax and devdax there; ` +
    `nvdeck_placement = "congruent" puts it elsewhere`;
}
