/** Where things lie: what comes with the program, and the operator's host. */
import { type Globals } from "./argv.ts";
import { absolute } from "./files.ts";

/** A file that comes with the program, by its path in the repository. */
export const programPath = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

/** `fixtures/hosts`; the empty name is the folder itself. */
export const fixturePath = (name: string): string => programPath(`fixtures/hosts/${name}`);

/** What the default host is made from. */
export const DEFAULT_FIXTURE = "server-two-socket";

/** The operator's host, where one is named: `--host`, or NVDECK_HOST. */
export const namedStore = (globals: Globals): string | undefined => globals.host ?? Deno.env.get("NVDECK_HOST");

/** `$XDG_STATE_HOME/nvdeck/default.nvdeck`. */
function defaultStore(): string {
  const state = Deno.env.get("XDG_STATE_HOME") ?? `${Deno.env.get("HOME") ?? "."}/.local/state`;
  return `${state}/nvdeck/default.nvdeck`;
}

export function storePath(globals: Globals): string {
  const named = namedStore(globals);
  return named === undefined ? defaultStore() : absolute(named);
}
