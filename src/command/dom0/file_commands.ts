/** The verbs on dom0's files, disks and mounts. */
import { type AnyCommand } from "../language/command.ts";
import { dd } from "./dd.ts";
import { fallocate } from "./fallocate.ts";
import { filefrag } from "./filefrag.ts";
import { fstab } from "./fstab.ts";
import { ls } from "./ls.ts";
import { mkfsExt4 } from "./mkfs_ext4.ts";
import { mkfsXfs } from "./mkfs_xfs.ts";
import { mount } from "./mount.ts";
import { partition } from "./partition.ts";
import { chattr, rm } from "./rm.ts";
import { truncate } from "./truncate.ts";
import { umount } from "./umount.ts";

export const fileCommands: readonly AnyCommand[] = [
  mkfsExt4,
  mkfsXfs,
  mount,
  umount,
  fallocate,
  dd,
  truncate,
  rm,
  ls,
  chattr,
  filefrag,
  partition,
  fstab,
];
