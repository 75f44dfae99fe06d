/** `guest write`: a store in a guest, through its second-level tables to the medium. */
import { err, ok, type Result } from "neverthrow";
import { utf8 } from "../../base/bytes.ts";
import { prettyJson } from "../../base/json.ts";
import { range } from "../../base/range.ts";
import { hex, parseInteger } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { type AnyCommand, type Context, declare, done, type Outcome, type UsageFault } from "../language/command.ts";
import { JSON_OPTION } from "../ept/domain_verb.ts";
import { optionUsage, type Parsed, parseOptions, usageFault } from "../language/options.ts";
import { readFile } from "../tables/source.ts";
import { type Access, ACCESS_OPTIONS, accessFailed, accessOf, lengthOf } from "./access.ts";
import { placeLines, placesJson, placesOf } from "./places.ts";
import { runningGuest } from "./running_guest.ts";

const OPTIONS = {
  ...ACCESS_OPTIONS,
  data: { value: "HEX", help: "the bytes as hex digits" },
  text: { value: "T", help: "the bytes as text, UTF-8" },
  file: { value: "FILE", help: "the bytes from a file" },
  fill: { value: "BYTE", help: "one byte again and again, over --length" },
  length: { value: "N", help: "with --fill" },
  ...JSON_OPTION,
} as const;
const USAGE = `guest write ${optionUsage(OPTIONS)}`;
const SOURCES = ["data", "text", "file", "fill"] as const;

interface WriteArgs extends Access {
  readonly json: boolean;
  readonly source: { readonly bytes: Uint8Array } | { readonly file: string };
}

export const guestWrite: AnyCommand = declare<WriteArgs>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["guest", "write"],
  summary: "Store into a guest's memory",
  usage: USAGE,
  help: "What is stored in a vNVDIMM reaches the DIMMs and stays; nothing is stored where any page of it is not there.",
  effect: "writes",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      accessOf(parsed, USAGE).andThen((access) =>
        sourceOf(parsed).map((source) => ({ ...access, source, json: parsed.has("json") }))
      )
    ),
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, args, context) {
    return write(host, args, context);
  },
});

function sourceOf(parsed: Parsed): Result<WriteArgs["source"], UsageFault> {
  const [source, ...more] = SOURCES.filter((name) => parsed.has(name));
  if (source === undefined || more.length > 0) {
    return err(usageFault("one of --data, --text, --file, --fill is needed", USAGE));
  }
  if (parsed.has("length") !== (source === "fill")) return err(usageFault("--length goes with --fill", USAGE));
  const text = parsed.get(source)!;
  switch (source) {
    case "data":
      return bytesOf(text);
    case "text":
      return text === "" ? err(usageFault("--text is empty", USAGE)) : ok({ bytes: utf8(text) });
    case "file":
      return ok({ file: text });
    case "fill": {
      const byte = parseInteger(text);
      if (byte === undefined || byte > 0xff) return err(usageFault(`--fill takes a byte, not "${text}"`, USAGE));
      return lengthOf(parsed.get("length")!, USAGE).map((length) => ({ bytes: new Uint8Array(length).fill(byte) }));
    }
  }
}

function bytesOf(text: string): Result<{ bytes: Uint8Array }, UsageFault> {
  const digits = text.replaceAll(/[\s:_]/g, "").replace(/^0[xX]/, "");
  if (!/^([0-9a-fA-F]{2})+$/.test(digits)) return err(usageFault("--data takes pairs of hex digits", USAGE));
  return ok({ bytes: Uint8Array.from(digits.match(/../g)!, (pair) => parseInt(pair, 16)) });
}

function write(host: Fork, { domain, gpa, source, json }: WriteArgs, context: Context): Outcome {
  const found = runningGuest(host, domain);
  if (found.isErr()) return found.error;
  const read = "bytes" in source ? ok(source.bytes) : readFile(context, source.file);
  if (read.isErr()) return read.error;
  const bytes = read.value;
  const { record, guest } = found.value;
  guest.boot();
  return guest.store(gpa, bytes).match((): Outcome => {
    const places = placesOf(host, record.domid, range(gpa, bytes.length));
    const value = { domain: record.name, gpa, length: bytes.length, places: placesJson(places) };
    const what = `${bytes.length} bytes stored at gpa ${hex(gpa)} of ${record.name}`;
    const out = json || context.json ? `${prettyJson(value)}\n` : "";
    return done(out, `${[what, ...placeLines(places)].join("\n")}\n`, value);
  }, (fault) => accessFailed(host, record, fault, "write", json || context.json));
}
