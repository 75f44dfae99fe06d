/** `dd if=/dev/zero`: turns unwritten extents of a file into written ones, or zeroes a device. Source: coreutils 9.1 `src/dd.c`. */
import { type Errno, strerror } from "../../abi/errno.ts";
import { type Dom0Files } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type AnyCommand, declare, type Outcome, type Progress } from "../language/command.ts";
import { ddOperands, type DdRequest } from "./dd_operands.ts";
import { humanCount } from "./sizes.ts";
import { STEPS_PER_PROGRESS, told } from "./tool.ts";

/** What the copy came to. */
interface Copied {
  readonly bytes: number;
  readonly errno?: Errno;
}

/** What writing costs in model time: a store at 2.5 GB/s, behind a start of 10 microseconds. */
const BYTES_PER_MICROSECOND = 2500;
const START_MICROSECONDS = 10;

export const dd: AnyCommand = declare<DdRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["dd"],
  summary: "Write zeroes to a file (so that its extents are written ones) or to a device",
  usage: "if=/dev/zero of=FILE|DEVICE bs=N count=N [seek=N] [conv=notrunc,fsync]",
  help: "Without conv=notrunc the file is truncated first, which gives its blocks back. Only /dev/zero can be read.",
  effect: "writes",
  parse: ddOperands,
  *run(fork, request) {
    const { input, output } = request;
    if (output === undefined) return refusal("standard output is not modeled; name a file with of=");
    if (input !== "/dev/zero" && input !== "/dev/null") return refusal(unreadable(fork.files, input));
    if (/^\/dev\//.test(output)) return toDevice(fork, output, request);
    const file = fork.files.operations.lookup(output);
    if (request.exclusive && file.isOk()) return refusal(`failed to open '${output}': ${strerror("EEXIST")}`);
    const opened = fork.files.operations.openToWrite(output, request.create);
    if (opened.isErr()) return refusal(`failed to open '${output}': ${strerror(opened.error)}`);

    const wanted = input === "/dev/null" ? 0 : bytesOf(request);
    const { blockSize, seek, truncate } = request;
    const steps = fork.files.operations.writeZeroes(opened.value, seek, wanted, blockSize, truncate);
    const copied: Copied = yield* watched(steps, output, wanted / opened.value.filesystem.blockSize);
    return report(fork, output, request, copied);
  },
});

function* watched(
  steps: Generator<number, { readonly written: number; readonly errno?: Errno }>,
  output: string,
  total: number,
): Generator<Progress, Copied> {
  for (let count = 0;; count++) {
    const step = steps.next();
    if (step.done) {
      const { written, errno } = step.value;
      return errno === undefined ? { bytes: written } : { bytes: written, errno };
    }
    if (count % STEPS_PER_PROGRESS === 0) {
      yield { what: `writing ${output}`, done: step.value, total: Number.isFinite(total) ? Math.ceil(total) : 0 };
    }
  }
}

/** Without a count dd goes on until there is no room: more than any file can have. */
const ENDLESS = Number.MAX_SAFE_INTEGER / 2;
const bytesOf = ({ count, blockSize }: DdRequest): number =>
  count === undefined ? ENDLESS : Math.min(count.blocks * blockSize + count.rest, ENDLESS);

function toDevice(fork: Fork, output: string, request: DdRequest): Outcome {
  const device = fork.files.device(output).unwrapOr(undefined);
  if (!device) return refusal(`failed to open '${output}': ${strerror("ENOENT")}`);
  const { seek } = request;
  if (seek > device.size) {
    const counts = report(fork, output, { ...request, blockSize: 1 }, { bytes: 0 });
    return told(1, "", `dd: ${output}: cannot seek: ${strerror("EINVAL")}\n${counts.err}`);
  }
  const wanted = request.input === "/dev/null" ? 0 : bytesOf(request);
  const bytes = Math.min(wanted, device.size - seek);
  const done = bytes === 0 ? undefined : fork.files.zeroDevice(device, seek, bytes);
  if (done?.isErr()) return report(fork, output, request, { bytes: 0, errno: done.error });
  return report(fork, output, request, bytes < wanted ? { bytes, errno: "ENOSPC" } : { bytes });
}

/** The counts of records and bytes, behind the message for what went wrong. */
function report(fork: Fork, output: string, { blockSize, status }: DdRequest, { bytes, errno }: Copied): Outcome {
  const microseconds = START_MICROSECONDS + Math.ceil(bytes / BYTES_PER_MICROSECOND);
  fork.clock.advance(BigInt(microseconds) * 1000n);
  const [whole, partial] = [Math.floor(bytes / blockSize), bytes % blockSize === 0 ? 0 : 1];
  const failed = errno === undefined ? "" : `dd: error writing '${output}': ${strerror(errno)}\n`;
  // The block that could not be written had been read.
  const read = errno === undefined ? `${whole}+${partial}` : `${whole + 1}+0`;
  const records = `${read} records in\n${whole}+${partial} records out\n`;
  const counts = status === "none" ? "" : status === "noxfer" ? records : `${records}${summary(bytes, microseconds)}`;
  return told(errno === undefined ? 0 : 1, "", `${failed}${counts}`, { bytes });
}

function summary(bytes: number, microseconds: number): string {
  const seconds = microseconds / 1e6;
  const rate = bytes === 0 ? "0.0 kB" : humanCount(bytes / seconds, 1000, false);
  const decimal = bytes < 1000
    ? ""
    : ` (${humanCount(bytes, 1000, true)}${bytes < 1024 ? "" : `, ${humanCount(bytes, 1024, true)}`})`;
  return `${bytes} byte${bytes === 1 ? "" : "s"}${decimal} copied, ${general(seconds)} s, ${rate}/s\n`;
}

/** C's `%g`. */
function general(value: number): string {
  const exponent = Math.floor(Math.log10(value));
  if (exponent >= -4) return String(Number(value.toPrecision(6)));
  const [mantissa, power] = value.toExponential(5).split("e");
  return `${Number(mantissa)}e-${power!.slice(1).padStart(2, "0")}`;
}

function unreadable(files: Dom0Files, input: string | undefined): string {
  if (input === undefined) return "standard input is not modeled; name /dev/zero with if=";
  const exists = files.operations.lookup(input).isOk() || files.device(input).isOk();
  return exists
    ? `failed to open '${input}': only /dev/zero can be read here`
    : `failed to open '${input}': ${strerror("ENOENT")}`;
}

const refusal = (why: string): Outcome => told(1, "", `dd: ${why}\n`);
