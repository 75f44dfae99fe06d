/** The `Files` port without a disk: reads what the test put there, else the repository; keeps what is written. */
import { err, ok } from "neverthrow";
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
  return {
    ...repository,
    written,
    chunks,
    read: (path) => {
      const bytes = written.get(path) ?? given[path];
      return bytes ? ok(bytes) : repository.read(path);
    },
    write: (path, parts) => {
      if (path.startsWith("/no/")) return err({ path, reason: "No such file or directory" });
      const kept: number[] = [];
      let count = 0;
      for (const part of parts) {
        for (const byte of part) kept.push(byte);
        count++;
      }
      written.set(path, Uint8Array.from(kept));
      chunks.set(path, count);
      return ok();
    },
  };
}
