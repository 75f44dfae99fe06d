/** `truncate`. Source: coreutils 9.1 `src/truncate.c`. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { alignDown, alignUp } from "../../base/quantity.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { coreutilsSize } from "./sizes.ts";
import { told, tryHelp } from "./tool.ts";

/** How the number stands to the file's size: as it is, more, less, at most, at least, rounded down or up. */
type Mode = "" | "+" | "-" | "<" | ">" | "/" | "%";

interface TruncateRequest {
  readonly mode: Mode;
  readonly size: number;
  readonly noCreate: boolean;
  readonly paths: readonly string[];
}

const table = {
  size: { short: "s", long: "size", argument: "required" },
  noCreate: { short: "c", long: "no-create" },
} as const;

function parse(argv: readonly string[]): Result<TruncateRequest, UsageFault> {
  return getopt(argv, table).mapErr((complaint) => tryHelp("truncate", complaint)).andThen((given) => {
    const text = given.get("size");
    const [, mode, number] = /^\s*([+<>/%-]?)\s*(.*)$/.exec(text ?? "") ?? [];
    const size = coreutilsSize(number ?? "");
    if (text !== undefined && size === undefined) {
      return err({ err: `truncate: Invalid number: '${number}'\n`, status: 1 });
    }
    if (size === undefined) return err(tryHelp("truncate", "you must specify either '--size' or '--reference'"));
    if (size === 0 && (mode === "/" || mode === "%")) return err({ err: "truncate: division by zero\n", status: 1 });
    if (given.operands.length === 0) return err(tryHelp("truncate", "missing file operand"));
    return ok({ mode: mode as Mode, size, noCreate: given.has("noCreate"), paths: given.operands });
  });
}

export const truncate: AnyCommand = declare<TruncateRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["truncate"],
  summary: "Set the size of a file; what lies behind it is gone",
  usage: "-s [+-<>/%]SIZE [-c] FILE…",
  effect: "writes",
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, { mode, size, noCreate, paths }) {
    let errors = "";
    for (const path of paths) {
      const opened = files.operations.openToWrite(path, !noCreate);
      if (opened.isErr()) {
        if (noCreate && opened.error === "ENOENT") continue;
        errors += `truncate: cannot open '${path}' for writing: ${strerror(opened.error)}\n`;
        continue;
      }
      const wanted = sizeOf(mode, size, opened.value.file.size);
      const done = files.operations.truncate(opened.value, wanted);
      if (done.isErr()) {
        errors += `truncate: failed to truncate '${path}' at ${wanted} bytes: ${strerror(done.error)}\n`;
      }
    }
    return told(errors === "" ? 0 : 1, "", errors);
  },
});

function sizeOf(mode: Mode, size: number, old: number): number {
  switch (mode) {
    case "":
      return size;
    case "+":
      return old + size;
    case "-":
      return Math.max(old - size, 0);
    case "<":
      return Math.min(old, size);
    case ">":
      return Math.max(old, size);
    case "/":
      return alignDown(old, size);
    case "%":
      return alignUp(old, size);
  }
}
