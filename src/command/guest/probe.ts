/** `guest probe`: what the guest's own Linux makes of its tables, as its `ndctl list` prints it. */
import { ok } from "neverthrow";
import { type Json, parseJson, prettyJson } from "../../base/json.ts";
import { type Guest } from "../../guest/mod.ts";
import { listed } from "../ndctl/list.ts";
import { type ListOptions, listOptions } from "../ndctl/list_options.ts";
import { parseOptions as parseNdctl } from "../ndctl/parse_options.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { outText } from "../language/output.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { lookingVerb } from "../tables/verb.ts";
import { runningGuest } from "./running_guest.ts";

const OPTIONS = {
  ...DOMAIN_OPTION,
  human: { short: "u", help: "sizes and addresses for people" },
} as const;
const USAGE = `guest probe ${optionUsage(OPTIONS)}`;

export const guestProbe = lookingVerb<{ readonly domain: string; readonly human: boolean }>({
  name: ["guest", "probe"],
  summary: "Show what a guest's Linux makes of its tables",
  usage: USAGE,
  help: "ndctl list -RND in the guest: its kernel over the tables and methods that its firmware gave it.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      ok({ domain: parsed.get("domain")!, human: parsed.has("human") })
    ),
  run: (host, { domain, human }) =>
    runningGuest(host, domain).match(({ guest }) => {
      const out = outText(listed(guest.kernel(), listing(human)));
      const found: Json = out === "" ? [] : parseJson(out);
      const why = guest.kernel().hasBus ? kernelNotes(guest) : whyNothing(guest);
      return {
        status: 0,
        out: out === "" ? `${prettyJson(found)}\n` : out,
        err: why.map((line) => `${line}\n`).join(""),
        keep: false,
        value: found,
      };
    }, (refused) => refused),
});

const listing = (human: boolean): ListOptions =>
  parseNdctl([human ? "-RNDu" : "-RND"], listOptions, "ndctl list")._unsafeUnwrap().values;

/** What the nfit driver says while it reads the table. */
const kernelNotes = (guest: Guest): string[] =>
  (guest.kernel().kernel.parts.topology?.messages ?? []).map((message) => `nfit: ${message}`);

/** Why the guest's Linux has no NVDIMM bus. */
export function whyNothing(guest: Guest): string[] {
  const { tables, fault } = guest.boot();
  if (fault) {
    return [
      `hvmloader did not load the device model's tables (${fault.errno}: ${fault.reason}); the guest runs without`,
    ];
  }
  if (tables.length === 0) return ["the device model has no NVDIMM tables: the guest has no vNVDIMM"];
  if (!guest.devices()) {
    return [
      "no ACPI0012 device (\\_SB.NVDR) in any table: Linux's nfit driver binds to nothing and never reads the NFIT",
    ];
  }
  return ["there is an ACPI0012 device, but no NFIT that the driver takes"];
}
