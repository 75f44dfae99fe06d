/** `nfit lint`: everything the specification forbids or a known consumer trips over, and what Linux makes of the table. */
import {
  decodeSrat,
  decodeStructures,
  type LintFinding,
  lintNfit,
  linuxRegions,
  NFIT_HEADER_SIZE,
  readAsLinux,
  type Srat,
} from "../../acpi/mod.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import { hex } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { done } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { counted } from "../tables/counted.ts";
import { findTable, SOURCE_OPTIONS, sourceOf } from "../tables/source.ts";
import { lookingVerb, unsound } from "../tables/verb.ts";
import { findingsText } from "./nfit_text.ts";

const OPTIONS = { ...SOURCE_OPTIONS, json: { help: "machine output" } } as const;
const USAGE = `nfit lint ${optionUsage(OPTIONS)}`;

export const nfitLint = lookingVerb({
  name: ["nfit", "lint"],
  summary: "Name every fault of an NFIT with its offset",
  usage: USAGE,
  help:
    "Exits 1 where there are errors: what the specification forbids or a consumer refuses. Warnings alone exit 0.\n" +
    "The host's own table is held beside its SRAT as well. The last lines are Linux 6.1's reading of the same table.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      sourceOf(parsed, USAGE).map((source) => ({ source, json: parsed.has("json") }))
    ),
  run: (host, { source, json }, context) =>
    findTable(host, context, source, "NFIT").match(({ title, bytes }) => {
      const findings = lintNfit(bytes, source.kind === "host" ? sratOf(host) : undefined);
      const linux = linuxReading(bytes);
      const value: Json = { findings: findings.map((finding) => ({ ...finding })), linux: linuxJson(linux) };
      const lines = [...findings.map(findingLine), ...linux.messages, `Linux: ${linux.verdict}`];
      const text = json || context.json ? prettyJson(value) : lines.join("\n");
      const answer = done(`${text}\n`, `${title}: ${findingsText(findings)}\n`, value);
      return findings.some((finding) => finding.severity === "error") ? unsound(EXIT.failed, answer) : answer;
    }, (refused) => refused),
});

function sratOf(host: Fork): Srat | undefined {
  const table = host.machine.table("SRAT");
  return table && decodeSrat(table).unwrapOr(undefined);
}

const findingLine = ({ severity, path, offset, message }: LintFinding): string =>
  `${hex(offset, 4)}  ${severity.padEnd(7)}  ${path}: ${message}`;

interface LinuxReading {
  readonly refusal: string | undefined;
  readonly dimms: number;
  readonly regions: number;
  /** As the kernel log would have them. */
  readonly messages: readonly string[];
  readonly verdict: string;
}

/** Linux looks at the structures alone; the header is ACPICA's. */
function linuxReading(bytes: Uint8Array): LinuxReading {
  const nfit = readAsLinux(decodeStructures(bytes, NFIT_HEADER_SIZE));
  const made = linuxRegions(nfit);
  const messages = [...nfit.messages, ...made.messages].map(({ text, times, offset }) => {
    const place = offset === undefined ? "      " : hex(offset, 4);
    return `${place}  kernel   ${text}${times > 1 ? ` (${times} times)` : ""}`;
  });
  const counts = { dimms: made.dimms.length, regions: made.regions.length };
  if (nfit.status === "failed") {
    const verdict = `refuses the whole table (-${nfit.errno}): ${nfit.reason}`;
    return { refusal: nfit.reason, ...counts, messages, verdict };
  }
  if (made.stopped) {
    const refusal = `SPA range ${made.stopped.spa.record.rangeIndex} makes no region`;
    return {
      refusal,
      ...counts,
      messages,
      verdict: `gives up, and no DIMM is left (-${made.stopped.errno}): ${refusal}`,
    };
  }
  const verdict = `${counted(counts.dimms, "DIMM")}, ${counted(counts.regions, "region")}`;
  return { refusal: undefined, ...counts, messages, verdict };
}

const linuxJson = ({ refusal, dimms, regions, messages }: LinuxReading): Json => ({
  refusal: refusal ?? null,
  dimms,
  regions,
  messages,
});
