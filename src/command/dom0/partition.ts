/** `partition`, nvdeck's own: a new GUID partition table on a pmem disk, or the one that is there. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { hex, MiB, shortSize } from "../../base/units.ts";
import {
  type BlockDevice,
  type Dom0Files,
  type Partition,
  type PartitionFault,
  type PartitionSize,
} from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Outcome, type UsageFault } from "../language/command.ts";
import { utilLinuxSize } from "./sizes.ts";
import { told } from "./tool.ts";

interface PartitionRequest {
  readonly device: string;
  readonly sizes: readonly PartitionSize[];
}

const USAGE = "usage: partition DEVICE [SIZE…]\n";

function parse(argv: readonly string[]): Result<PartitionRequest, UsageFault> {
  const [device, ...words] = argv;
  if (device === undefined || device.startsWith("-")) {
    return err({ err: `partition: name a disk\n${USAGE}`, status: 1 });
  }
  const sizes: PartitionSize[] = [];
  for (const [i, word] of words.entries()) {
    const size = word === "rest" && i === words.length - 1 ? word : utilLinuxSize(word);
    if (size === undefined || size === 0) return err({ err: `partition: "${word}" is no size\n${USAGE}`, status: 1 });
    sizes.push(size);
  }
  return ok({ device, sizes });
}

export const partition: AnyCommand = declare<PartitionRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["partition"],
  summary: "Divide a pmem disk: a new GUID partition table, or list the one it has",
  usage: "DEVICE [SIZE…]",
  help:
    "Partitions start and end on whole 2 MiB, which DAX and large pages of a guest need; the last size may be `rest`.",
  effect: ({ sizes }) => (sizes.length === 0 ? "reads" : "destroys"),
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, { device: path, sizes }) {
    const device = files.device(path).unwrapOr(undefined);
    if (!device) return told(1, "", `partition: ${path}: ${strerror("ENOENT")}\n`);
    if (sizes.length === 0) return listed(files, device, files.partitions(device));
    return files.partition(device, sizes).match(
      (partitions) => listed(files, device, partitions),
      (fault) => told(1, "", `partition: ${path}: ${reasonOf(fault)}\n`),
    );
  },
});

function listed(files: Dom0Files, disk: BlockDevice, partitions: readonly Partition[]): Outcome {
  const spa = files.spaOf(disk);
  const rows = partitions.map(({ number, start, size }) => ({
    device: `/dev/${disk.name}p${number}`,
    start,
    size,
    ...(spa === undefined ? {} : { spa: spa + start }),
  }));
  const text = rows.map(({ device, start, size, spa }) =>
    `${device}  start ${start / MiB} MiB  size ${shortSize(size)}${spa === undefined ? "" : `  SPA ${hex(spa)}`}\n`
  ).join("");
  return told(0, text, "", rows);
}

function reasonOf(fault: PartitionFault): string {
  switch (fault.kind) {
    case "not-a-disk":
      return "is a partition itself";
    case "busy":
      return `${strerror("EBUSY")}: it is ${fault.who}`;
    case "no-room":
      return `partition ${fault.number} takes ${shortSize(fault.wanted)}, ${shortSize(fault.left)} are left`;
    case "device":
      return strerror(fault.errno);
  }
}
