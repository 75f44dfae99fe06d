/** `label show`: index blocks, which of them is in force, and the labels in the slots. */
import { prettyJson } from "../../base/json.ts";
import { explainLabel, readLabelArea } from "../../label/mod.ts";
import { done } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";
import { lookingVerb, unsound } from "../tables/verb.ts";
import { areaJson } from "./area_json.ts";
import { AREA_OPTIONS, AREA_USAGE, areaSourceOf, findAreas, type FoundArea } from "./areas.ts";
import { areaHex, areaText } from "./area_text.ts";
import { checkAreas } from "./check_areas.ts";

const OPTIONS = {
  ...AREA_OPTIONS,
  fields: { short: "f", help: "the labels field by field" },
  hex: { help: "bytes instead of fields" },
  json: { help: "machine output" },
} as const;
const USAGE = `label show ${AREA_USAGE} [-f|--fields] [--hex] [--json]`;

export const labelShow = lookingVerb({
  name: ["label", "show"],
  summary: "Show label storage areas: index blocks and labels",
  usage: USAGE,
  help:
    "Without names: every DIMM of the host. A slot is `in use`, `lost` (in use, but no valid label in it) or `stale`\n" +
    "(free, with a label left behind). Exits 1 where an area has no valid index block.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE, 0, Infinity).andThen((parsed) =>
      areaSourceOf(parsed, USAGE).map((source) => ({
        source,
        fields: parsed.has("fields"),
        hex: parsed.has("hex"),
        json: parsed.has("json"),
      }))
    ),
  run: (host, { source, fields, hex, json }, context) =>
    findAreas(host, context, source).match((areas) => {
      const value = areas.map(({ name, bytes }) => areaJson(name, bytes));
      const faults = hex ? [] : checkAreas(host, areas);
      const blocks = areas.map(({ name, bytes }, i) =>
        hex ? areaHex(bytes) : areaText(name, bytes, faults.filter(({ area }) => area === i), fields)
      );
      const text = json || context.json ? prettyJson(value) : blocks.map((block) => block.join("\n")).join("\n\n\n");
      const err = source.kind === "all" ? "" : areas.map(unlabelled).join("");
      const answer = done(`${text}\n`, err, value);
      return err === "" ? answer : unsound(EXIT.failed, answer);
    }, (refused) => refused),
});

/** Why an area that was named holds no labels. */
const unlabelled = ({ name, bytes }: FoundArea): string =>
  readLabelArea(bytes).match(() => "", (fault) => {
    const { what, hint } = explainLabel(fault);
    return `nvdeck: ${name}: ${what}\n${hint}\n`;
  });
