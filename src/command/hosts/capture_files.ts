/** A capture over the `Files` port, as a folder or as a tarball of one: names as captured, `.gz` unpacked on the way. */
import { err, ok, type Result } from "neverthrow";
import { looksLikeTar, readTar } from "../../base/tar.ts";
import { type CaptureFolder } from "../../host/mod.ts";
import { type FileFault, type Files } from "../language/files.ts";

const META = "meta.json";
const GZIP_MAGIC = [0x1f, 0x8b];

/** The capture at a path; a fault where there is neither a folder nor an archive. */
export function openCapture(files: Files, path: string): Result<CaptureFolder, FileFault> {
  return files.list(path).map(() => captureFolder(files, path)).orElse((fault) =>
    files.read(path).mapErr(() => fault).andThen((bytes) => archivedCapture(files, path, bytes))
  );
}

const nameOf = (path: string): string => path.replace(/\/+$/, "").split("/").at(-1) ?? path;

export function captureFolder(files: Files, path: string): CaptureFolder {
  return unpacked(
    files,
    nameOf(path),
    (name) => files.read(`${path}/${name}`).unwrapOr(undefined),
    (subfolder) => files.list(`${path}/${subfolder}`).unwrapOr([]),
  );
}

function archivedCapture(files: Files, path: string, bytes: Uint8Array): Result<CaptureFolder, FileFault> {
  const packed = GZIP_MAGIC.every((byte, i) => bytes[i] === byte);
  const archive = packed ? files.gunzip(path, bytes) : ok<Uint8Array, FileFault>(bytes);
  return archive.andThen((tar) => {
    if (!looksLikeTar(tar)) return err({ path, reason: "is neither a folder nor a tar archive" });
    return readTar(tar).mapErr((fault): FileFault => ({
      path,
      reason: `${fault.path} at byte ${fault.offset}: ${fault.reason}`,
    }));
  }).andThen((entries) => {
    const meta = [...entries.keys()].find((name) => name === META || name.endsWith(`/${META}`));
    if (meta === undefined) return err({ path, reason: `has no ${META}: this is not a capture` });
    const root = meta.slice(0, -META.length);
    const inside = (folder: string) =>
      [...entries.keys()].flatMap((name) =>
        name.startsWith(`${root}${folder}/`) ? [name.slice(root.length + folder.length + 1)] : []
      );
    return ok(
      unpacked(files, nameOf(path).replace(/\.tar(\.gz)?$|\.tgz$/, ""), (name) => entries.get(root + name), inside),
    );
  });
}

function unpacked(
  files: Files,
  name: string,
  plain: (name: string) => Uint8Array | undefined,
  list: (subfolder: string) => readonly string[],
): CaptureFolder {
  return {
    name,
    read(name) {
      const packed = plain(`${name}.gz`);
      return packed ? files.gunzip(name, packed).unwrapOr(undefined) : plain(name);
    },
    list: (subfolder) => list(subfolder).map((name) => name.replace(/\.gz$/, "")),
  };
}
