/** The host that the global options name, opened or made; and how it is made anew. */
import { err, type Result } from "neverthrow";
import { type UsageFault } from "../command/language/command.ts";
import { EXIT } from "../command/language/exit_codes.ts";
import { fixtureImage } from "../command/hosts/import.ts";
import { explainStore, Host, type HostImage, MemoryStore, openHost, SqliteStore, type Store } from "../host/mod.ts";
import { type Globals } from "./argv.ts";
import { diskFiles } from "./files.ts";
import { now, wallClock, whoIsThere } from "./operator.ts";
import { DEFAULT_FIXTURE, fixturePath, namedStore, storePath } from "./paths.ts";

/** A throw-away host from `--fixture`; else the operator's, made from the default fixture where it does not exist yet. */
export function openSessionHost(globals: Globals): Result<Host, UsageFault> {
  const opened = globals.fixture === undefined ? openStored(globals) : throwAway(globals, globals.fixture);
  return opened.map((host) => {
    host.overrides = { seed: globals.seed, clock: globals.clock };
    return host;
  });
}

const throwAway = (globals: Globals, fixture: string): Result<Host, UsageFault> =>
  fixtureImage(diskFiles, fixture, fixturePath).andThen((image) => made(new MemoryStore(), image, globals));

function openStored(globals: Globals): Result<Host, UsageFault> {
  const path = storePath(globals);
  if (namedStore(globals) === undefined) Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  return SqliteStore.open(path).mapErr(storeFault).andThen((store) => {
    if (store.generation() > 0) return openHost(store).mapErr(storeFault);
    return fixtureImage(diskFiles, DEFAULT_FIXTURE, fixturePath).andThen((image) => made(store, image, globals));
  });
}

const storeFault = (fault: Parameters<typeof explainStore>[0]): UsageFault => {
  const { what, hint } = explainStore(fault);
  return { err: `nvdeck: ${what}\n${hint}\n`, status: EXIT.failed };
};

function made(store: Store, image: HostImage, globals: Globals): Result<Host, UsageFault> {
  const seeded = globals.seed === undefined ? image : { ...image, facts: { ...image.facts, seed: globals.seed } };
  return Host.make(store, seeded, { time: now(), who: whoIsThere(), clock: globals.clock ?? wallClock() })
    .mapErr(storeFault);
}

/** Makes the session's host anew in the store it has; a throw-away host is thrown away. */
export const remaker = (globals: Globals) => (image: HostImage): Result<Host, UsageFault> => {
  if (globals.fixture !== undefined) return made(new MemoryStore(), image, globals);
  const path = storePath(globals);
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      Deno.removeSync(path + suffix);
    } catch (cause) {
      if (!(cause instanceof Deno.errors.NotFound)) {
        return err({ err: `nvdeck: ${path}: ${cause}\n`, status: EXIT.failed });
      }
    }
  }
  return SqliteStore.open(path).mapErr(storeFault).andThen((store) => made(store, image, globals));
};
