/** `host power-fail`: pulls the plug, now or in the middle of a command, and boots again. */
import { err, ok } from "neverthrow";
import { type Step } from "../../abi/steps.ts";
import { failPower, logOf, mediumWrites } from "../../host/mod.ts";
import {
  type AnyCommand,
  declare,
  done,
  failed,
  type Outcome,
  type Progress,
  type Session,
} from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions, usageFault } from "../language/options.ts";
import { lineOf } from "../language/words.ts";

const USAGE = "host power-fail [--after-write N] [--torn] [--during CMD…]";

interface PowerFailArgs {
  /** Writes of the command that reach the media; all of them where it is not given. */
  readonly afterWrite: number | undefined;
  readonly torn: boolean;
  readonly during: readonly string[];
}

export const powerFail: AnyCommand = declare<PowerFailArgs>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["host", "power-fail"],
  summary: "Cut the power, in the middle of a command if one is given, and boot again",
  usage: USAGE,
  effect: "writes",
  help: `Media keep the first N writes of the command (all without --after-write); with --torn half of the next one too.
Everything volatile is gone: what is kept is what labels, info blocks and the toolstack's records say.`,
  parse(argv) {
    const at = argv.indexOf("--during");
    const during = at < 0 ? [] : argv.slice(at + 1);
    if (at >= 0 && during.length === 0) return err(usageFault("--during needs a command", USAGE));
    return parseOptions(at < 0 ? argv : argv.slice(0, at), {
      "after-write": { value: "N", help: "writes that reach the media" },
      torn: { help: "half of the next write reaches them as well" },
    }, USAGE).andThen((parsed) => {
      const text = parsed.get("after-write");
      if (text !== undefined && !/^[0-9]+$/.test(text)) {
        return err(usageFault(`--after-write ${text} is not a number`, USAGE));
      }
      return ok({ afterWrite: text === undefined ? undefined : Number(text), torn: parsed.has("torn"), during });
    });
  },
  async *run(session, { afterWrite, torn, during }): AsyncGenerator<Progress, Outcome, void> {
    if (!session.host().isOn) return failed(EXIT.refused, 'nvdeck: the host is off already\n"host boot" turns it on\n');
    const writes = mediumWrites(yield* stepsOf(session, during));
    const reached = Math.min(afterWrite ?? writes.length, writes.length);
    const told = `${reached} of ${writes.length} writes reached the media${
      torn && reached < writes.length ? ", the next one in half" : ""
    }\n`;
    if (session.policy.dryRun) {
      return { status: EXIT.wouldChange, out: `would cut the power: ${told}`, err: "", keep: false };
    }
    const host = session.host();
    const fork = host.fork();
    const notes = failPower(fork, { writes, reached, torn });
    const kept = host.commit(fork, {
      time: session.policy.now(),
      who: session.policy.who,
      line: lineOf(session.context.line),
      status: EXIT.done,
      kind: "power",
      undoes: undefined,
      ...logOf(fork.recorder.steps),
    });
    if (kept.isErr()) return failed(EXIT.failed, "nvdeck: somebody else changed this host meanwhile\ntry again\n");
    return done("", told + notes.map((note) => `${note}\n`).join(""), { writes: writes.length, reached, torn });
  },
});

/** What the command does, step by step, on a trial that is dropped. */
async function* stepsOf(session: Session, words: readonly string[]): AsyncGenerator<Progress, readonly Step[], void> {
  if (words.length === 0) return [];
  const trial = session.together();
  yield* trial.execute(words, { yes: true, ask: false });
  return trial.host().collected.steps;
}
