/**
 * Scenario files: what an operator types and what the host answers, recorded. They are tests and documentation at once.
 *
 *     # What this shows, in a sentence.
 *     fixture server-two-socket
 *
 *     > ndctl destroy-namespace namespace0.0
 *     ! namespace0.0 is active, specify --force for re-configuration
 *     exit 240
 *
 * A line may begin with the global options `--yes`, `--dry-run` and `--read-only`. Standard output stands as it is, standard error behind `! `, a status other than zero as `exit N`. Random identifiers are
 * the seeded ones. `UPDATE_SCENARIOS=1 deno task test tests/scenarios` writes the answers anew.
 */
import { type Policy } from "../../src/command/language/command.ts";
import { outText } from "../../src/command/language/output.ts";
import { sessionFor, type TestSession } from "../support/session.ts";

export interface Scenario {
  readonly head: readonly string[];
  readonly fixture: string;
  readonly commands: readonly { readonly line: string; readonly before: readonly string[] }[];
}

export function parseScenario(text: string): Scenario {
  const head: string[] = [];
  const commands: { line: string; before: string[] }[] = [];
  let fixture = "";
  let comments: string[] = [];
  for (const row of text.split("\n")) {
    if (row.startsWith("> ")) {
      commands.push({ line: row.slice(2), before: comments });
      comments = [];
    } else if (row.startsWith("fixture ")) {
      fixture = row.slice("fixture ".length).trim();
      head.push(...comments);
      comments = [];
    } else if (row.startsWith("#")) comments.push(row);
  }
  return { head, fixture, commands };
}

/** The scenario's text with the answers that the host gives now. */
export async function played(scenario: Scenario): Promise<string> {
  const rows = [...scenario.head, `fixture ${scenario.fixture}`];
  const session = sessionFor(scenario.fixture);
  for (const { line, before } of scenario.commands) {
    rows.push("", ...before, `> ${line}`, ...(await answer(session, line)));
  }
  return `${rows.join("\n")}\n`;
}

async function answer(session: TestSession, line: string): Promise<string[]> {
  session.said.length = 0;
  const { policy, command } = withGlobals(line);
  const executed = await session.run(command, policy);
  const rows: string[] = [];
  const out = outText(executed);
  if (out !== "") rows.push(...out.replace(/\n$/, "").split("\n"));
  const errors = session.said.join("") + executed.err;
  if (errors !== "") rows.push(...errors.replace(/\n$/, "").split("\n").map((row) => `! ${row}`.trimEnd()));
  if (executed.status !== 0) rows.push(`exit ${executed.status}`);
  return rows;
}

const GLOBALS: Readonly<Record<string, Partial<Policy>>> = {
  "--yes": { yes: true },
  "--dry-run": { dryRun: true },
  "--read-only": { readOnly: true },
};

function withGlobals(line: string): { readonly policy: Partial<Policy>; readonly command: string } {
  const [first = ""] = line.split(" ", 1);
  const policy = GLOBALS[first];
  if (!policy) return { policy: {}, command: line };
  const rest = withGlobals(line.slice(first.length + 1));
  return { policy: { ...policy, ...rest.policy }, command: rest.command };
}
