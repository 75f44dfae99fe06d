/** What an operator has to agree to, and what the agreement binds to. */
import { type Loss } from "../../abi/steps.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { digest, type Host } from "../../host/mod.ts";
import { type AnyCommand } from "../language/command.ts";
import { type LossView } from "../language/console_host.ts";
import { effectOf } from "../language/execute.ts";

/** The first word of the object is its name, which is typed to agree. */
export const lossView = (loss: Loss): LossView => ({
  object: loss.object,
  typed: loss.object.split(/,? /)[0] ?? loss.object,
  owner: loss.owner,
  bytes: loss.bytes,
});

export const lossDigest = (losses: readonly Loss[]): string =>
  digest(losses.map((l) => `${l.identity} ${l.bytes}`).join("\n"));

/** Verbs of the session that destroy put another host in this one's place: `host init`, `host import`. */
export const makesAnew = (command: AnyCommand, args: unknown): boolean =>
  command.kind === "session" && effectOf(command, args) === "destroys";

/** The whole host, where another one takes its place. */
export function hostLoss(host: Host): Loss {
  const { facts, dom0, xen } = host.fork();
  const inNamespaces = dom0.namespaces().reduce((sum, { size }) => sum + size, 0);
  const inXensHands = xen.regions("data").reduce((sum, { start, end }) => sum + (end - start) * PAGE_SIZE, 0);
  return {
    object: `${facts.name}, the whole host with its journal`,
    owner: undefined,
    bytes: facts.management === "xen" ? inXensHands : inNamespaces,
    identity: `host ${facts.name} at entry ${host.generation}`,
  };
}
