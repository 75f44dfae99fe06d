/** `trace`: the hypercalls that commands made, oldest first, with decoded fields and raw bytes. */
import { hexText } from "../../base/bytes.ts";
import { compactJson, type Json } from "../../base/json.ts";
import { type Host, stepsOf } from "../../host/mod.ts";
import { type AnyCommand, declare, done, type Outcome, type Progress } from "../language/command.ts";
import { parseOptions } from "../language/options.ts";
import { type CallStep, decodedFields } from "./decode.ts";

const USAGE = "trace [--follow] [-n COUNT]";
const SHOWN = 100;
/** How often `--follow` looks for new entries. */
const PERIOD_MS = 500;
const ALL = Number.MAX_SAFE_INTEGER;

interface Traced {
  readonly sequence: number;
  readonly call: CallStep;
}

export const traceCommand: AnyCommand = declare<{ readonly follow: boolean; readonly count: number }>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["trace"],
  summary: "Show the hypercalls that commands made",
  usage: USAGE,
  effect: "reads",
  help:
    "Each call: the journal entry, the caller, number and name, the decoded structure, the raw bytes, the result,\n" +
    "and how often Xen preempted it. --json prints one object a line. --follow goes on until interrupted.",
  parse: (argv) =>
    parseOptions(argv, {
      follow: { help: "go on with what other consoles do" },
      count: { short: "n", value: "COUNT", help: `calls to show, ${SHOWN} by default` },
    }, USAGE).map((parsed) => ({ follow: parsed.has("follow"), count: Number(parsed.get("count") ?? SHOWN) || SHOWN })),
  async *run(session, { follow, count }): AsyncGenerator<Progress, Outcome, void> {
    const { json } = session.context;
    const calls = callsSince(session.host(), 0);
    if (!follow) {
      const shown = calls.slice(-count);
      return done(shown.map((traced) => line(traced, json)).join(""), "", shown.map(jsonOf));
    }
    let seen = session.host().generation;
    session.print(calls.slice(-count).map((traced) => line(traced, json)).join(""));
    for (;;) {
      yield { what: "waiting for hypercalls", done: 0, total: 0 };
      await session.pause(PERIOD_MS);
      if (!session.host().refresh()) continue;
      session.print(callsSince(session.host(), seen).map((traced) => line(traced, json)).join(""));
      seen = session.host().generation;
    }
  },
});

function callsSince(host: Host, sequence: number): Traced[] {
  return host.journal(ALL).filter((entry) => entry.sequence > sequence).reverse().flatMap((entry) =>
    stepsOf(entry).flatMap(({ step }) => (step.kind === "hypercall" ? [{ sequence: entry.sequence, call: step }] : []))
  );
}

const resultText = (call: CallStep): string =>
  typeof call.result === "string" ? `-${call.result}` : String(call.result);

function line(traced: Traced, json: boolean): string {
  if (json) return `${compactJson(jsonOf(traced))}\n`;
  const { sequence, call } = traced;
  const fields = decodedFields(call).map(({ name, value }) => `${name} ${value}`).join("  ");
  const restarts = call.restarts > 0 ? `, ${call.restarts} continuations` : "";
  return `#${sequence}  d${call.caller}  ${call.number} ${call.name} = ${resultText(call)}${restarts}\n` +
    (fields === "" ? "" : `    ${fields}\n`) + `    ${hexText(call.input)}\n`;
}

const jsonOf = ({ sequence, call }: Traced): Json => ({
  sequence,
  caller: call.caller,
  number: call.number,
  name: call.name,
  fields: Object.fromEntries(decodedFields(call).map(({ name, value }) => [name, value])),
  input: hexText(call.input),
  output: hexText(call.output),
  result: resultText(call),
  restarts: call.restarts,
});
