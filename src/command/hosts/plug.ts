/** `host plug`: a DIMM comes while the machine runs (design v2 4.2.6). */
import { err, ok } from "neverthrow";
import { type Json, prettyJson } from "../../base/json.ts";
import { GiB, hex, KiB, MiB, parseInteger, parseSize, shortSize, TiB } from "../../base/units.ts";
import { QEMU_MAX_SLOTS, qemuHandle } from "../../acpi/mod.ts";
import { type Fork, plug } from "../../host/mod.ts";
import { type NewDimm, type PlugFault } from "../../machine/mod.ts";
import { JSON_OPTION } from "../ept/domain_verb.ts";
import { type AnyCommand, declare, done, type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { optionUsage, parseOptions, usageFault } from "../language/options.ts";
import { refusal } from "../tables/verb.ts";

const OPTIONS = {
  size: { value: "SIZE", help: "persistent memory of the DIMM, a multiple of 16 MiB", required: true },
  labels: { value: "SIZE", help: "its label storage, 0 for none; as the other DIMMs have unless given" },
  slot: { value: "N", help: "its slot, the one behind all others unless given: handle N+1" },
  node: { value: "N", help: "its proximity domain; 0 unless given" },
  ...JSON_OPTION,
} as const;
const USAGE = `host plug ${optionUsage(OPTIONS)}`;

/** Regions are handed out in these steps; a DIMM is never larger than this. */
const STEP = 16 * MiB;
const LARGEST = 4 * TiB;

interface Plug {
  readonly dimm: NewDimm;
  readonly json: boolean;
}

export const hostPlug: AnyCommand = declare<Plug>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["host", "plug"],
  summary: "Put one more DIMM into the running machine",
  usage: USAGE,
  help:
    "ext: firmware tells of it through _FIT; its NFIT and SRAT do from the next boot on. Under management dom0 the kernel\n" +
    "registers it at once; Xen takes it where the SRAT of this boot already has memory there, or where there is none.\n" +
    "Under management xen nobody hears of it before the next boot.",
  effect: "writes",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE).andThen((parsed) => {
      const size = parseSize(parsed.get("size")!);
      if (size === undefined || size < STEP || size % STEP !== 0 || size > LARGEST) {
        return err(usageFault(`--size takes a multiple of 16 MiB up to 4 TiB, not "${parsed.get("size")}"`, USAGE));
      }
      const node = parseInteger(parsed.get("node") ?? "0");
      if (node === undefined || node >= 2 ** 32) {
        return err(usageFault(`--node takes a proximity domain, not "${parsed.get("node")}"`, USAGE));
      }
      const labelBytes = parsed.has("labels") ? parseSize(parsed.get("labels")!) : undefined;
      if (parsed.has("labels") && !isLabelArea(labelBytes)) {
        return err(usageFault(`--labels takes 0, or 4 KiB to 1 MiB, not "${parsed.get("labels")}"`, USAGE));
      }
      const slot = parsed.has("slot") ? parseInteger(parsed.get("slot")!) : undefined;
      if (parsed.has("slot") && (slot === undefined || slot >= QEMU_MAX_SLOTS)) {
        return err(usageFault(`--slot takes 0 to ${QEMU_MAX_SLOTS - 1}, not "${parsed.get("slot")}"`, USAGE));
      }
      const handle = slot === undefined ? undefined : qemuHandle(slot);
      return ok({ dimm: { size, node, labelBytes, handle }, json: parsed.has("json") });
    }),
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, { dimm, json }, context) {
    return plug(host, dimm).match(
      ({ handle, spa }) => plugged(host, handle, spa.start, dimm.size, json || context.json),
      (fault) => refused(fault, dimm.size),
    );
  },
});

const isLabelArea = (bytes: number | undefined): boolean =>
  bytes !== undefined && (bytes === 0 || (bytes >= 4 * KiB && bytes <= MiB && bytes % KiB === 0));

function refused(fault: PlugFault, size: number): Outcome {
  switch (fault.kind) {
    case "no-fit":
      return refusal(
        EXIT.refused,
        "this machine's firmware has no _FIT, so nobody would hear of a DIMM that comes while it runs",
        "a host imported with an NFIT has one",
      );
    case "handle-taken":
      return refusal(
        EXIT.refused,
        `there is a DIMM with handle ${hex(fault.handle)} already`,
        "leave --slot away to take the one behind all others",
      );
    case "place-taken":
      return refusal(
        EXIT.refused,
        `${hex(fault.spa.start)} of ${shortSize(size)} overlaps what is at ${hex(fault.by.start)}`,
        "choose another address",
      );
    case "no-room":
      return refusal(
        EXIT.refused,
        `no address is left for ${shortSize(size)}: this machine has ${fault.bits} bits of them`,
        size > GiB ? "try a smaller --size" : "its address space is full",
      );
  }
}

function plugged(host: Fork, handle: number, start: number, size: number, json: boolean): Outcome {
  const dimm = host.dom0.dimms().find((known) => known.handle === handle)?.name;
  const region = host.dom0.regions().find((known) => known.start === start)?.name;
  const place = `${shortSize(size)} at ${hex(start)}, handle ${hex(handle)}`;
  const told = dimm === undefined
    ? "neither dom0 nor Xen hears of it before the next boot (management xen)"
    : `dom0 has it as ${dimm}, its memory as ${region}`;
  const value: Json = { handle, start, size, dimm: dimm ?? null, region: region ?? null };
  return done(json ? `${prettyJson(value)}\n` : "", `a DIMM came: ${place}\n${told}\n`, value);
}
