/** A session on a throw-away host, for tests: everything in this process, seeded, with a fixed wall time. */
import { allCommands } from "../../src/command/mod.ts";
import { type Context, type Executed, type Policy } from "../../src/command/language/command.ts";
import { Registry } from "../../src/command/language/registry.ts";
import { HostSession } from "../../src/command/language/session.ts";
import { splitWords } from "../../src/command/language/words.ts";
import { fixtureImage } from "../../src/command/hosts/import.ts";
import { diskFiles } from "../../src/cli/files.ts";
import { fixturePath } from "../../src/cli/paths.ts";
import { Host, type HostImage, MemoryStore } from "../../src/host/mod.ts";

export const WALL_TIME = "2026-01-02T03:04:05.000Z";
/** Model time at which test hosts boot, nanoseconds. */
const BOOT_TIME = 1_767_323_045_000_000_000n;

export const registry = new Registry(allCommands({ fixturePath, globals: "[GLOBAL…]", more: [] }));

export interface TestSession {
  readonly session: HostSession;
  /** Runs one line and returns what it printed and its status. */
  run(line: string, policy?: Partial<Policy>): Promise<Executed>;
  /** All that the session said and printed while commands ran. */
  readonly said: string[];
}

const texts = { files: diskFiles, terminal: false, input: undefined, json: false, line: [] } satisfies Context;

export function hostFrom(image: HostImage): Host {
  return Host.make(new MemoryStore(), image, { time: WALL_TIME, who: "tester", clock: BOOT_TIME })._unsafeUnwrap();
}

export function imageFrom(fixture: string): HostImage {
  return fixtureImage(diskFiles, fixture, fixturePath)._unsafeUnwrap();
}

/** Who listens to what commands say and print while they run. */
export interface Listener {
  say(text: string): void;
  print(data: string | Uint8Array): void;
}

/** `confirm` answers every question; nobody is asked twice. */
export function sessionOn(
  host: Host,
  context: Partial<Context> = {},
  confirm = false,
  listener?: Listener,
): TestSession {
  const said: string[] = [];
  const session = new HostSession({ current: host }, {
    registry,
    policy: {
      dryRun: false,
      readOnly: false,
      yes: false,
      ask: false,
      who: "tester",
      now: () => WALL_TIME,
    },
    context: { ...texts, ...context },
    variables: new Map(),
    confirm: () => Promise.resolve(confirm),
    pause: () => Promise.resolve(),
    say: listener?.say ?? ((text) => said.push(text)),
    print: listener?.print ?? ((data) => said.push(typeof data === "string" ? data : new TextDecoder().decode(data))),
    remake: (image) =>
      Host.make(new MemoryStore(), image, { time: WALL_TIME, who: "tester", clock: BOOT_TIME })
        .mapErr(() => ({ err: "not made\n", status: 1 })),
  });
  return {
    session,
    said,
    async run(line, policy) {
      const words = splitWords(line)._unsafeUnwrap();
      const steps = session.execute(words, policy);
      for (;;) {
        const step = await steps.next();
        if (step.done) return step.value;
      }
    },
  };
}

export const sessionFor = (fixture: string, context: Partial<Context> = {}): TestSession =>
  sessionOn(hostFrom(imageFrom(fixture)), context);
