/** Hosts on which a guest runs: a namespace is handed to Xen and given to it, as an operator would. */
import { type Context } from "../../../src/command/language/command.ts";
import { type Host, logOf } from "../../../src/host/mod.ts";
import { DEFAULT_ALIGN } from "../../../src/toolstack/mod.ts";
import { hostFrom, imageFrom, sessionOn, type TestSession, WALL_TIME } from "../../support/session.ts";

export interface Guest {
  /** Namespaces to hand to Xen. */
  readonly setup: readonly string[];
  /** Lines of the xl.cfg besides name, type and memory. */
  readonly config: readonly string[];
  /** MiB; 512 unless given. */
  readonly memory?: number;
}

/** A host made from a fixture, with the guest `web1` running on it. */
export function hostWithGuest(fixture: string, guest: Guest): Host {
  const host = hostFrom(imageFrom(fixture));
  const fork = host.fork();
  for (const namespace of guest.setup) {
    fork.toolstack.setup({ namespace, mgmt: undefined, align: DEFAULT_ALIGN })._unsafeUnwrap();
  }
  const text = ['name = "web1"', 'type = "hvm"', `memory = ${guest.memory ?? 512}`, ...guest.config].join("\n");
  const { config } = fork.toolstack.parseConfig(text, "web1.cfg")._unsafeUnwrap();
  fork.toolstack.create({ config, text, source: "web1.cfg" })._unsafeUnwrap();
  const draft = { time: WALL_TIME, who: "tester", line: "xl create web1.cfg", status: 0 };
  host.commit(fork, { ...draft, kind: "command", undoes: undefined, ...logOf([]) })._unsafeUnwrap();
  return host;
}

export const sessionWithGuest = (fixture: string, guest: Guest, context: Partial<Context> = {}): TestSession =>
  sessionOn(hostWithGuest(fixture, guest), context);

/** A namespace with a page map, as a whole. */
export const ON_NAMESPACE: Guest = { setup: ["namespace0.3"], config: ["vnvdimms = [ 'namespace0.3' ]"] };
