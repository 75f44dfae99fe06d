/** `ndctl create-nfit`: a table with nothing but ranges of persistent memory. Source: ndctl `ndctl/create-nfit.c`. */
import { err, ok, type Result } from "neverthrow";
import { createNfit } from "../../acpi/mod.ts";
import { declare, type UsageFault } from "../language/command.ts";
import { count, errorText, parseOptions, text, texts, usageFault } from "./parse_options.ts";
import { parseSize } from "./sizes.ts";
import { statusOf, Talk } from "./talk.ts";

const options = {
  addSpa: texts("a", "add-spa", "size,offset", "add a range of system physical addresses"),
  output: text("o", "", "file", "write to this file (default: local_nfit.bin)"),
  force: count("f", "force", "over a file that is there already"),
} as const;

const USAGE = "ndctl create-nfit [<options>]";

interface Request {
  readonly ranges: readonly { readonly base: number; readonly length: number }[];
  readonly output: string;
  readonly force: boolean;
}

export const createNfitVerb = declare<Request>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "create-nfit"],
  summary: "Write an NFIT of plain ranges to a file",
  usage: "-a SIZE,OFFSET [-a …] [-o FILE] [-f]",
  effect: "reads",
  parse: parse,
  // deno-lint-ignore require-yield
  *run(_host, { ranges, output, force }, { files }) {
    const talk = new Talk();
    const table = createNfit(ranges);
    if (!force && files.read(output).isOk()) {
      talk.error(`"${output}" exists, overwrite with --force`);
      return talk.outcome(statusOf("EEXIST"));
    }
    const written = files.write(output, [table]);
    if (written.isErr()) {
      talk.error(`Failed to open "${output}": ${written.error.reason}`);
      return talk.outcome(statusOf("ENOENT"));
    }
    talk.say(`wrote ${table.length} bytes to ${output}\n`);
    return talk.outcome(0);
  },
});

function parse(argv: readonly string[]): Result<Request, UsageFault> {
  return parseOptions(argv, options, USAGE).andThen(({ values, words }) => {
    const ranges = [];
    for (const pair of values.addSpa) {
      const [length, base] = pair.split(/,(.*)/s).slice(0, 2).map(parseSize);
      if (!length || !base) {
        const message = errorText(`failed to parse --add-spa=${pair}\n`);
        return err(usageFault(USAGE, options, message, options.addSpa));
      }
      ranges.push({ base: base.bytes, length: length.bytes });
    }
    const faults = [
      ...words.map((word) => `unknown parameter "${word}"`),
      ...(ranges.length === 0 ? ["specify at least one --add-spa= option"] : []),
    ];
    if (faults.length > 0) {
      return err(usageFault(USAGE, options, faults.map((fault) => errorText(`${fault}\n`)).join("")));
    }
    return ok({ ranges, output: values.output ?? "local_nfit.bin", force: values.force > 0 });
  });
}
