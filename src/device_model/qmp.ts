/** The QMP commands that libxl gives a QEMU (`qapi/machine.json`, `qapi/qdev.json`), and what a QEMU of our sort answers. */
import { err, ok, type Result } from "neverthrow";
import { type Json } from "../base/json.ts";
import { parseNvdimm, type Properties } from "./arguments.ts";
import { plug } from "./process.ts";
import { type DeviceModelProcess } from "./state.ts";

export interface QmpError {
  readonly class: string;
  readonly desc: string;
}
export type QmpArguments = { readonly [key: string]: Json };

/** The reply, and the process as it is afterwards. */
export interface QmpAnswer {
  readonly value: Json;
  readonly process: DeviceModelProcess;
}

type Handler = (process: DeviceModelProcess, args: QmpArguments) => Result<QmpAnswer, QmpError>;

const generic = (desc: string): QmpError => ({ class: "GenericError", desc });
const same = (value: Json): Handler => (process) => ok({ value, process });

/** Backends that `object-add` has made and no device uses yet travel with the device: QEMU's own two steps are one here. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  qmp_capabilities: same({}),
  "query-version": same({ qemu: { major: 7, minor: 2, micro: 22 }, package: "" }),
  "query-status": same({ running: true, status: "running" }),
  cont: same({}),
  quit: same({}),
  "query-memory-devices": (process) => ok({ value: memoryDevices(process), process }),
  device_add: addDevice,
  device_del: removeDevice,
};

export function runQmp(
  process: DeviceModelProcess,
  command: string,
  args: QmpArguments,
): Result<QmpAnswer, QmpError> {
  const handler = Object.hasOwn(HANDLERS, command) ? HANDLERS[command] : undefined;
  if (handler) return handler(process, args);
  return err({ class: "CommandNotFound", desc: `The command ${command} has not been found` });
}

const memoryDevices = ({ devices }: DeviceModelProcess): Json =>
  devices.map((device) => ({
    type: "nvdimm",
    data: {
      id: device.id,
      addr: device.gpa,
      size: device.size - device.labelSize,
      slot: device.slot,
      node: device.node,
      memdev: `/objects/${device.memdev}`,
      hotplugged: device.hotplugged,
      hotpluggable: true,
    },
  }));

/** `driver` nvdimm with its backend's properties under `x-backend`. */
function addDevice(process: DeviceModelProcess, args: QmpArguments): Result<QmpAnswer, QmpError> {
  if (args["driver"] !== "nvdimm") return err(generic(`'${args["driver"]}' is not a valid device model name`));
  if (process.profile !== "full") {
    return err(generic("nvdimm hot-plug needs _FIT, which this machine's ACPI does not have"));
  }
  const device = textProperties(args);
  const backend = textProperties((args["x-backend"] ?? {}) as QmpArguments);
  const nvdimm = parseNvdimm(device, new Map([[device.get("memdev") ?? "", backend]]));
  return nvdimm.andThen((parsed) => plug(process, parsed, true))
    .map((plugged) => ({ value: {}, process: plugged }))
    .mapErr(generic);
}

function removeDevice({ devices }: DeviceModelProcess, args: QmpArguments): Result<QmpAnswer, QmpError> {
  if (!devices.some(({ id }) => id === args["id"])) {
    return err({ class: "DeviceNotFound", desc: `Device '${args["id"]}' not found` });
  }
  return err(generic("nvdimm device hot unplug is not supported yet."));
}

function textProperties(args: QmpArguments): Properties {
  const entries = Object.entries(args).filter(([, value]) => typeof value !== "object");
  return new Map(entries.map(([key, value]) => [key === "driver" || key === "qom-type" ? "" : key, String(value)]));
}
