/** `fallocate`. Source: util-linux 2.38 `sys-utils/fallocate.c`; `--extents` is nvdeck's own. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { type Complaint, getopt } from "./getopt.ts";
import { utilLinuxSize, utilLinuxText } from "./sizes.ts";
import { STEPS_PER_PROGRESS, told, tryHelp } from "./tool.ts";

interface FallocateRequest {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly keepSize: boolean;
  readonly punch: boolean;
  readonly verbose: boolean;
  readonly extents: number | undefined;
}

const table = {
  length: { short: "l", long: "length", argument: "required" },
  offset: { short: "o", long: "offset", argument: "required" },
  keepSize: { short: "n", long: "keep-size" },
  punch: { short: "p", long: "punch-hole" },
  posix: { short: "x", long: "posix" },
  verbose: { short: "v", long: "verbose" },
  extents: { long: "extents", argument: "required" },
} as const;

const said = (text: Complaint): UsageFault => ({ err: `fallocate: ${text}\n`, status: 1 });

function parse(argv: readonly string[]): Result<FallocateRequest, UsageFault> {
  return getopt(argv, table).mapErr((complaint) => tryHelp("fallocate", complaint)).andThen((given) => {
    const { operands } = given;
    const [path] = operands;
    if (path === undefined) return err(said("no filename specified"));
    if (operands.length > 1) return err(said("unexpected number of arguments"));
    const asked = given.get("length");
    if (asked === undefined) return err(said("no length argument specified"));
    const length = utilLinuxSize(asked);
    if (length === undefined || length === 0) return err(said("invalid length value specified"));
    const offset = utilLinuxSize(given.get("offset") ?? "0");
    if (offset === undefined) return err(said("invalid offset value specified"));
    const pieces = given.get("extents");
    const extents = pieces === undefined ? undefined : utilLinuxSize(pieces);
    if (pieces !== undefined && (extents === undefined || extents === 0)) {
      return err(said("invalid number of extents specified"));
    }
    const punch = given.has("punch");
    return ok({ path, offset, length, keepSize: given.has("keepSize"), punch, verbose: given.has("verbose"), extents });
  });
}

export const fallocate: AnyCommand = declare<FallocateRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["fallocate"],
  summary: "Give a file blocks, unwritten ones, or take some away",
  usage: "-l SIZE [-o OFFSET] [-n] [-p] [--extents N] FILE",
  help:
    "-n keeps the size, -p punches a hole. --extents N, which the real tool does not have, gives a file N separate " +
    "extents: fragmentation to try things on. A guest needs written extents: dd if=/dev/zero … conv=notrunc makes them.",
  effect: "writes",
  parse,
  *run({ files }, { path, offset, length, keepSize, punch, verbose, extents }) {
    const { operations } = files;
    const opened = operations.openToWrite(path, !punch);
    if (opened.isErr()) return told(1, "", `fallocate: cannot open ${path}: ${strerror(opened.error)}\n`);
    const entry = opened.value;
    const steps = punch ? undefined : operations.reserve(
      entry,
      offset,
      length,
      keepSize,
      extents && Math.min(extents, mostPieces(length, entry.filesystem.blockSize)),
    );
    let done = punch ? operations.punch(entry, offset, length) : undefined;
    for (let count = 0; steps && !done; count++) {
      const step = steps.next();
      if (step.done) done = step.value;
      else if (count % STEPS_PER_PROGRESS === 0) {
        const total = Math.ceil(length / entry.filesystem.blockSize);
        yield { what: `allocating ${path}`, done: step.value, total };
      }
    }
    if (done?.isErr()) return told(1, "", `fallocate: fallocate failed: ${strerror(done.error)}\n`);
    const how = `${path}: ${utilLinuxText(length)} (${length} bytes) ${punch ? "deallocated" : "allocated"}.\n`;
    return told(0, verbose ? how : "", "");
  },
});

/** No piece is smaller than a block. */
const mostPieces = (length: number, blockSize: number): number => Math.ceil(length / blockSize);
