/** Starting a QEMU: its arguments as a process with memory slots and devices in them, or what it prints before it exits. */
import { err, ok, type Result } from "neverthrow";
import { QEMU_MAX_SLOTS } from "../acpi/mod.ts";
import { LOW_RAM_END, ramLayout } from "../abi/hvm_layout.ts";
import { range } from "../base/range.ts";
import { hex, PAGE_SIZE } from "../base/units.ts";
import { type NvdimmArgument, parseArguments, type QemuArguments } from "./arguments.ts";
import { deviceWindow, place } from "./placement.ts";
import { type DeviceModelProcess, type NvdimmDevice } from "./state.ts";

export function startProcess(domid: number, argv: readonly string[]): Result<DeviceModelProcess, string> {
  const parsed = parseArguments(argv);
  if (parsed.isErr()) return err(parsed.error);
  const { nvdimms, ...machine } = parsed.value;
  const fault = memoryFault(machine);
  if (fault !== undefined) return err(fault);
  if (nvdimms.length > 0 && !machine.nvdimmEnabled) {
    return err("nvdimm is not enabled: missing 'nvdimm' in '-M'");
  }
  let process: DeviceModelProcess = {
    domid,
    argv,
    ram: machine.ram,
    lowRamEnd: machine.lowRamEnd ?? LOW_RAM_END,
    slots: machine.slots,
    maxmem: machine.maxmem,
    profile: machine.profile,
    ...(machine.persistence === undefined ? {} : { persistence: machine.persistence }),
    devices: [],
    fitDirty: false,
  };
  for (const nvdimm of nvdimms) {
    const plugged = plug(process, nvdimm, false);
    if (plugged.isErr()) return err(plugged.error);
    process = plugged.value;
  }
  return ok(process);
}

function memoryFault({ ram, slots, maxmem }: Omit<QemuArguments, "nvdimms">): string | undefined {
  if (!Number.isInteger(slots) || slots < 0 || slots > QEMU_MAX_SLOTS) {
    return `invalid value of -m option slots: ${slots}: at most ${QEMU_MAX_SLOTS}`;
  }
  if (!Number.isSafeInteger(maxmem) || maxmem < ram) {
    return `invalid value of -m option: maximum memory size (${hex(maxmem)}) must be at least the initial (${
      hex(ram)
    })`;
  }
  if (maxmem > ram && slots === 0) {
    return "invalid value of -m option: memory slots were not specified though maxmem exceeds the initial size";
  }
  if (maxmem % PAGE_SIZE !== 0) return `maximum memory size must by aligned to multiple of ${PAGE_SIZE} bytes`;
  return undefined;
}

/** Puts a device into the first free slot and gives it an address. */
export function plug(
  process: DeviceModelProcess,
  nvdimm: NvdimmArgument,
  hotplugged: boolean,
): Result<DeviceModelProcess, string> {
  const { devices, slots, ram, maxmem } = process;
  if (devices.some(({ id }) => id === nvdimm.id)) return err(`Duplicate device ID '${nvdimm.id}'`);
  if (devices.some(({ memdev }) => memdev === nvdimm.memdev)) {
    return err(`can't use already busy memdev: ${nvdimm.memdev}`);
  }
  const isFree = (slot: number): boolean => devices.every((device) => device.slot !== slot);
  const slot = nvdimm.slot ?? Array.from({ length: slots }, (_, i) => i).find(isFree);
  if (slot === undefined) return err("no free memory slots available");
  if (!(slot >= 0 && slot < slots)) return err(`invalid slot number ${slot}, valid range is [0-${slots - 1}]`);
  if (!isFree(slot)) return err(`slot ${slot} is busy`);
  const used = devices.reduce((sum, device) => sum + device.size, 0);
  if (used + nvdimm.size > maxmem - ram) {
    return err(
      `not enough space, currently ${hex(used)} in use of total space for memory devices ${hex(maxmem - ram)}`,
    );
  }
  const window = deviceWindow(ramLayout(ram, process.lowRamEnd), ram, maxmem, slots);
  const taken = devices.map((device) => range(device.gpa, device.size - device.labelSize));
  const at = place(window, taken, nvdimm.size - nvdimm.labelSize, nvdimm.address, nvdimm.id);
  return at.map((gpa) => {
    const { address: _address, slot: _slot, ...rest } = nvdimm;
    const device: NvdimmDevice = { ...rest, slot, gpa, hotplugged };
    return { ...process, devices: [...devices, device], fitDirty: process.fitDirty || hotplugged };
  });
}
