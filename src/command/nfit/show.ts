/** `nfit show`: the decoded tree, bytes by structure, or JSON. What there is of a broken table is shown all the same. */
import { decodeNfit } from "../../acpi/mod.ts";
import { prettyJson } from "../../base/json.ts";
import { done } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { brokenTable } from "../tables/broken.ts";
import { findTable, SOURCE_OPTIONS, sourceOf } from "../tables/source.ts";
import { lookingVerb, unsound } from "../tables/verb.ts";
import { nfitJson } from "./nfit_json.ts";
import { nfitHex, nfitText } from "./nfit_text.ts";

const OPTIONS = {
  ...SOURCE_OPTIONS,
  hex: { help: "bytes instead of fields" },
  json: { help: "machine output" },
} as const;
const USAGE = `nfit show ${optionUsage(OPTIONS)}`;

export const nfitShow = lookingVerb({
  name: ["nfit", "show"],
  summary: "Show an NFIT field by field, with what refers to what",
  usage: USAGE,
  help: "Without --file or --domain: this host's own. Offsets are hexadecimal, lengths decimal, both in bytes.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      sourceOf(parsed, USAGE).map((source) => ({ source, hex: parsed.has("hex"), json: parsed.has("json") }))
    ),
  run: (host, { source, hex, json }, context) =>
    findTable(host, context, source, "NFIT").match((table) => {
      const { title, bytes } = table;
      const whole = decodeNfit(bytes);
      if (whole.isErr() && whole.error.path.endsWith("signature")) {
        return brokenTable(title, whole.error, "nfit show takes an NFIT, header included");
      }
      const value = nfitJson(bytes);
      const text = json || context.json ? `${prettyJson(value)}\n` : hex ? nfitHex(bytes) : nfitText(table);
      if (whole.isOk()) return done(text, "", value);
      const { err } = brokenTable(title, whole.error, "what there is is shown; nfit lint names every fault");
      return unsound(EXIT.failed, done(text, err, value));
    }, (refused) => refused),
});
