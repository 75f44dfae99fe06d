/**
 * Detaching a vNVDIMM (model section 4): refused while its domain runs, as QEMU refuses it. Of a domain that does not run it ends
 * the claim; what is stored stays. Slots behind it move up, as the entries of the configuration do.
 */
import { err, ok, type Result } from "neverthrow";
import { assignmentId } from "../assignment.ts";
import { assignments, assignmentsOf, type HeldAssignment } from "../assignments.ts";
import { records } from "../domain_records.ts";
import { type Tools } from "../parts.ts";
import { type AttachRefusal } from "./attach.ts";
import { vnvdimmsSetting } from "./setting.ts";

export interface Detached {
  readonly claim: HeldAssignment;
  /** What its configuration should say from now on. */
  readonly vnvdimms: string;
}

/** `domain` is a name, a UUID or, to be refused, the number of a running one. */
export function detachVnvdimm(tools: Tools, domain: string, slot: number): Result<Detached, AttachRefusal> {
  const running = records(tools).find(({ name, uuid, domid }) => [name, uuid, String(domid)].includes(domain));
  if (running) return err({ kind: "running", domain: running.name, slot });
  const claim = assignments(tools).find((each) =>
    each.slot === slot && (each.domainName === domain || each.domainUuid === domain)
  );
  if (!claim) return err({ kind: "no-claim", domain, slot });
  claim.forget();
  moveUp(tools, claim.domainUuid, slot);
  const vnvdimms = vnvdimmsSetting(assignmentsOf(tools, claim.domainUuid).map(({ spec }) => spec));
  editAutostart(tools, claim.domainName, vnvdimms);
  tools.recorder.step({ kind: "domain", what: `vNVDIMM of slot ${slot} detached`, domain: claim.domainName });
  return ok({ claim, vnvdimms });
}

function moveUp({ state, files }: Tools, uuid: string, gap: number): void {
  for (const { forget: _, ...kept } of assignmentsOf({ state, files }, uuid)) {
    if (kept.slot < gap) continue;
    state.assignments.delete(assignmentId(uuid, kept.slot));
    state.assignments.set(assignmentId(uuid, kept.slot - 1), { ...kept, slot: kept.slot - 1 });
  }
}

/** The last setting of a name counts, so the corrected one goes behind the rest. */
function editAutostart({ state }: Tools, name: string, vnvdimms: string): void {
  const file = state.autostart.get(name);
  if (file) state.autostart.set(name, { ...file, text: `${file.text.trimEnd()}\n${vnvdimms}\n` });
}
