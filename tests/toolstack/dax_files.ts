/** Files on DAX filesystems, as a test says they are. */
import { err, ok } from "neverthrow";
import { type DaxFile, type DaxFiles, type FileExtent, type MountedOn } from "../../src/toolstack/mod.ts";

export interface FilesMade extends DaxFiles {
  /** Who holds each file that is held. */
  readonly held: ReadonlyMap<string, string>;
}

export function daxFiles(mounts: Readonly<Record<string, MountedOn>>, files: readonly DaxFile[]): FilesMade {
  const held = new Map<string, string>();
  return {
    held,
    mountOf: (device) => mounts[device],
    lookup: (path) => {
      const file = files.find((each) => each.path === path);
      return file ? ok(file) : err("ENOENT");
    },
    pin: (path, who) => {
      if (held.has(path)) return err("EBUSY");
      held.set(path, who);
      return ok();
    },
    unpin: (path) => void held.delete(path),
  };
}

export const extent = (
  logical: number,
  physical: number,
  length: number,
  ...flags: FileExtent["flags"]
): FileExtent => ({ logical, physical, length, flags });
