/** `filefrag`: where a file's blocks lie. Source: e2fsprogs 1.47.0 `misc/filefrag.c`. */
import { err, ok, type Result } from "neverthrow";
import { ERRNO, strerror } from "../../abi/errno.ts";
import { type Json } from "../../base/json.ts";
import { type Dom0Files, type FileEntry } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { STEPS_PER_PROGRESS, told } from "./tool.ts";

interface FilefragRequest {
  readonly verbose: boolean;
  readonly hex: boolean;
  /** Bytes of the blocks that are counted in, a power of two; undefined: the filesystem's. */
  readonly blockSize: number | undefined;
  readonly paths: readonly string[];
  /** What was odd about the options. */
  readonly remark: string;
}

const table = {
  blockSize: { short: "b", argument: "optional" },
  extents: { short: "e" },
  kilobytes: { short: "k" },
  sync: { short: "s" },
  precache: { short: "P" },
  verbose: { short: "v" },
  hex: { short: "X" },
} as const;

const USAGE = "Usage: filefrag [-b{blocksize}[KMG]] [-eksvX] file ...\n";
const MOST_BLOCK = 2 ** 30;
/** As statfs gives them. */
const TYPE = { ext4: 0xef53, xfs: 0x58465342 } as const;

function parse(argv: readonly string[]): Result<FilefragRequest, UsageFault> {
  const parsed = getopt(argv, table).mapErr((complaint) => ({ err: `filefrag: ${complaint}\n${USAGE}`, status: 1 }));
  return parsed.andThen((given) => {
    let blockSize: number | undefined;
    let remark = "";
    for (const { key, argument } of given.given) {
      if (key === "kilobytes") blockSize = 1024;
      if (key !== "blockSize") continue;
      if (argument === "") {
        remark += "filefrag: -b needs a blocksize option, assuming 1024-byte blocks.\n";
        blockSize = 1024;
        continue;
      }
      const [, digits, suffix] = /^(\d*)([kKmMgG]?)/.exec(argument)!;
      const size = Number(digits) * 1024 ** ("kmg".indexOf(suffix!.toLowerCase() || "-") + 1);
      if (size > MOST_BLOCK) return err({ err: `filefrag: blocksize ${size} over 1GB\n${USAGE}`, status: 1 });
      blockSize = size === 0 ? undefined : size;
    }
    if (given.operands.length === 0) return err({ err: `${remark}${USAGE}`, status: 1 });
    const verbose = given.has("verbose") || given.has("extents");
    // Counted by a shift, so a size in between is the power of two below it.
    const power = blockSize === undefined ? undefined : 2 ** Math.floor(Math.log2(blockSize));
    return ok({ verbose, hex: given.has("hex"), blockSize: power, paths: given.operands, remark });
  });
}

export const filefrag: AnyCommand = declare<FilefragRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["filefrag"],
  summary: "List the extents of files: where they lie on their block device, and whether they are written",
  usage: "[-v] [-e] [-s] [-k] [-bSIZE] [-X] FILE…",
  help:
    "Physical offsets count from the start of the filesystem's device, a partition included. With --json (or read by " +
    "let) each extent also has its system physical address.",
  effect: "reads",
  parse,
  *run({ files }, request, { json }) {
    let [out, errors, status] = ["", request.remark, 0];
    const values: Json[] = [];
    const widths = { logical: 8, physical: 10 };
    let device: string | undefined;
    for (const path of request.paths) {
      const found = files.operations.lookup(path);
      if (found.isErr() || found.value.kind === "directory") {
        const errno = found.isErr() ? found.error : "ENOTTY";
        errors += found.isErr() ? `open: ${strerror(errno)}\n` : `${path}: FIBMAP/FIEMAP unsupported\n`;
        status ||= ERRNO[errno];
        continue;
      }
      const entry = found.value;
      if (request.verbose && entry.mount.device !== device) {
        out += `Filesystem type is: ${TYPE[entry.filesystem.type].toString(16)}\n`;
        device = entry.mount.device;
      }
      const report = new Report(files, entry, request, widths);
      let lines = 0;
      for (const line of report.lines()) {
        out += line;
        if (++lines % (64 * STEPS_PER_PROGRESS) === 0) yield { what: `extents of ${path}`, done: lines, total: 0 };
      }
      if (json || lines <= MOST_IN_VALUE) values.push(report.json());
    }
    return told(status, out, errors, request.paths.length === 1 ? values[0] : values);
  },
});

/** A longer list is a value only where it was asked for. */
const MOST_IN_VALUE = 1000;

