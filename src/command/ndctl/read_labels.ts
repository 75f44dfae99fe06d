/** `ndctl read-labels`: label storage areas as bytes, or decoded. Source: ndctl `ndctl/dimm.c` action_read, dump_json. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { concat, utf8 } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { geometry, readLabelsJson } from "../../label/mod.ts";
import { declare } from "../language/command.ts";
import { dimmStatus, forDimms, nmems, type OnDimms, parseDimms } from "./dimm_verbs.ts";
import { wholeArea } from "./label_area.ts";
import { extentOptions, MANY } from "./label_options.ts";
import { extentBytes, readExtent } from "./label_transfer.ts";
import { flag, type OptionValues, text } from "./parse_options.ts";
import { listText, Talk } from "./talk.ts";

const readOptions = {
  ...extentOptions,
  output: text("o", "output", "file", "write the label area to a file"),
  json: flag("j", "json", "decoded, as JSON"),
  human: flag("u", "human", "decoded, numbers for people"),
  index: flag("I", "index", "the index blocks only"),
} as const;
type ReadRequest = OnDimms<OptionValues<typeof readOptions>>;

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
      const bytes = typeof shown === "string" ? utf8(shown) : shown;
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

/** Two index blocks for the most slots an area can have. */
const indexBytes = (areaBytes: number): number => 2 * (geometry(areaBytes, 128)?.indexSize ?? 0);
