/** Sessions whose disk holds some files besides the repository's own. */
import { ok } from "neverthrow";
import { textOf, utf8 } from "../../../src/base/bytes.ts";
import { diskFiles } from "../../../src/cli/files.ts";
import { type Context, type Executed, type Policy } from "../../../src/command/language/command.ts";
import { type Files } from "../../../src/command/language/files.ts";
import { sessionFor, type TestSession } from "../../support/session.ts";

export interface DesiredSession extends TestSession {
  /** Runs a verb on a file of this text. */
  on(verb: string, text: string, policy?: Partial<Policy>): Promise<Executed>;
  /** Puts a file there. */
  put(path: string, text: string): void;
}

export const YES = { yes: true } as const;

export function desired(fixture: string, context: Partial<Context> = {}): DesiredSession {
  const texts = new Map<string, string>();
  const files: Files = {
    ...diskFiles,
    read: (path) => texts.has(path) ? ok(utf8(texts.get(path)!)) : diskFiles.read(path),
  };
  const test = sessionFor(fixture, { files, ...context });
  return {
    ...test,
    put: (path, text) => texts.set(path, text),
    on(verb, text, policy) {
      texts.set("wanted.toml", text);
      return test.run(`${verb} wanted.toml`, policy);
    },
  };
}

export const outOf = ({ out }: Executed): string => typeof out === "string" ? out : textOf(out);
/** The commands of a plan, without what is said about them. */
export const commandsOf = (executed: Executed): string[] =>
  outOf(executed).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
