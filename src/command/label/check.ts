/** `label check`: every fault of label areas, in one DIMM and across sets, each with its offset and a way out. */
import { prettyJson } from "../../base/json.ts";
import { readLabelArea } from "../../label/mod.ts";
import { done } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";
import { lookingVerb, unsound } from "../tables/verb.ts";
import { counted } from "../tables/counted.ts";
import { AREA_OPTIONS, AREA_USAGE, areaSourceOf, findAreas } from "./areas.ts";
import { checkAreas } from "./check_areas.ts";
import { faultLines, faultsJson, faultsText } from "./faults_text.ts";

const OPTIONS = { ...AREA_OPTIONS, json: { help: "machine output" } } as const;
const USAGE = `label check ${AREA_USAGE} [--json]`;

export const labelCheck = lookingVerb({
  name: ["label", "check"],
  summary: "Name every fault of label storage areas with its offset",
  usage: USAGE,
  help:
    "Without names: every DIMM of the host. DIMMs of the host are checked against their sets and regions too; so are\n" +
    "several files against each other. Exits 1 on errors and warnings, and where a named area has no valid index block;\n" +
    "notes alone exit 0.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE, 0, Infinity).andThen((parsed) =>
      areaSourceOf(parsed, USAGE).map((source) => ({ source, json: parsed.has("json") }))
    ),
  run: (host, { source, json }, context) =>
    findAreas(host, context, source).match((areas) => {
      const faults = checkAreas(host, areas);
      const names = areas.map(({ name }) => name);
      const value = faultsJson(faults, names);
      const text = json || context.json
        ? `${prettyJson(value)}\n`
        : faultLines(faults, names).map((line) => `${line}\n`).join("");
      const answer = done(text, `${counted(areas.length, "label area")}: ${faultsText(faults)}\n`, value);
      const unlabelled = source.kind !== "all" && areas.some(({ bytes }) => readLabelArea(bytes).isErr());
      const sound = !unlabelled && faults.every(({ severity }) => severity === "note");
      return sound ? answer : unsound(EXIT.failed, answer);
    }, (refused) => refused),
});
