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
  write: (path, chunks) => drained(replaced(path, absolute(path, folder), chunks)),
  writing: (path, chunks) => replaced(path, absolute(path, folder), chunks),
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

/** Writes beside the target, then renames: a reader never sees half a file. What is no file (`/dev/null`) stays. */
function* replaced(
  path: string,
  target: string,
  chunks: Iterable<Uint8Array>,
): Generator<number, Result<void, FileFault>, void> {
  const there = kindOf(target);
  const stays = there !== undefined && !there.isFile && !there.isDirectory;
  const place = stays ? target : `${target}.part`;
  const opened = guarded(path, () => Deno.openSync(place, { write: true, create: !stays, truncate: !stays }));
  if (opened.isErr()) return err(opened.error);
  const file = opened.value;
  let whole = false;
  try {
    let bytes = 0;
    for (const chunk of chunks) {
      const written = guarded(path, () => writeAll(file, chunk));
      if (written.isErr()) return written;
      yield bytes += chunk.length;
    }
    if (stays) return ok();
    const kept = guarded(path, () => {
      file.syncDataSync();
      Deno.renameSync(place, target);
    });
    whole = kept.isOk();
    return kept;
  } finally {
    file.close();
    if (!whole && !stays) Deno.removeSync(place);
  }
}

function drained<T>(steps: Generator<unknown, T, void>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
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
