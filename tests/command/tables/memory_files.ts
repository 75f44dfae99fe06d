/** The `Files` port without a disk: reads what the test put there, else the repository; keeps what is written. */
import { err, ok } from "neverthrow";
import { concat } from "../../../src/base/bytes.ts";
import { type Files } from "../../../src/command/language/files.ts";
import { filesFrom } from "../../../src/cli/files.ts";

const repository = filesFrom(new URL("../../../", import.meta.url).pathname);

export interface MemoryFiles extends Files {
  readonly written: Map<string, Uint8Array>;
  /** Chunks of each write, for those that must stream. */
  readonly chunks: Map<string, number>;
}

export function memoryFiles(given: Readonly<Record<string, Uint8Array>> = {}): MemoryFiles {
  const written = new Map<string, Uint8Array>();
  const chunks = new Map<string, number>();
  const writing: Files["writing"] = function* (path, parts) {
    if (path.startsWith("/no/")) return err({ path, reason: "No such file or directory" });
    const kept: Uint8Array[] = [];
    let bytes = 0;
    for (const part of parts) {
      kept.push(part.slice());
      yield bytes += part.length;
    }
    written.set(path, concat(...kept));
    chunks.set(path, kept.length);
    return ok();
  };
  return {
    ...repository,
    written,
    chunks,
    read: (path) => {
      const bytes = written.get(path) ?? given[path];
      return bytes ? ok(bytes) : repository.read(path);
    },
    write: (path, parts) => {
      const steps = writing(path, parts);
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
      }
    },
    writing,
  };
}
