/** `label export`: one label area's bytes as they lie on the DIMM. */
import { err, ok } from "neverthrow";
import { parseOptions, usageFault } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { lookingVerb } from "../tables/verb.ts";
import { AREA_OPTIONS, areaSourceOf, findAreas } from "./areas.ts";

const OPTIONS = { file: { value: AREA_OPTIONS.file.value, help: AREA_OPTIONS.file.help }, ...OUTPUT_OPTION } as const;
const USAGE = "label export nmemN | --file FILE [-o FILE]";

export const labelExport = lookingVerb({
  name: ["label", "export"],
  summary: "Write a DIMM's label storage area as bytes",
  usage: USAGE,
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE, 0, 1).andThen((parsed) =>
      areaSourceOf(parsed, USAGE).andThen((source) =>
        source.kind === "all" ? err(usageFault("name a DIMM", USAGE)) : ok({ source, output: parsed.get("output") })
      )
    ),
  run: (host, { source, output }, context) =>
    findAreas(host, context, source).match(
      ([area]) => bytesOut(context, output, area!.bytes, `label area of ${area!.name}`),
      (refused) => refused,
    ),
});
