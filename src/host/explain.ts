/** Store and commit faults in words: what happened, and the way out. */
import { type CommitFault } from "./host.ts";

export interface Explanation {
  readonly what: string;
  readonly hint: string;
}

export function explainStore(fault: CommitFault): Explanation {
  switch (fault.kind) {
    case "not-a-host":
      return {
        what: `${fault.path} is not a host of nvdeck: ${fault.reason}`,
        hint: "name another file with --host, or a new one and it is made",
      };
    case "unreadable":
      return {
        what: `${fault.path} cannot be used: ${fault.reason}`,
        hint: "check the path, its permissions and the free space",
      };
    case "conflict":
      return {
        what: `somebody else changed this host meanwhile (entry ${fault.found}, this was made for ${fault.expected})`,
        hint: "run the command again",
      };
    case "losses-changed":
      return {
        what: `what would be lost is not what was confirmed: now ${
          fault.losses.map((l) => l.object).join(", ") || "nothing"
        }`,
        hint: "look at it again, then confirm again",
      };
  }
}
