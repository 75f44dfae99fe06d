/** `guest read`: a load in a guest, through its second-level tables to the medium. */
import { err, ok } from "neverthrow";
import { hexDump, hexText } from "../../base/bytes.ts";
import { range } from "../../base/range.ts";
import { hex, MiB } from "../../base/units.ts";
import { type AnyCommand, type Context, declare, type Outcome } from "../language/command.ts";
import { answer, JSON_OPTION } from "../ept/domain_verb.ts";
import { optionUsage, parseOptions, usageFault } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { type Fork } from "../../host/mod.ts";
import { type Access, ACCESS_OPTIONS, accessFailed, accessOf, lengthOf } from "./access.ts";
import { placeLines, placesJson, placesOf } from "./places.ts";
import { runningGuest } from "./running_guest.ts";

const OPTIONS = {
  ...ACCESS_OPTIONS,
  length: { value: "N", help: "bytes, 256 unless given" },
  ...OUTPUT_OPTION,
  ...JSON_OPTION,
} as const;
const USAGE = `guest read ${optionUsage(OPTIONS)}`;

/** Bytes that are shown rather than written to a file. */
const MOST_SHOWN = MiB;

interface ReadArgs extends Access {
  readonly length: number;
  readonly output: string | undefined;
  readonly json: boolean;
}

export const guestRead: AnyCommand = declare<ReadArgs>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["guest", "read"],
  summary: "Load from a guest's memory",
  usage: USAGE,
  help:
    "A hex dump and where the bytes lie; the bytes alone with -o. A load that meets an error in the medium is how Xen and\n" +
    "the guest hear of it: that is kept, unless --read-only is set.",
  effect: "reads",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) =>
      accessOf(parsed, USAGE).andThen((access) =>
        lengthOf(parsed.get("length") ?? "256", USAGE).andThen((length) => {
          const output = parsed.get("output");
          if (output === undefined && length > MOST_SHOWN) {
            return err(usageFault("more than 1 MiB is no hex dump for anybody: add -o FILE", USAGE));
          }
          return ok({ ...access, length, output, json: parsed.has("json") });
        })
      )
    ),
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, args, context) {
    return read(host, args, context);
  },
});

function read(host: Fork, { domain, gpa, length, output, json }: ReadArgs, context: Context): Outcome {
  const found = runningGuest(host, domain);
  if (found.isErr()) return found.error;
  const { record, guest } = found.value;
  guest.boot();
  return guest.load(gpa, length).match((bytes): Outcome => {
    // The guest was looked at, and the fork with what looking does to it is dropped.
    const looked = (outcome: Outcome): Outcome => ({ ...outcome, keep: false });
    const what = `${record.name}'s memory from ${hex(gpa)}`;
    if (output !== undefined) return looked(bytesOut(context, output, bytes, what));
    const places = placesOf(host, record.domid, range(gpa, length));
    const value = { domain: record.name, gpa, length, data: hexText(bytes), places: placesJson(places) };
    const dump = answer(context, json, value, () => hexDump(bytes, gpa));
    return looked({ ...dump, err: `${placeLines(places).join("\n")}\n` });
  }, (fault) => accessFailed(host, record, fault, "read", json || context.json));
}
