/** Why a command line was refused where the tool only says that something is busy: who uses what it names, and the way out. */
import type { HostSnapshot, NamespaceView } from "../src/command/language/console_host.ts";

/** A sentence for each namespace in use that the lines name: itself, its device, or a file on it. */
export function usesNamed(snapshot: HostSnapshot, lines: readonly string[]): string[] {
  const words = new Set(lines.flatMap((line) => line.split(/[\s'",;=[\]]+/)));
  return snapshot.namespaces.filter((namespace) => [...words].some((word) => names(word, namespace))).flatMap(useOf);
}

function names(word: string, { name, device, state, owner }: NamespaceView): boolean {
  const onIt = state === "mounted" && owner !== undefined && (word === owner || word.startsWith(`${owner}/`));
  return word === name || (device !== undefined && (word === device || word === `/dev/${device}`)) || onIt;
}

function useOf({ name, state, owner = "" }: NamespaceView): string[] {
  const guest = owner.replace(/ nv[0-9]+$/, "");
  const giveBack = `xl pmem-release --namespace ${name}`;
  switch (state) {
    case "assigned":
      return [`${name} is assigned to ${owner}. Shut ${guest} down first: xl shutdown ${guest}, then ${giveBack}.`];
    case "reserved":
      return [`${name} is kept for ${owner} while ${guest} is off. To give it up: ${giveBack}.`];
    case "xen":
      return [`${name} is in Xen's hands. To take it back: ${giveBack}.`];
    case "mounted":
      return [`${name} is mounted on ${owner}. To let go of it: umount ${owner}.`];
    default:
      return [];
  }
}
