/** A broken invariant reached the outermost frame: it is a bug, and is always reported as one. */
import { EXIT } from "../command/language/exit_codes.ts";
import { VERSION } from "./version.ts";
import { writeErr } from "./terminal.ts";

export function reportInternalError(cause: unknown): number {
  const text = cause instanceof Error ? cause.stack ?? cause.message : String(cause);
  writeErr(`nvdeck ${VERSION}: internal error: this is a bug in nvdeck, nothing of this command was kept\n${text}\n`);
  return EXIT.internalError;
}
