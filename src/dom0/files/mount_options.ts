/** Mount options: what is read out of them, and how `mount` lists them. Source: mount(8); Linux 6.1 ext4_show_options, xfs_fs_show_options. */
import { type FilesystemType } from "./state.ts";

export interface MountOptions {
  readonly dax: "always" | "never" | "inode" | undefined;
  readonly readOnly: boolean;
  /** How access times are kept, as listed. */
  readonly times: "relatime" | "noatime" | "strictatime";
  /** Words of the generic kind that are listed as they are: `nosuid`, `nodev`, `noexec`, `sync`, `nodiratime`. */
  readonly flags: readonly string[];
  /** The filesystem knows no such option. */
  readonly unknown: readonly string[];
}

const FLAGS = ["nosuid", "nodev", "noexec", "sync", "nodiratime"];
/** Defaults, and words that only mount(8) or fstab read. */
const SILENT = [
  "defaults",
  "rw",
  "suid",
  "dev",
  "exec",
  "async",
  "auto",
  "noauto",
  "user",
  "nouser",
  "_netdev",
  "nofail",
];

export function mountOptions(words: readonly string[]): MountOptions {
  let options: MountOptions = { dax: undefined, readOnly: false, times: "relatime", flags: [], unknown: [] };
  for (const word of words.flatMap((list) => list.split(",")).filter((word) => word !== "")) {
    const dax = /^dax(?:=(always|never|inode))?$/.exec(word);
    if (dax) options = { ...options, dax: (dax[1] ?? "always") as "always" | "never" | "inode" };
    else if (word === "ro" || word === "rw") options = { ...options, readOnly: word === "ro" };
    else if (word === "relatime" || word === "noatime" || word === "strictatime") options = { ...options, times: word };
    else if (FLAGS.includes(word)) options = { ...options, flags: [...options.flags, word] };
    else if (!SILENT.includes(word)) options = { ...options, unknown: [...options.unknown, word] };
  }
  return options;
}

export function shownOptions(type: FilesystemType, { dax, readOnly, times, flags }: MountOptions): string {
  const general = [readOnly ? "ro" : "rw", ...flags, ...(times === "strictatime" ? [] : [times])];
  const mode = dax === undefined ? [] : [`dax=${dax}`];
  const own = type === "ext4" ? mode : ["attr2", ...mode, "inode64", "logbufs=8", "logbsize=32k", "noquota"];
  return [...general, ...own].join(",");
}
