/** `mkfs.ext4`. Source: e2fsprogs 1.47.0 `misc/mke2fs.c`, `misc/util.c` check_mount. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { isUuid } from "../../base/guid.ts";
import { KiB, PAGE_SIZE } from "../../base/units.ts";
import { type BlockDevice, type Dom0Files, type Ext4Geometry, groupStart, hasBackup } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Outcome, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { blockCount } from "./sizes.ts";
import { told } from "./tool.ts";

interface MkfsRequest {
  readonly device: string;
  readonly quiet: boolean;
  readonly label: string;
  readonly uuid: string | undefined;
  readonly blockSize: number | undefined;
  readonly rootPercent: number;
  /** As typed: blocks, or a size with a suffix. */
  readonly size: string | undefined;
}

const table = {
  force: { short: "F" },
  quiet: { short: "q" },
  blockSize: { short: "b", argument: "required" },
  label: { short: "L", argument: "required" },
  uuid: { short: "U", argument: "required" },
  rootPercent: { short: "m", argument: "required" },
  extended: { short: "E", argument: "required" },
  type: { short: "t", argument: "required" },
} as const;

const VERSION = "mke2fs 1.47.0 (5-Feb-2023)";
const USAGE = "Usage: mkfs.ext4 [-F] [-q] [-b block-size] [-L volume-label] [-U UUID] [-m reserved-percentage] " +
  "device [size]\n";
const LONGEST_LABEL = 16;

function parse(argv: readonly string[]): Result<MkfsRequest, UsageFault> {
  const wrong = (text: string): Result<never, UsageFault> => err({ err: text, status: 1 });
  return getopt(argv, table).mapErr((complaint) => ({ err: `mkfs.ext4: ${complaint}\n${USAGE}`, status: 1 }))
    .andThen((given) => {
      const [device, size, extra] = given.operands;
      if (device === undefined || extra !== undefined) return wrong(USAGE);
      const asked = given.get("blockSize");
      const blockSize = asked === undefined ? undefined : Number(asked);
      if (blockSize !== undefined && ![KiB, 2 * KiB, 4 * KiB].includes(blockSize)) {
        return wrong(`mkfs.ext4: invalid block size - ${asked}\n`);
      }
      const uuid = given.get("uuid")?.toLowerCase();
      if (uuid !== undefined && !isUuid(uuid)) return wrong(`mkfs.ext4: could not parse UUID: ${uuid}\n`);
      const rootPercent = Number(given.get("rootPercent") ?? 5);
      if (!(rootPercent >= 0 && rootPercent <= 50)) {
        return wrong(`mkfs.ext4: invalid reserved blocks percent - ${given.get("rootPercent")}\n`);
      }
      const label = (given.get("label") ?? "").slice(0, LONGEST_LABEL);
      return ok({ device, quiet: given.has("quiet"), label, uuid, blockSize, rootPercent, size });
    });
}

export const mkfsExt4: AnyCommand = declare<MkfsRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["mkfs.ext4"],
  summary: "Make an ext4 filesystem on a pmem disk or partition; what is on it is gone",
  usage: "[-F] [-q] [-b SIZE] [-L LABEL] [-U UUID] [-m PERCENT] DEVICE [SIZE]",
  help: "DAX needs blocks of 4096 bytes: the default below 512 MiB is 1024, so give -b 4096 there.",
  effect: "destroys",
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, request) {
    const banner = request.quiet ? "" : `${VERSION}\n`;
    const failed = (text: string): Outcome => told(1, "", `${banner}${text}\n`);
    const path = request.device;
    const device = files.device(path).unwrapOr(undefined);
    if (!device) {
      return failed(`The file ${path} does not exist and no size was specified.`);
    }
    const use = usedBy(files, device);
    if (use !== undefined) return failed(`${path} is ${use}; will not make a filesystem here!`);
    const unit = request.blockSize ?? KiB;
    const count = request.size === undefined ? undefined : blockCount(request.size, unit);
    if (request.size !== undefined && count === undefined) {
      return failed(`mkfs.ext4: invalid blocks '${request.size}' on device '${path}'`);
    }
    const { blockSize, label, uuid, rootPercent } = request;
    const made = files.filesystems.make(device, {
      type: "ext4",
      label,
      uuid,
      bytes: count,
      blockSize,
      rootPercent,
      reflink: false,
    });
    if (made.isErr()) {
      const fault = made.error;
      const reason = fault.kind === "device"
        ? strerror(fault.errno)
        : fault.kind === "too-small"
        ? "Not enough space to build proposed filesystem"
        : "Filesystem larger than apparent device size";
      return failed(`${path}: ${reason} while setting up superblock`);
    }
    if (made.value.type !== "ext4") throw new Error("asked for ext4");
    const { geometry, filesystem } = made.value;
    const warned = device.dax && geometry.blockSize !== PAGE_SIZE
      ? `${path} is capable of DAX but current block size ${geometry.blockSize} is different from system page size ${PAGE_SIZE} so filesystem will not support DAX.\n`
      : "";
    const told1 = request.quiet ? "" : progressText(geometry, filesystem.uuid);
    return told(0, told1, `${banner}${warned}`, { device: `/dev/${device.name}`, type: "ext4", uuid: filesystem.uuid });
  },
});

/** Why a device may not be overwritten, or undefined. */
function usedBy(files: Dom0Files, device: BlockDevice): string | undefined {
  if (files.mounts.ofDevice(device)) return "mounted";
  return files.holderOf(device) === undefined ? undefined : "apparently in use by the system";
}

/** What is printed along the way. Counts on the way are wiped out again with backspaces, as on any output. */
function progressText(g: Ext4Geometry, uuid: string): string {
  const width = String(g.groups).length;
  const counter = `${"0".padStart(width)}/${g.groups}`;
  const back = "\b".repeat(counter.length);
  const counted = `${counter}${back}${" ".repeat(counter.length)}${back}`;
  const head = `Creating filesystem with ${g.blocks} ${g.blockSize / KiB}k blocks and ${
    g.inodesPerGroup * g.groups
  } inodes\n`;
  const done = "done                            \n";
  const journal = g.journalBlocks > 0
    ? `Creating journal (${g.journalBlocks} blocks): done\n`
    : "\nFilesystem too small for a journal\n";
  return `${head}${
    backups(g, uuid)
  }Allocating group tables: ${counted}${done}Writing inode tables: ${counted}${done}${journal}` +
    `Writing superblocks and filesystem accounting information: ${counted}done\n\n`;
}

function backups(g: Ext4Geometry, uuid: string): string {
  if (g.groups === 1) return "\n";
  let text = `Filesystem UUID: ${uuid}\nSuperblock backups stored on blocks: `;
  let left = 0;
  for (let group = 1; group < g.groups; group++) {
    if (!hasBackup(group)) continue;
    const block = String(groupStart(g, group));
    if (group !== 1) text += ", ";
    if (block.length + 1 > left) {
      text += "\n\t";
      left = 72;
    }
    left -= block.length + 1;
    text += block;
  }
  return `${text}\n\n`;
}
