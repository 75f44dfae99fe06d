/** The `Files` port over the real disk. Relative paths count from where the operator called (`INIT_CWD` under `deno task`). */
import { err, ok, type Result } from "neverthrow";
import { gunzipSync } from "node:zlib";
import { type FileFault, type Files } from "../command/language/files.ts";

/** The folder that relative paths are taken from. */
export const callerFolder = (): string => Deno.env.get("INIT_CWD") ?? Deno.cwd();

export const absolute = (
  path: string,
  folder = callerFolder(),
): string => (path.startsWith("/") ? path : `${folder}/${path}`);

/** Files with relative paths taken from `folder`. */
export const filesFrom = (folder: string): Files => ({
  read: (path) =>
    guarded(path, () => {
      const source = absolute(path, folder);
      return kindOf(source)?.isCharDevice ? readDevice(source) : Deno.readFileSync(source);
    }),
  /** Writes beside the target, then renames: a reader never sees half a file. What is no file (`/dev/null`) stays. */
  write: (path, chunks) =>
    guarded(path, () => {
      const target = absolute(path, folder);
      const there = kindOf(target);
      if (there && !there.isFile && !there.isDirectory) return writeInto(target, chunks);
      const temporary = `${target}.part`;
      const file = Deno.openSync(temporary, { write: true, create: true, truncate: true });
      try {
        for (const chunk of chunks) writeAll(file, chunk);
        file.syncDataSync();
      } finally {
        file.close();
      }
      Deno.renameSync(temporary, target);
    }),
  list: (path) => guarded(path, () => [...Deno.readDirSync(absolute(path, folder))].map((entry) => entry.name).sort()),
  makeFolder: (path) => guarded(path, () => Deno.mkdirSync(absolute(path, folder), { recursive: true })),
  gunzip: (path, bytes) => guarded(path, () => new Uint8Array(gunzipSync(bytes, { maxOutputLength: GUNZIP_LIMIT }))),
});

export const diskFiles: Files = filesFrom(callerFolder());

/** No capture file is larger; a hostile one must not exhaust memory. */
const GUNZIP_LIMIT = 256 * 1024 * 1024;

function kindOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}

/** A device may never end (`/dev/zero`); one that does, as `/dev/null`, is a file like any other. */
function readDevice(path: string): Uint8Array<ArrayBuffer> {
  const file = Deno.openSync(path);
  try {
    if (file.readSync(new Uint8Array(1)) !== null) throw new Error("Is a device");
    return new Uint8Array();
  } finally {
    file.close();
  }
}

function writeInto(path: string, chunks: Iterable<Uint8Array>): void {
  const file = Deno.openSync(path, { write: true });
  try {
    for (const chunk of chunks) writeAll(file, chunk);
  } finally {
    file.close();
  }
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}

function guarded<T>(path: string, act: () => T): Result<T, FileFault> {
  try {
    return ok(act());
  } catch (cause) {
    return err({ path, reason: reasonOf(cause) });
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "No such file or directory";
  if (cause instanceof Deno.errors.PermissionDenied) return "Permission denied";
  if (cause instanceof Deno.errors.NotCapable) return "nvdeck runs without permission for that";
  if (cause instanceof Deno.errors.IsADirectory) return "Is a directory";
  if (cause instanceof Deno.errors.NotADirectory) return "Not a directory";
  return cause instanceof Error ? cause.message : String(cause);
}
