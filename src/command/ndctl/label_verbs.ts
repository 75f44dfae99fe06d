/**
 * `ndctl read-labels`, `write-labels`, `zero-labels`, `init-labels`, `check-labels`.
 * Source: ndctl `ndctl/dimm.c` action_read, action_write, action_zero, __action_init, dimm_action.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { concat } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";
import { lookup } from "../../base/lookup.ts";
import { MiB } from "../../base/units.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { declare, type Outcome } from "../language/command.ts";
import { geometry, type LabelVersion, readLabelsJson } from "../../label/mod.ts";
import { rebindDimm } from "./dimm_driver_verbs.ts";
import { dimmOptions, dimmStatus, dimmVerb, forDimms, nmems, type OnDimms, parseDimms } from "./dimm_verbs.ts";
import { initialiseLabels, reportLostLabels, validLabels, wholeArea } from "./label_area.ts";
import { extentBytes, fillExtent, readExtent, writeExtent } from "./label_transfer.ts";
import { decimal, errorText, flag, type OptionValues, text, usageFault } from "./parse_options.ts";
import { listText, Talk } from "./talk.ts";

const extentOptions = {
  ...dimmOptions,
  size: decimal("s", "size", "bytes to work on (default: all)"),
  offset: decimal("O", "offset", "offset into the label area"),
} as const;
const readOptions = {
  ...extentOptions,
  output: text("o", "output", "file", "write the label area to a file"),
  json: flag("j", "json", "decoded, as JSON"),
  human: flag("u", "human", "decoded, numbers for people"),
  index: flag("I", "index", "the index blocks only"),
} as const;
const writeOptions = {
  ...extentOptions,
  input: text("i", "input", "file", "read the label area from a file"),
} as const;
const initOptions = {
  ...dimmOptions,
  force: flag("f", "force", "over labels that are there already"),
  version: text("V", "label-version", "version", "1.1 (the default) or 1.2"),
} as const;

type ReadRequest = OnDimms<OptionValues<typeof readOptions>>;
type WriteRequest = OnDimms<OptionValues<typeof writeOptions>>;
type InitRequest = OnDimms<OptionValues<typeof initOptions>>;

const MANY = "<nmem0> [<nmem1>..<nmemN>]";

export const readLabels = declare<ReadRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "read-labels"],
  summary: "Read label storage areas, as bytes or decoded",
  usage: "NMEM…|all [-j] [-u] [-I] [-s SIZE] [-O OFFSET] [-o FILE]",
  effect: "reads",
  parse: (argv) =>
    parseDimms(
      argv,
      readOptions,
      `ndctl read-labels ${MANY} [-o <filename>]`,
      (options) =>
        (options.json || options.human) && (options.size || options.offset)
          ? "--size and --offset are incompatible with --json"
          : options.index && options.size
          ? "pick either --size, or --index, not both"
          : undefined,
    ),
  // deno-lint-ignore require-yield
  *run({ dom0 }, options, { files, terminal }) {
    const talk = new Talk();
    const decoded: Json[] = [];
    const raw: Uint8Array[] = [];
    const done = forDimms(
      dom0,
      options,
      (dimm) =>
        options.json || options.human
          ? decode(dom0, dimm, options).map((json) => void decoded.push(json))
          : readExtentOf(dom0, dimm, options).map((bytes) => void raw.push(bytes)),
    );
    const human = terminal && options.output === undefined;
    const shown = decoded.length > 0 ? listText(decoded, human) : raw.length > 0 ? concat(...raw) : new Uint8Array();
    if (options.output !== undefined) {
      const bytes = typeof shown === "string" ? new TextEncoder().encode(shown) : shown;
      const written = files.write(options.output, [bytes]);
      if (written.isErr()) {
        talk.say(`failed to open: ${options.output}: (${written.error.reason})\nread 0 nmem\n`);
        return talk.outcome(1);
      }
    }
    talk.say(`read ${nmems(done.count)}\n`);
    return { ...talk.outcome(dimmStatus(done)), out: options.output === undefined ? shown : "" };
  },
});

/** The index blocks alone are as large as 128-byte labels make them. */
function readExtentOf(dom0: Dom0, dimm: DimmView, options: ReadRequest): Result<Uint8Array, Errno> {
  if (!options.index) {
    return readExtent(dom0, dimm, options.size ?? 0, options.offset ?? 0).andThen(extentBytes);
  }
  return wholeArea(dom0, dimm).mapErr((): Errno => "EINVAL").map((area) => area.subarray(0, indexBytes(area.length)));
}

function decode(dom0: Dom0, dimm: DimmView, options: ReadRequest): Result<Json, Errno> {
  const area = wholeArea(dom0, dimm);
  if (area.isErr()) return err("EINVAL");
  const json = readLabelsJson(dimm.name, area.value, { human: options.human, indexOnly: options.index });
  return json === undefined ? err("ENOMEM") : ok(json);
}

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

export const checkLabels = dimmVerb({
  verb: "check-labels",
  summary: "Check whether label storage areas have a valid index block",
  usage: `${MANY} [<options>]`,
  effect: "reads",
  table: dimmOptions,
  summarise: (count) => `successfully verified ${count} nmem label${count > 1 ? "s" : ""}`,
  act: (dom0, dimm) =>
    wholeArea(dom0, dimm)
      .mapErr((): Errno => "ENXIO")
      .andThen((area) => validLabels(area) === undefined ? err<void, Errno>("EINVAL") : ok()),
});

const VERSIONS: Readonly<Record<string, LabelVersion>> = { "1.1": "1.1", "v1.1": "1.1", "1.2": "1.2", "v1.2": "1.2" };

export const initLabels = declare<InitRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "init-labels"],
  summary: "Write fresh index blocks",
  usage: "NMEM…|all [-f] [-V 1.1|1.2]",
  effect: "destroys",
  parse: (argv) => parseDimms(argv, initOptions, `ndctl init-labels ${MANY} [<options>]`),
  // deno-lint-ignore require-yield
  *run({ dom0 }, options) {
    const talk = new Talk();
    const version = lookup(VERSIONS, options.version ?? "1.1");
    if (version === undefined) {
      talk.say(`'${options.version}' is not a valid label version\ninitialized 0 nmem\n`);
      return talk.outcome(1);
    }
    const done = forDimms(dom0, options, (dimm) => initialise(dom0, dimm, version, options.force, talk));
    talk.say(`initialized ${nmems(done.count)}\n`);
    return talk.outcome(dimmStatus(done));
  },
});

function initialise(
  dom0: Dom0,
  dimm: DimmView,
  version: LabelVersion,
  force: boolean,
  talk: Talk,
): Result<void, Errno> {
  const area = wholeArea(dom0, dimm);
  if (area.isErr()) return err("ENXIO");
  if (dimm.active) {
    talk.say(`${dimm.name}: regions active, abort label write\n`);
    return err("EBUSY");
  }
  if (validLabels(area.value) !== undefined && !force) {
    talk.say(`${dimm.name}: error: labels already initialized\n`);
    return err("EBUSY");
  }
  if (initialiseLabels(dom0, dimm, version) === undefined) return err("ENXIO");
  return rebindDimm(dom0, dimm, talk);
}

/** Two index blocks for the most slots an area can have. */
const indexBytes = (areaBytes: number): number => 2 * (geometry(areaBytes, 128)?.indexSize ?? 0);
