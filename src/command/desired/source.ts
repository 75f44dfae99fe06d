/** The file that `plan`, `apply` and `diff` read, and what they say of it. */
import { err, ok, type Result } from "neverthrow";
import { textOf } from "../../base/bytes.ts";
import { type Fork } from "../../host/mod.ts";
import { type Context, failed, type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseDocument } from "./document.ts";
import { objections } from "./objections.ts";
import { type Explained } from "./planning.ts";
import { readWanted, type Wanted } from "./wanted.ts";

/** `-` is standard input. */
export function wantedOn(fork: Fork, path: string, { files, input }: Context): Result<Wanted, Outcome> {
  const bytes = path === "-" ? ok(input ?? new Uint8Array()) : files.read(path);
  if (bytes.isErr()) return err(failed(EXIT.noSuchObject, `nvdeck: ${path}: ${bytes.error.reason}\n`));
  const wanted = parseDocument(textOf(bytes.value)).mapErr((fault) => [fault])
    .andThen((document) => readWanted(document, files, folderOf(path)));
  if (wanted.isErr()) {
    const faults = wanted.error.map(({ line, what }) => `nvdeck: ${path}:${line}: ${what}\n`);
    return err(failed(EXIT.usage, faults.join("") + '"nvdeck help plan" explains the format\n'));
  }
  const refusals = objections(wanted.value, fork);
  const [first] = refusals;
  return first
    ? err(failed(first.status, refusals.map((refusal) => complaint(path, refusal)).join("")))
    : ok(wanted.value);
}

/** `FILE:LINE: OBJECT: what`, and the way out below. */
export const complaint = (path: string, { line, object, what, hint }: Explained): string =>
  `nvdeck: ${line === undefined ? path : `${path}:${line}`}: ${object}: ${what}\n${hint === "" ? "" : `${hint}\n`}`;

const folderOf = (path: string): string =>
  path === "-" ? "" : path.split("/").slice(0, -1).join("/") || (path.startsWith("/") ? "/" : "");
