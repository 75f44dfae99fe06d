/** Whether this guest may have this backend: nobody else has it or is owed it, and it is the one that the guest had before. */
import { overlaps } from "../../base/range.ts";
import { type Assignment, assignmentId, type Remains } from "../assignment.ts";
import { assignments } from "../assignments.ts";
import { records } from "../domain_records.ts";
import { type Tools } from "../parts.ts";
import { type Backend } from "./backend.ts";
import { type BackendRefusal } from "./backend_refusal.ts";
import { covers, differences, sameMemory } from "./compare.ts";
import { type BackendIdentity } from "./identity.ts";

export interface Claimant {
  readonly uuid: string;
  readonly name: string;
}

/** How content of an earlier owner is dealt with. */
export type Handover = "sanitize" | "keep" | undefined;

export function claimFault(
  tools: Tools,
  guest: Claimant,
  slot: number,
  backend: Backend,
  handover: Handover,
): BackendRefusal | undefined {
  return keptFault(tools, guest, slot, backend) ?? useFault(tools, backend) ??
    reservedFault(tools, guest, slot, backend) ??
    (handover === undefined ? remainsFault(tools, guest, slot, backend) : undefined);
}

/** The slot has an owner's record already: it must be the same memory, with the same labels. */
function keptFault(tools: Tools, guest: Claimant, slot: number, backend: Backend): BackendRefusal | undefined {
  const kept = tools.state.assignments.get(assignmentId(guest.uuid, slot));
  if (!kept) return undefined;
  const place = { domain: guest.name, slot };
  const [keptUuid, askedUuid] = [uuidOf(kept.identity), uuidOf(backend.identity)];
  if (kept.identity.kind !== backend.identity.kind || keptUuid !== askedUuid) {
    return { kind: "slot-kept", ...place, kept: kept.spec, keptUuid, asked: backend.spec, askedUuid };
  }
  const changed = differences(kept.identity, backend.identity);
  if (changed.length > 0) return { kind: "identity-differs", ...place, spec: backend.spec, differences: changed };
  if (kept.labelPages !== backend.labelPages) {
    return { kind: "labels-changed", ...place, was: kept.labelPages, is: backend.labelPages };
  }
  return undefined;
}

/** Of the namespace that it is or lies in. */
const uuidOf = (identity: BackendIdentity): string | undefined =>
  identity.kind === "namespace" ? identity.uuid : identity.kind === "file" ? identity.namespace.uuid : undefined;

/** A running domain has some of these frames. */
function useFault(tools: Tools, backend: Backend): BackendRefusal | undefined {
  for (const { name, vnvdimms } of records(tools)) {
    for (const { slot, runs } of vnvdimms) {
      const shared = runs.some((one) =>
        backend.runs.some((other) =>
          overlaps({ start: one.mfn, end: one.mfn + one.count }, { start: other.mfn, end: other.mfn + other.count })
        )
      );
      if (shared) return { kind: "in-use-by", name: backend.name, domain: name, slot };
    }
  }
  return undefined;
}

/** Another guest, or another slot of this one, is owed it. */
function reservedFault(tools: Tools, guest: Claimant, slot: number, backend: Backend): BackendRefusal | undefined {
  const other = assignments(tools).find((assignment: Assignment) =>
    !(assignment.domainUuid === guest.uuid && assignment.slot === slot) &&
    sameMemory(assignment.identity, backend.identity)
  );
  return other && { kind: "reserved-for", name: backend.name, domain: other.domainName, slot: other.slot };
}

/** An earlier owner's data are still there. */
function remainsFault(tools: Tools, guest: Claimant, slot: number, backend: Backend): BackendRefusal | undefined {
  const [left] = foreignRemains(tools, guest, slot, backend);
  return left && { kind: "remains", name: backend.name, domain: left.remains.domainName };
}

interface KeptRemains {
  readonly id: string;
  readonly remains: Remains;
}

/** Data of others in this backend. What is this guest's already holds its own, whoever had it before. */
export function foreignRemains(tools: Tools, guest: Claimant, slot: number, backend: Backend): KeptRemains[] {
  if (tools.state.assignments.get(assignmentId(guest.uuid, slot))) return [];
  return keptRemains(tools).filter(({ remains }) =>
    remains.domainUuid !== guest.uuid && sameMemory(remains.identity, backend.identity)
  );
}

/** Of what lies wholly in this backend nothing is remembered any more: it has a new owner. */
export function forgetRemains(tools: Tools, backend: Backend): void {
  for (const { id, remains } of keptRemains(tools)) {
    if (covers(backend.identity, remains.identity)) tools.state.remains.delete(id);
  }
}

const keptRemains = ({ state }: Tools): KeptRemains[] =>
  [...state.remains.ids()].map((id) => ({ id, remains: state.remains.get(id)! }));
