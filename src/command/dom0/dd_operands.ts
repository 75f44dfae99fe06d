/** dd's operands. Source: coreutils 9.1 `src/dd.c` scanargs, parse_symbols. */
import { err, ok, type Result } from "neverthrow";
import { type UsageFault } from "../language/command.ts";
import { ddNumber } from "./sizes.ts";
import { tryHelp } from "./tool.ts";

export interface DdRequest {
  readonly input: string | undefined;
  readonly output: string | undefined;
  /** Bytes of one read and one write. */
  readonly blockSize: number;
  /** Whole blocks to copy, and bytes behind them; undefined: until there is no room. */
  readonly count: { readonly blocks: number; readonly rest: number } | undefined;
  /** Bytes of output to pass over. */
  readonly seek: number;
  readonly truncate: boolean;
  readonly create: boolean;
  /** The file must be new. */
  readonly exclusive: boolean;
  readonly status: "none" | "noxfer" | "progress" | undefined;
}

const CONVERSIONS = ["notrunc", "nocreat", "excl", "fsync", "fdatasync", "noerror", "sync", "sparse"];
const INPUT_FLAGS = ["direct", "dsync", "sync", "nonblock", "noatime", "fullblock", "count_bytes", "skip_bytes"];
const OUTPUT_FLAGS = ["append", "direct", "dsync", "sync", "nonblock", "noatime", "nocache", "seek_bytes"];
const NUMBERS = ["bs", "ibs", "obs", "count", "seek", "skip", "oseek", "iseek", "cbs"];
const DEFAULT_BLOCK = 512;

export function ddOperands(argv: readonly string[]): Result<DdRequest, UsageFault> {
  const texts = new Map<string, string>();
  const numbers = new Map<string, number>();
  const words = new Set<string>();
  for (const word of argv) {
    const [, name, value] = /^([a-z]+)=(.*)$/s.exec(word) ?? [];
    if (name === undefined || value === undefined) {
      const what = word.startsWith("--") ? `unrecognized option '${word}'` : `unrecognized operand '${word}'`;
      return err(tryHelp("dd", what));
    }
    if (NUMBERS.includes(name)) {
      const number = ddNumber(value.replace(/B$/, (b) => (/\dB$/.test(value) ? "" : b)));
      const least = /bs$/.test(name) ? 1 : 0;
      if (number === undefined || number < least) return err({ err: `dd: invalid number: '${value}'\n`, status: 1 });
      numbers.set(name, number);
      // `count=100B` counts bytes.
      if (/\dB$/.test(value)) words.add(name === "count" ? "count_bytes" : "seek_bytes");
    } else if (name === "if" || name === "of") {
      texts.set(name, value);
    } else if (name === "status") {
      if (!["none", "noxfer", "progress"].includes(value)) {
        return err(tryHelp("dd", `invalid status level: '${value}'`));
      }
      texts.set(name, value);
    } else if (name === "conv" || name === "iflag" || name === "oflag") {
      const [known, called] = name === "conv"
        ? [CONVERSIONS, "conversion"]
        : name === "iflag"
        ? [INPUT_FLAGS, "input flag"]
        : [OUTPUT_FLAGS, "output flag"];
      const odd = value.split(",").find((flag) => !known.includes(flag));
      if (odd !== undefined) return err(tryHelp("dd", `invalid ${called}: '${odd}'`));
      value.split(",").forEach((flag) => words.add(flag));
    } else {
      return err(tryHelp("dd", `unrecognized operand '${word}'`));
    }
  }
  const blockSize = numbers.get("bs") ?? numbers.get("obs") ?? numbers.get("ibs") ?? DEFAULT_BLOCK;
  const count = numbers.get("count");
  const seek = numbers.get("seek") ?? numbers.get("oseek") ?? 0;
  return ok({
    input: texts.get("if"),
    output: texts.get("of"),
    blockSize,
    count: count === undefined
      ? undefined
      : words.has("count_bytes")
      ? { blocks: Math.floor(count / blockSize), rest: count % blockSize }
      : { blocks: count, rest: 0 },
    seek: words.has("seek_bytes") ? seek : seek * blockSize,
    truncate: !words.has("notrunc") && !words.has("append"),
    create: !words.has("nocreat"),
    exclusive: words.has("excl"),
    status: texts.get("status") as DdRequest["status"],
  });
}
