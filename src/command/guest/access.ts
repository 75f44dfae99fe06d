/** `guest read` and `guest write`: a guest's load or store, through its second-level tables to the medium. */
import { err, ok, type Result } from "neverthrow";
import { hexDump, utf8 } from "../../base/bytes.ts";
import { hex, parseInteger, parseSize } from "../../base/units.ts";
import { type GuestFault } from "../../abi/ports.ts";
import { type AnyCommand, declare, done, type Outcome, type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { optionUsage, type Parsed, parseOptions, usageFault } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { lookingVerb, noSuchObject, refusal } from "../tables/verb.ts";
import { explainGuestFault } from "./fault_text.ts";
import { findGuest } from "./guest_of.ts";

/** One command loads or stores no more than this. */
const MOST_BYTES = 64 * 2 ** 20;

const ADDRESS = { gpa: { value: "ADDRESS", help: "guest-physical address", required: true } } as const;
const READ_OPTIONS = {
  ...DOMAIN_OPTION,
  ...ADDRESS,
  length: { value: "SIZE", help: "bytes, 256 unless given" },
  ...OUTPUT_OPTION,
} as const;
const READ_USAGE = `guest read ${optionUsage(READ_OPTIONS)}`;

interface Access {
  readonly domain: string;
  readonly gpa: number;
}

function accessOf(parsed: Parsed, usage: string): Result<Access, UsageFault> {
  const text = parsed.get("gpa")!;
  const gpa = parseInteger(text);
  return gpa === undefined
    ? err(usageFault(`--gpa ${text} is not an address`, usage))
    : ok({ domain: parsed.get("domain")!, gpa });
}

function sizeOf(text: string | undefined, otherwise: number, usage: string): Result<number, UsageFault> {
  const size = text === undefined ? otherwise : parseSize(text);
  if (size !== undefined && size > 0 && size <= MOST_BYTES) return ok(size);
  return err(usageFault(`--length ${text} is not between 1 and ${MOST_BYTES}`, usage));
}

export const guestRead = lookingVerb({
  name: ["guest", "read"],
  summary: "Load from a guest's memory",
  usage: READ_USAGE,
  help: "A hex dump, or raw bytes with -o.",
  parse: (argv) =>
    parseOptions(argv, READ_OPTIONS, READ_USAGE).andThen((parsed) =>
      accessOf(parsed, READ_USAGE).andThen((access) =>
        sizeOf(parsed.get("length"), 256, READ_USAGE).map((length) => ({
          ...access,
          length,
          output: parsed.get("output"),
        }))
      )
    ),
  run: (host, { domain, gpa, length, output }, context) =>
    findGuest(host, domain).match(
      ({ guest, record }) =>
        guest.load(gpa, length).match(
          (bytes) => {
            if (output !== undefined) return bytesOut(context, output, bytes, `memory of ${record.name}`);
            const rows = hexDump(bytes, gpa);
            return done(`${rows.join("\n")}\n`, "", { gpa, length, bytes: [...bytes] });
          },
          accessFault,
        ),
      noSuchObject,
    ),
});

const WRITE_OPTIONS = {
  ...DOMAIN_OPTION,
  ...ADDRESS,
  text: { value: "TEXT", help: "what to store, as UTF-8" },
  hex: { value: "BYTES", help: "what to store, as hex digits" },
  file: { value: "FILE", help: "what to store, from a file" },
  fill: { value: "BYTE", help: "store one byte over --length" },
  length: { value: "SIZE", help: "with --fill" },
} as const;
const WRITE_USAGE = `guest write ${optionUsage(WRITE_OPTIONS)}`;

interface WriteArguments extends Access {
  readonly source: { readonly bytes: Uint8Array } | { readonly file: string };
}

export const guestWrite: AnyCommand = declare<WriteArguments>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["guest", "write"],
  summary: "Store into a guest's memory",
  usage: WRITE_USAGE,
  help: "What lies in a vNVDIMM goes to the DIMMs, and stays.",
  effect: "writes",
  parse: (argv) =>
    parseOptions(argv, WRITE_OPTIONS, WRITE_USAGE).andThen((parsed) =>
      accessOf(parsed, WRITE_USAGE).andThen((access) => sourceOf(parsed).map((source) => ({ ...access, source })))
    ),
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, { domain, gpa, source }, { files }) {
    const bytes = "bytes" in source ? ok(source.bytes) : files.read(source.file);
    if (bytes.isErr()) return refusal(EXIT.failed, `${bytes.error.path}: ${bytes.error.reason}`, "check the path");
    return findGuest(host, domain).match(
      ({ guest }) =>
        guest.store(gpa, bytes.value).match(
          () => done("", `${bytes.value.length} bytes at ${hex(gpa)}\n`, { gpa, length: bytes.value.length }),
          accessFault,
        ),
      noSuchObject,
    );
  },
});

function sourceOf(parsed: Parsed): Result<WriteArguments["source"], UsageFault> {
  const given = (["text", "hex", "file", "fill"] as const).filter((name) => parsed.has(name));
  if (given.length !== 1) return err(usageFault("one of --text, --hex, --file, --fill is needed", WRITE_USAGE));
  const value = parsed.get(given[0]!)!;
  switch (given[0]!) {
    case "text":
      return ok({ bytes: utf8(value) });
    case "file":
      return ok({ file: value });
    case "hex": {
      const digits = value.replaceAll(/[\s:]/g, "");
      if (!/^([0-9a-fA-F]{2})+$/.test(digits)) return err(usageFault("--hex takes pairs of hex digits", WRITE_USAGE));
      return ok({ bytes: Uint8Array.from(digits.match(/../g)!, (pair) => parseInt(pair, 16)) });
    }
    case "fill": {
      const byte = parseInteger(value);
      if (byte === undefined || byte > 255) return err(usageFault("--fill takes a byte", WRITE_USAGE));
      return sizeOf(parsed.get("length"), 0, WRITE_USAGE).map((length) => ({
        bytes: new Uint8Array(length).fill(byte),
      }));
    }
  }
}

/** Meeting an error in the medium changes what Xen knows, so that is kept. */
function accessFault(fault: GuestFault): Outcome {
  const { what, hint } = explainGuestFault(fault);
  return { ...refusal(EXIT.failed, what, hint), keep: fault.kind === "poison" };
}
