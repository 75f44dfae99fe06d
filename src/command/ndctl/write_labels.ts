/** `ndctl write-labels`, `zero-labels`. Source: ndctl `ndctl/dimm.c` action_write, action_zero, dimm_action. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { MiB } from "../../base/units.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { declare, type Outcome } from "../language/command.ts";
import { rebindDimm } from "./dimm_driver_verbs.ts";
import { dimmVerb, forDimms, nmems, type OnDimms, parseDimms } from "./dimm_verbs.ts";
import { reportLostLabels, wholeArea } from "./label_area.ts";
import { extentOptions, MANY } from "./label_options.ts";
import { fillExtent, readExtent, writeExtent } from "./label_transfer.ts";
import { errorText, type OptionValues, text, usageFault } from "./parse_options.ts";
import { Talk } from "./talk.ts";

const writeOptions = {
  ...extentOptions,
  input: text("i", "input", "file", "read the label area from a file"),
} as const;
type WriteRequest = OnDimms<OptionValues<typeof writeOptions>>;

export const writeLabels = declare<WriteRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "write-labels"],
  summary: "Write one DIMM's label storage area",
  usage: "NMEM [-i FILE] [-s SIZE] [-O OFFSET]",
  effect: "destroys",
  parse: (argv) => parseDimms(argv, writeOptions, WRITE_USAGE),
  // deno-lint-ignore require-yield
  *run({ dom0 }, options, { files, input }) {
    const talk = new Talk();
    const read = options.input === undefined
      ? ok(input ?? new Uint8Array())
      : options.input === ENDLESS
      ? ok(new Uint8Array(LARGEST_AREA))
      : files.read(options.input);
    if (read.isErr()) {
      talk.say(`failed to open: ${options.input}: (${read.error.reason})\nwrote 0 nmem\n`);
      return talk.outcome(1);
    }
    let single: DimmView | undefined;
    // Naming is what counts: what becomes of the write is not looked at.
    const done = forDimms(dom0, options, (dimm) => ok(void (single = dimm)));
    if (done.count > 1) return tooMany();
    if (single) writeArea(dom0, single, options, read.value, talk);
    talk.say(`wrote ${nmems(done.count)}\n`);
    return talk.outcome(0);
  },
});

/** A device of dom0's that never ends: no more is read of it than an area can take. */
const ENDLESS = "/dev/zero";
const LARGEST_AREA = 1 * MiB;
const WRITE_USAGE = "ndctl write-labels <nmem> [-i <filename>]";

function tooMany(): Outcome {
  const message = errorText("write-labels only supports writing a single dimm\n");
  const fault = usageFault(WRITE_USAGE, writeOptions, message);
  return { status: fault.status, out: "", err: fault.err, keep: true };
}

function writeArea(
  dom0: Dom0,
  dimm: DimmView,
  options: WriteRequest,
  input: Uint8Array,
  talk: Talk,
): Result<void, Errno> {
  if (dimm.active) {
    talk.say("dimm is active, abort label write\n");
    return err("EBUSY");
  }
  return readExtent(dom0, dimm, options.size ?? 0, options.offset ?? 0).andThen((transfer) =>
    fillExtent(transfer, input).andThen((taken) => {
      if (taken === 0) return ok<void, Errno>(undefined);
      reportLost(dom0, dimm);
      return writeExtent(dom0, dimm, transfer, "label area written");
    })
  ).andThen(() => rebindDimm(dom0, dimm, talk));
}

function reportLost(dom0: Dom0, dimm: DimmView): void {
  const area = wholeArea(dom0, dimm);
  if (area.isOk()) reportLostLabels(dom0, dimm, area.value);
}

export const zeroLabels = dimmVerb({
  verb: "zero-labels",
  summary: "Zero label storage areas",
  usage: `${MANY} [<options>]`,
  effect: "destroys",
  table: extentOptions,
  summarise: (count) => `zeroed ${nmems(count)}`,
  act(dom0, dimm, options, talk) {
    if (dimm.active) {
      talk.say(`${dimm.name}: regions active, abort label write\n`);
      return err("EBUSY");
    }
    return readExtent(dom0, dimm, options.size ?? 0, options.offset ?? 0).andThen((transfer) => {
      if (!dom0.dimm(dimm.number).offers("set_data")) return err<void, Errno>("ENOTTY");
      transfer.buffer.fill(0, transfer.offset, transfer.offset + transfer.total);
      reportLost(dom0, dimm);
      return writeExtent(dom0, dimm, transfer, "label area zeroed");
    }).andThen(() => rebindDimm(dom0, dimm, talk));
  },
});
