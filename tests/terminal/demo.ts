/** The program under test in a real terminal: the console on a made-up host, with ways to go wrong that the real one lacks. */
import { openConsole } from "../../tui/mod.ts";
import { FakeHost } from "../screens/fake_host.ts";
import type { Progress } from "../../src/command/language/command.ts";
import type { Completion, Rehearsal, Work } from "../../src/command/language/console_host.ts";

class Failing extends FakeHost {
  override complete(): Completion {
    throw new Error("a broken invariant");
  }
}

class Rejecting extends FakeHost {
  override rehearse(): Work<Rehearsal> {
    return slowly();
  }
}

async function* slowly(): AsyncGenerator<Progress, Rehearsal, void> {
  yield { what: "rehearsing", done: 0, total: 0 };
  await Promise.resolve();
  throw new Error("a broken invariant, later");
}

const hosts = { lab: FakeHost, failing: Failing, rejecting: Rejecting };
const host = new hosts[(Deno.args[0] ?? "lab") as keyof typeof hosts]();
Deno.exit(await openConsole(host));
