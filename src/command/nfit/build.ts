/** `nfit build`: the table that QEMU 7.2 makes for a list of `-device nvdimm`, byte for byte. */
import { err, ok, type Result } from "neverthrow";
import {
  explainQemuDevice,
  qemuDeviceFaults,
  qemuNfit,
  type QemuNvdimm,
  type QemuPersistence,
} from "../../acpi/mod.ts";
import { parseInteger, parseSize } from "../../base/units.ts";
import { type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions, usageFault } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { counted } from "../tables/counted.ts";
import { lookingVerb, refusal } from "../tables/verb.ts";

const OPTIONS = {
  qemu: { value: "DEVICE", help: "slot=N,base=A,length=L[,node=P][,unarmed]", many: true, required: true },
  persistence: { value: "cpu|mem-ctrl", help: "-machine nvdimm-persistence=; no capabilities unless given" },
  ...OUTPUT_OPTION,
} as const;
const DEVICE = "slot=N,base=A,length=L[,node=P][,unarmed]";
const USAGE = `nfit build --qemu ${DEVICE}… [--persistence cpu|mem-ctrl] [-o FILE]`;

interface Build {
  readonly devices: readonly QemuNvdimm[];
  readonly persistence: QemuPersistence | undefined;
  readonly output: string | undefined;
}

export const nfitBuild = lookingVerb<Build>({
  name: ["nfit", "build"],
  summary: "Make the NFIT that QEMU makes for these devices",
  usage: USAGE,
  help:
    "Devices in the order of QEMU's object tree. Addresses and sizes in any C base, with k, m, g or t. The length is\n" +
    "the backend's size without its label area.",
  parse: (argv) =>
    parseOptions(argv, OPTIONS, USAGE, 0, Infinity).andThen((parsed): Result<Build, UsageFault> => {
      const persistence = parsed.get("persistence");
      if (persistence !== undefined && persistence !== "cpu" && persistence !== "mem-ctrl") {
        return err(usageFault(`--persistence is cpu or mem-ctrl, not "${persistence}"`, USAGE));
      }
      // What follows `--qemu A` without an option before it is one more device.
      return devicesOf([...parsed.all("qemu"), ...parsed.operands])
        .map((devices) => ({ devices, persistence, output: parsed.get("output") }));
    }),
  run(_host, { devices, persistence, output }, context) {
    const [fault] = qemuDeviceFaults(devices);
    if (fault) {
      const { what, hint } = explainQemuDevice(fault);
      return refusal(EXIT.usage, what, hint);
    }
    return bytesOut(context, output, qemuNfit(devices, persistence)!, `NFIT for ${counted(devices.length, "device")}`);
  },
});

function devicesOf(specs: readonly string[]): Result<QemuNvdimm[], UsageFault> {
  return specs.reduce<Result<QemuNvdimm[], UsageFault>>(
    (devices, spec) => devices.andThen((list) => deviceOf(spec).map((device) => [...list, device])),
    ok([]),
  );
}

const FIELDS = ["slot", "base", "length", "node"] as const;
type DeviceField = (typeof FIELDS)[number];

function deviceOf(spec: string): Result<QemuNvdimm, UsageFault> {
  const wrong = (why: string) => err(usageFault(`--qemu ${spec}: ${why}`, USAGE));
  const values = new Map<DeviceField, number>();
  let unarmed = false;
  for (const part of spec.split(",")) {
    if (part === "unarmed") {
      unarmed = true;
      continue;
    }
    const [, key = part, text = ""] = /^([^=]*)=(.*)$/.exec(part) ?? [];
    const field = FIELDS.find((name) => name === key);
    if (!field) return wrong(`"${key}" is none of ${FIELDS.join(", ")}, unarmed`);
    if (values.has(field)) return wrong(`${field} stands twice`);
    const value = field === "base" || field === "length" ? parseSize(text) : parseInteger(text);
    if (value === undefined) return wrong(`${field} is not a number: "${text}"`);
    values.set(field, value);
  }
  const [slot, base, length] = [values.get("slot"), values.get("base"), values.get("length")];
  if (slot === undefined || base === undefined || length === undefined) {
    return wrong("slot, base and length are needed");
  }
  const node = values.get("node") ?? 0;
  if (node > 0xffffffff) return wrong(`node ${node} does not fit 32 bits`);
  return ok({ slot, base, length, node, unarmed });
}
