/** Bytes as a verb's answer: into a file, or raw on standard output where that is no terminal. */
import { type Context, done, type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { writeFile } from "./source.ts";
import { refusal } from "./verb.ts";

export const OUTPUT_OPTION = {
  output: { short: "o", value: "FILE", help: "write the bytes here instead of to standard output" },
} as const;

/** `what` says in words what was written: `the NFIT of web1`. */
export function bytesOut(
  { files, terminal }: Pick<Context, "files" | "terminal">,
  path: string | undefined,
  bytes: Uint8Array,
  what: string,
): Outcome {
  if (path !== undefined && path !== "-") {
    return writeFile(files, path, [bytes]).match(
      () => done("", `${what}: ${bytes.length} bytes written to ${path}\n`),
      (fault) => fault,
    );
  }
  if (terminal && path === undefined) {
    return refusal(
      EXIT.usage,
      `${what} is ${bytes.length} bytes that no terminal can show`,
      "add -o FILE, or -o - to insist",
    );
  }
  return done(bytes);
}
