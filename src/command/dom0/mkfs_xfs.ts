/** `mkfs.xfs`. Source: xfsprogs 6.1 `mkfs/xfs_mkfs.c`. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { isUuid } from "../../base/guid.ts";
import { type XfsGeometry } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Outcome, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { told } from "./tool.ts";

interface MkfsRequest {
  readonly device: string;
  readonly force: boolean;
  readonly quiet: boolean;
  readonly label: string;
  readonly uuid: string | undefined;
  readonly reflink: boolean;
}

const table = {
  force: { short: "f" },
  quiet: { short: "q" },
  keep: { short: "K" },
  label: { short: "L", argument: "required" },
  metadata: { short: "m", argument: "required" },
} as const;

const USAGE = "Usage: mkfs.xfs [-f] [-q] [-K] [-L label] [-m reflink=0|1,uuid=xxx] devicename\n";
const LONGEST_LABEL = 12;

function parse(argv: readonly string[]): Result<MkfsRequest, UsageFault> {
  const wrong = (text: string): Result<never, UsageFault> => err({ err: `${text}${USAGE}`, status: 1 });
  return getopt(argv, table).mapErr((complaint) => ({ err: `mkfs.xfs: ${complaint}\n${USAGE}`, status: 1 }))
    .andThen((given) => {
      const [device, extra] = given.operands;
      if (extra !== undefined) return wrong("extra arguments\n");
      if (device === undefined) return wrong("no device name given in argument list\n");
      const label = given.get("label") ?? "";
      if (label.length > LONGEST_LABEL) return wrong(`Invalid value ${label} for -L option\n`);
      let [reflink, uuid]: [boolean, string | undefined] = [true, undefined];
      for (const { key, argument } of given.given) {
        if (key !== "metadata") continue;
        for (const setting of argument.split(",")) {
          const [, name, value] = /^(\w+)=(.*)$/.exec(setting) ?? [];
          if (name === "reflink" && (value === "0" || value === "1")) reflink = value === "1";
          else if (name === "uuid" && isUuid(value!)) uuid = value!.toLowerCase();
          else if (name !== "crc" || value !== "1") return wrong(`unknown option -m ${setting}\n`);
        }
      }
      return ok({ device, force: given.has("force"), quiet: given.has("quiet"), label, uuid, reflink });
    });
}

export const mkfsXfs: AnyCommand = declare<MkfsRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["mkfs.xfs"],
  summary: "Make an XFS filesystem on a pmem disk or partition; what is on it is gone",
  usage: "[-f] [-q] [-L LABEL] [-m reflink=0|1,uuid=UUID] DEVICE",
  help: "Without -f a device that holds a filesystem is left alone. DAX on a partition needs -m reflink=0.",
  effect: "destroys",
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, { device: path, force, quiet, label, uuid, reflink }) {
    const failed = (text: string, withUsage = false): Outcome => told(1, "", `${text}\n${withUsage ? USAGE : ""}`);
    const device = files.device(path).unwrapOr(undefined);
    if (!device) return failed(`Error accessing specified device ${path}: ${strerror("ENOENT")}`, true);
    if (files.mounts.ofDevice(device)) return failed(`mkfs.xfs: ${path} contains a mounted filesystem`, true);
    if (files.holderOf(device) !== undefined) return failed(`mkfs.xfs: cannot open ${path}: ${strerror("EBUSY")}`);
    const there = force ? undefined : contentOf();
    if (there !== undefined) {
      return failed(
        `mkfs.xfs: ${path} appears to contain ${there}.\nmkfs.xfs: Use the -f option to force overwrite.`,
      );
    }
    const made = files.filesystems.make(device, {
      type: "xfs",
      label,
      uuid,
      bytes: undefined,
      blockSize: undefined,
      rootPercent: 0,
      reflink,
    });
    if (made.isErr()) {
      const fault = made.error;
      return fault.kind === "device"
        ? failed(`mkfs.xfs: pwrite failed: ${strerror(fault.errno)}`)
        : failed("Filesystem must be larger than 300MB.", true);
    }
    if (made.value.type !== "xfs") throw new Error("asked for XFS");
    const value = { device: `/dev/${device.name}`, type: "xfs", uuid: made.value.filesystem.uuid };
    return told(0, quiet ? "" : geometryText(path, made.value.geometry), "", value);

    function contentOf(): string | undefined {
      const found = files.filesystems.superblock(device!);
      if (found) return `an existing filesystem (${found.type})`;
      return files.partitions(device!).length > 0 ? "a partition table (gpt)" : undefined;
    }
  },
});

const geometryText = (path: string, g: XfsGeometry): string =>
  `meta-data=${path.padEnd(22)} isize=512    agcount=${g.agCount}, agsize=${g.agBlocks} blks
         =                       sectsz=4096  attr=2, projid32bit=1
         =                       crc=1        finobt=1, sparse=1, rmapbt=0
         =                       reflink=${g.reflink ? 1 : 0}    bigtime=1 inobtcount=1 nrext64=0
data     =                       bsize=4096   blocks=${g.blocks}, imaxpct=${g.inodePercent}
         =                       sunit=0      swidth=0 blks
naming   =version 2              bsize=4096   ascii-ci=0, ftype=1
log      =internal log           bsize=4096   blocks=${g.logBlocks}, version=2
         =                       sectsz=4096  sunit=1 blks, lazy-count=1
realtime =none                   extsz=4096   blocks=0, rtextents=0
`;
