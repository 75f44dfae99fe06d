/** `nfit export`: the table's bytes as they are. */
import { optionUsage, parseOptions } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { findTable, SOURCE_OPTIONS, sourceOf } from "../tables/source.ts";
import { lookingVerb } from "../tables/verb.ts";

const OPTIONS = { ...SOURCE_OPTIONS, ...OUTPUT_OPTION } as const;
const USAGE = `nfit export ${optionUsage(OPTIONS)}`;

export const nfitExport = lookingVerb({
  name: ["nfit", "export"],
  summary: "Write an NFIT as bytes",
  usage: USAGE,
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      sourceOf(parsed, USAGE).map((source) => ({ source, output: parsed.get("output") }))
    ),
  run: (host, { source, output }, context) =>
    findTable(host, context, source, "NFIT").match(
      ({ title, bytes }) => bytesOut(context, output, bytes, title),
      (refused) => refused,
    ),
});