/** Columns grow with the numbers, and stay so wide for the files that follow. */
interface Widths {
  logical: number;
  physical: number;
}

class Report {
  constructor(
    private readonly files: Dom0Files,
    private readonly entry: FileEntry,
    private readonly request: FilefragRequest,
    private readonly widths: Widths,
  ) {}

  *lines(): Generator<string> {
    const { entry: { path, file, filesystem }, request: { verbose }, widths } = this;
    const unit = this.request.blockSize ?? filesystem.blockSize;
    const { list, blockSize } = this.files.operations.extents(this.entry);
    const blocks = Math.ceil(file.size / blockSize);
    widths.physical = Math.max(widths.physical, digits(Math.floor(filesystem.bytes / blockSize)));
    widths.logical = Math.max(widths.logical, digits(blocks));
    if (verbose) {
      const count = Math.floor((blocks * blockSize) / unit);
      yield `File size of ${path} is ${file.size} (${count} block${blocks === 1 ? "" : "s"} of ${unit} bytes)\n`;
    }

    let found = 0;
    let number = 0;
    let before = { logical: 0, physical: 0, length: 0 };
    for (const { value: extent, last } of withLast(list)) {
      const now = {
        logical: extent.start * blockSize,
        physical: extent.block * blockSize,
        length: (extent.end - extent.start) * blockSize,
      };
      const expected = before.physical + now.logical - before.logical;
      const apart = now.logical !== 0 && now.physical !== expected && now.physical !== before.physical + before.length;
      if (apart) found++;
      else if (found === 0) found = 1;
      if (verbose) {
        if (number === 0) yield this.#header();
        const flags = [
          ...(last ? ["last"] : []),
          ...(extent.unwritten === 1 ? ["unwritten"] : []),
        ];
        const eof = now.logical + now.length >= file.size;
        yield this.#line(number, now, apart ? expected : undefined, flags, eof, unit);
      }
      number++;
      before = now;
    }
    yield `${path}: ${found === 1 ? "1 extent" : `${found} extents`} found\n`;
  }

  json(): Json {
    const { entry: { path, file, mount } } = this;
    const { list, blockSize } = this.files.operations.extents(this.entry);
    const device = this.files.device(mount.device)._unsafeUnwrap();
    const spa = this.files.spaOf(device);
    const extents = Array.from(list, ({ start, end, block, unwritten }) => ({
      logical: start * blockSize,
      physical: block * blockSize,
      length: (end - start) * blockSize,
      unwritten: unwritten === 1,
      ...(spa === undefined ? {} : { spa: spa + block * blockSize }),
    }));
    return { file: path, device: `/dev/${mount.device}`, size: file.size, extents };
  }

  #header(): string {
    const { logical, physical } = this.widths;
    return ` ext: ${"logical_offset:".padStart(logical * 2 + 3)} ${
      "physical_offset:".padStart(physical * 2 + 3)
    } length: ${"expected:".padStart(physical + 1)} flags:\n`;
  }

  #line(
    number: number,
    { logical, physical, length }: { readonly logical: number; readonly physical: number; readonly length: number },
    expected: number | undefined,
    flags: readonly string[],
    eof: boolean,
    unit: number,
  ): string {
    const { widths, request: { hex } } = this;
    const text = (value: number, width: number): string => Math.floor(value).toString(hex ? 16 : 10).padStart(width);
    const first = Math.floor(logical / unit);
    const at = Math.floor(physical / unit);
    const blocks = Math.floor((length - 1) / unit);
    // The tool takes a comma off the end, or whatever else stands there.
    const words = `${
      expected === undefined ? " ".repeat(widths.physical + 2) : `${text(expected / unit, widths.physical)}: `
    }${flags.map((flag) => `${flag},`).join("")}`.slice(0, -1);
    return `${String(number).padStart(4)}: ${text(first, widths.logical)}..${text(first + blocks, widths.logical)}: ${
      text(at, widths.physical)
    }..${text(at + blocks, widths.physical)}: ${text(length / unit, 6)}: ${words}${eof ? ",eof" : ""}\n`;
  }
}

const digits = (n: number): number => (n < 10 ? 0 : Math.floor(Math.log10(n)));

/** The elements, each with whether it is the last. */
function* withLast<T>(list: Iterable<T>): Generator<{ readonly value: T; readonly last: boolean }> {
  let held: { readonly value: T } | undefined;
  for (const value of list) {
    if (held) yield { value: held.value, last: false };
    held = { value };
  }
  if (held) yield { value: held.value, last: true };
}
