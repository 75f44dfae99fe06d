/** `nfit export`, `ssdt export`: a table's bytes as they are. */
import { type AnyCommand } from "../language/command.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "./bytes_out.ts";
import { findTable, SOURCE_OPTIONS, sourceOf, type TableName } from "./source.ts";
import { lookingVerb } from "./verb.ts";

const OPTIONS = { ...SOURCE_OPTIONS, ...OUTPUT_OPTION } as const;

export function exportVerb(table: TableName, summary: string): AnyCommand {
  const name = [table.toLowerCase(), "export"];
  const usage = `${name.join(" ")} ${optionUsage(OPTIONS)}`;
  return lookingVerb({
    name,
    summary,
    usage,
    help: "Without --file or --domain: this host's own.",
    parse: (argv) =>
      parseOptions(argv, OPTIONS, usage).andThen((parsed) =>
        sourceOf(parsed, usage).map((source) => ({ source, output: parsed.get("output") }))
      ),
    run: (host, { source, output }, context) =>
      findTable(host, context, source, table).match(
        ({ title, bytes }) => bytesOut(context, output, bytes, title),
        (refused) => refused,
      ),
  });
}
