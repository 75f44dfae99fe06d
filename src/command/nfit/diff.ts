/** `nfit diff`: what two tables say differently, matched by what their structures name. */
import { err, ok, type Result } from "neverthrow";
import { diffNfit, type NfitDifference } from "../../acpi/mod.ts";
import { sameBytes } from "../../base/bytes.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import { hex } from "../../base/units.ts";
import { done, type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type Parsed, parseOptions, usageFault } from "../language/options.ts";
import { counted } from "../tables/counted.ts";
import { findTable, SOURCE_OPTIONS, sourcesOf, type TableSource } from "../tables/source.ts";
import { lookingVerb, unsound } from "../tables/verb.ts";

const OPTIONS = {
  file: { ...SOURCE_OPTIONS.file, many: true },
  domain: { ...SOURCE_OPTIONS.domain, many: true },
  json: { help: "machine output" },
} as const;
const USAGE = "nfit diff [--file FILE | --domain DOMAIN] --file FILE | --domain DOMAIN [--json]";

export const nfitDiff = lookingVerb({
  name: ["nfit", "diff"],
  summary: "Compare two NFITs by meaning",
  usage: USAGE,
  help: "One table named: this host's own is compared with it. Exits 1 where they differ.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      pairOf(parsed).map((pair) => ({ ...pair, json: parsed.has("json") }))
    ),
  run: (host, { before, after, json }, context) =>
    findTable(host, context, before, "NFIT").andThen((a) =>
      findTable(host, context, after, "NFIT").map((b) => ({ a, b }))
    ).match(({ a, b }) => {
      const differences = diffNfit(a.bytes, b.bytes);
      const same = sameBytes(a.bytes, b.bytes);
      const value: Json = { same_bytes: same, differences: differences.map(differenceJson) };
      const text = json || context.json ? `${prettyJson(value)}\n` : differences.flatMap(differenceLines).join("");
      const verdict = same
        ? "the same bytes"
        : differences.length === 0
        ? `they say the same in other bytes, first at ${hex(firstDifference(a.bytes, b.bytes), 4)}`
        : counted(differences.length, "difference");
      const answer = done(text, `${a.title} → ${b.title}: ${verdict}\n`, value);
      return same ? answer : unsound(EXIT.failed, answer);
    }, (refused) => refused),
});

function pairOf(parsed: Parsed): Result<{ before: TableSource; after: TableSource }, UsageFault> {
  const [first, second, third] = sourcesOf(parsed);
  if (!first || third) return err(usageFault("name one or two tables to compare", USAGE));
  return ok(second ? { before: first, after: second } : { before: { kind: "host" }, after: first });
}

function differenceLines(difference: NfitDifference): string[] {
  switch (difference.kind) {
    case "removed":
    case "added": {
      const { summary } = difference.structure;
      const about = summary === difference.key ? "" : `   ${summary}`;
      return [`${difference.kind === "added" ? "+" : "-"} ${difference.key}${about}\n`];
    }
    case "order":
      return [`~ ${difference.key} stands in another place\n`];
    case "changed":
      return [
        `~ ${difference.key}\n`,
        ...difference.fields.map(({ name, before, after }) => `    ${name}: ${before} → ${after}\n`),
      ];
  }
}

const differenceJson = (difference: NfitDifference): Json => {
  const { kind, key } = difference;
  if (kind === "changed") return { kind, key, fields: difference.fields.map((field) => ({ ...field })) };
  return kind === "order" ? { kind, key } : { kind, key, structure: difference.structure.summary };
};

/** The first byte that differs, or the shorter one's end. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length : at;
}
