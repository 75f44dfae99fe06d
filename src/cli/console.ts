/** What the console is joined to: a session on the host that the global options name. */
import { type Result } from "neverthrow";
import { type UsageFault } from "../command/language/command.ts";
import { type Registry } from "../command/language/registry.ts";
import { HostSession } from "../command/language/session.ts";
import { ConsoleSession } from "../command/console/console_session.ts";
import { Heard } from "../command/console/heard.ts";
import { guestConfigs } from "../command/console/guest_configs.ts";
import { type Globals } from "./argv.ts";
import { callerFolder, diskFiles } from "./files.ts";
import { contextOf, sessionParts } from "./run.ts";
import { openSessionHost, remaker } from "./open_host.ts";
import { programPath } from "./paths.ts";

/** How often an open console looks whether another one has committed. */
const REFRESH_MS = 1000;

export interface OpenedConsole {
  readonly host: ConsoleSession;
  close(): void;
}

export function consoleFor(globals: Globals, registry: Registry): Result<OpenedConsole, UsageFault> {
  return openSessionHost(globals).map((host) => {
    const parts = sessionParts(globals, registry, contextOf(globals, []), remaker(globals));
    // The console draws: nothing else may write to the terminal, and it asks by itself.
    const heard = new Heard();
    const session = new HostSession({ current: host }, { ...parts, say: heard.say, print: heard.print });
    const { who } = parts.policy;
    const port = new ConsoleSession(session, {
      readOnly: globals.readOnly,
      who,
      guests: guestConfigs(diskFiles, [".", exampleGuests()]),
    }, heard);
    const timer = setInterval(() => port.refresh(), REFRESH_MS);
    return {
      host: port,
      close() {
        clearInterval(timer);
        session.host().close();
      },
    };
  });
}

/** The program's example guests, as short as they can be named from where the operator is. */
function exampleGuests(): string {
  const folder = programPath("fixtures/guests");
  const here = `${callerFolder()}/`;
  return folder.startsWith(here) ? folder.slice(here.length) : folder;
}
