/** `plan`, `apply`, `diff`: a file that declares the wanted state, beside the host as it is. */
import { prettyJson } from "../../base/json.ts";
import {
  type AnyCommand,
  declare,
  done,
  type Effect,
  failed,
  type Outcome,
  type Progress,
  type Session,
} from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";
import { JSON_OPTION } from "../ept/domain_verb.ts";
import { diffText, diffValue } from "./diff_text.ts";
import { differencesOf } from "./differences.ts";
import { FORMAT_HELP } from "./format_help.ts";
import { countText, planText, planValue } from "./plan_text.ts";
import { explainPlan, type Plan, planOn } from "./planning.ts";
import { complaint, wantedOn } from "./source.ts";
import { type Wanted } from "./wanted.ts";

interface Request {
  readonly path: string;
  readonly json: boolean;
}

interface Verb {
  readonly name: string;
  readonly summary: string;
  readonly effect: Effect;
  readonly help: string;
  run(session: Session, request: Request, wanted: Wanted): AsyncGenerator<Progress, Outcome, void>;
}

function desiredVerb({ name, summary, effect, help, run }: Verb): AnyCommand {
  const usage = `${name} [--json] FILE|-`;
  return declare<Request>({
    kind: "session",
    vocabulary: "nvdeck",
    name: [name],
    summary,
    usage,
    effect,
    help,
    parse: (argv) =>
      parseOptions(argv, JSON_OPTION, usage, 1).map((parsed) => ({
        path: parsed.operands[0]!,
        json: parsed.has("json"),
      })),
    async *run(session, { path, json }): AsyncGenerator<Progress, Outcome, void> {
      const wanted = wantedOn(session.host().fork(), path, session.context);
      if (wanted.isErr()) return wanted.error;
      return yield* run(session, { path, json: json || session.context.json }, wanted.value);
    },
  });
}

const plan = desiredVerb({
  name: "plan",
  summary: "Show the commands that bring a declared state about",
  effect: "reads",
  help:
    `Prints a batch file: the commands in the order in which "apply" would run them, each with its reason and its losses. All
have been tried on a copy of the host. Exits 6 if something would change, 0 if nothing would, 4 if the way is barred, 1 if a
command would fail.

${FORMAT_HELP}`,
  async *run(session, request, wanted) {
    const planned = yield* planOn(session, wanted);
    return planned.match(
      (plan) => shown(session, request, plan),
      (fault) => barred(request, fault),
    );
  },
});

const apply = desiredVerb({
  name: "apply",
  summary: "Bring a declared state about, all of it or nothing",
  // What it destroys is known only when it has been tried: consent is asked for the losses.
  effect: "writes",
  help:
    `Runs what "plan" shows as one: everything is kept as one entry of the journal, or nothing is. A second apply changes
nothing. Losses have to be confirmed (--yes); "help plan" explains the format of the file.`,
  async *run(session, request, wanted) {
    const planned = yield* planOn(session, wanted);
    if (planned.isErr()) return barred(request, planned.error);
    const { commands, whole } = planned.value;
    if (session.policy.dryRun) return shown(session, request, planned.value);
    if (commands.length === 0) return nothing(request);
    session.say(planText(commands, request.path, hostName(session)));
    const kept = await session.keepTogether(whole);
    if (kept.status !== EXIT.done) return kept;
    const out = request.json ? `${prettyJson(planValue(commands))}\n` : "";
    return { ...done(out, `${countText(commands)}: the host is as wanted\n`, planValue(commands)), keep: false };
  },
});

const diff = desiredVerb({
  name: "diff",
  summary: "Compare a declared state with the host",
  effect: "reads",
  help:
    `Prints what is different, object by object: + is to be made, - is to go, ~ is to change, each field as it is → as it is
wanted. Exits 6 if something is different, 0 (and prints nothing) if nothing is. "help plan" explains the format of the file.`,
  // deno-lint-ignore require-yield -- a session command is a generator whether or not it has progress to tell
  async *run(session, { json }, wanted) {
    const differences = differencesOf(wanted, session.host().fork());
    const value = diffValue(differences);
    const out = json ? `${prettyJson(value)}\n` : diffText(differences);
    return { ...done(out, "", value), status: differences.length === 0 ? EXIT.done : EXIT.wouldChange, keep: false };
  },
});

function shown(session: Session, request: Request, { commands }: Plan): Outcome {
  if (commands.length === 0) return nothing(request);
  const value = planValue(commands);
  const out = request.json ? `${prettyJson(value)}\n` : planText(commands, request.path, hostName(session));
  return { ...done(out, "", value), status: EXIT.wouldChange, keep: false };
}

const nothing = ({ path, json }: Request): Outcome => {
  const value = planValue([]);
  return { ...done(json ? `${prettyJson(value)}\n` : "", `the host is as ${path} wants it\n`, value), keep: false };
};

function barred({ path }: Request, fault: Parameters<typeof explainPlan>[0]): Outcome {
  const status = fault.kind === "refused" ? fault.refusal.status : EXIT.failed;
  return failed(status, complaint(path, explainPlan(fault)));
}

const hostName = (session: Session): string => session.host().fork().facts.name;

export const desiredCommands: readonly AnyCommand[] = [plan, apply, diff];
