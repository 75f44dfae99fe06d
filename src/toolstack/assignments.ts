/** The durable records as a list, and what it takes to end one. */
import { type Assignment, assignmentId } from "./assignment.ts";
import { backendId } from "./backend/compare.ts";
import { type Tools } from "./parts.ts";

export interface HeldAssignment extends Assignment {
  /** Ends the claim. Its data stay where they are, and it is remembered whose they were. */
  forget(): void;
}

type With = Pick<Tools, "state" | "files">;

/** By domain, then slot. */
export function assignments(tools: With): HeldAssignment[] {
  const { state } = tools;
  return [...state.assignments.ids()].sort().map((id) => {
    const assignment = state.assignments.get(id)!;
    return { ...assignment, forget: () => forget(tools, assignment) };
  });
}

export const assignmentsOf = (tools: With, domainUuid: string): HeldAssignment[] =>
  assignments(tools).filter((assignment) => assignment.domainUuid === domainUuid).sort((a, b) => a.slot - b.slot);

function forget({ state, files }: With, { domainUuid, domainName, slot, identity }: Assignment): void {
  state.assignments.delete(assignmentId(domainUuid, slot));
  state.remains.set(backendId(identity), { domainUuid, domainName, identity });
  if (identity.kind === "file") files.unpin(identity.path);
}
