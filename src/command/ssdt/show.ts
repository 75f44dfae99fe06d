/** `ssdt show`: the NVDIMM devices as ASL, their objects as JSON, or the table's bytes. */
import { aslText, decodeAml } from "../../acpi/mod.ts";
import { hexDump } from "../../base/bytes.ts";
import { prettyJson } from "../../base/json.ts";
import { done } from "../language/command.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { brokenTable } from "../tables/broken.ts";
import { findTable, SOURCE_OPTIONS, sourceOf } from "../tables/source.ts";
import { lookingVerb } from "../tables/verb.ts";
import { ssdtJson } from "./ssdt_json.ts";

const OPTIONS = {
  ...SOURCE_OPTIONS,
  hex: { help: "bytes instead of ASL" },
  json: { help: "machine output" },
} as const;
const USAGE = `ssdt show ${optionUsage(OPTIONS)}`;

export const ssdtShow = lookingVerb({
  name: ["ssdt", "show"],
  summary: "Show the NVDIMM devices of an SSDT as ASL",
  usage: USAGE,
  help: "Without --file or --domain: this host's own. The text is what iasl compiles.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      sourceOf(parsed, USAGE).map((source) => ({ source, hex: parsed.has("hex"), json: parsed.has("json") }))
    ),
  run: (host, { source, hex, json }, context) =>
    findTable(host, context, source, "SSDT").match(
      ({ title, bytes }) =>
        decodeAml(bytes).match((block) => {
          const value = ssdtJson(block);
          const lines = json || context.json ? [prettyJson(value)] : hex ? hexDump(bytes) : aslText(block);
          return done(`${lines.join("\n")}\n`, "", value);
        }, (fault) => brokenTable(title, fault, "ssdt show takes an SSDT or DSDT, header included")),
      (refused) => refused,
    ),
});
