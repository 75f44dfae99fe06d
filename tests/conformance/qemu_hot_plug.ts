/**
 * `ask_hotplug N SECONDS` in captured scripts: the collector has QEMU carry out the Nth list of `config.hotplug` and waits.
 * Where QEMU puts a DIMM and how long it is follows from the machine's arguments. Only for tests.
 * Source: QEMU 7.2 `hw/mem/memory-device.c` memory_device_get_free_addr, `hw/mem/nvdimm.c` nvdimm_prepare_memory_region,
 * `hw/i386/pc.c` pc_get_device_memory_range.
 */
import { qemuHandle } from "../../src/acpi/mod.ts";
import { type Json } from "../../src/base/json.ts";
import { alignDown, alignUp } from "../../src/base/quantity.ts";
import { overlaps, type Range, range } from "../../src/base/range.ts";
import { GiB, KiB, MiB, parseSize } from "../../src/base/units.ts";
import { type NewDimm } from "../../src/machine/mod.ts";

/** A `device_add` of `-device nvdimm`. */
interface DeviceAdd {
  readonly execute: string;
  readonly arguments: Readonly<Record<string, Json>>;
}

export interface HotPlugs {
  /** What each `ask_hotplug` asks for. */
  readonly lists: readonly (readonly DeviceAdd[])[];
  readonly commandLine: readonly string[];
}

/** What the machine has when a DIMM comes. */
export interface Present {
  readonly ram: readonly Range[];
  readonly pmem: readonly Range[];
  readonly handles: readonly number[];
}

/** The DIMMs of one list, each to be placed when it is its turn. */
export function* qemuPlugs({ lists, commandLine }: HotPlugs, list: number, present: () => Present): Generator<NewDimm> {
  for (const { execute, arguments: device } of lists[list] ?? []) {
    if (execute === "device_add" && device.driver === "nvdimm") yield newDimm(commandLine, device, present());
  }
}

function newDimm(
  commandLine: readonly string[],
  device: DeviceAdd["arguments"],
  { ram, pmem, handles }: Present,
): NewDimm {
  const backend = commandLine.find((word) => word.startsWith("memory-backend-") && idOf(word) === device.memdev)!;
  const labelBytes = Number(device["label-size"] ?? 0);
  // Anonymous memory is aligned for huge pages, a file to its pages.
  const align = backend.startsWith("memory-backend-file,") ? 4 * KiB : 2 * MiB;
  const size = alignDown(parseSize(/,size=([^,]+)/.exec(backend)![1]!)! - labelBytes, align);
  const base = Number(device.addr ?? lowestFree(size, align, ram, pmem));
  let slot = Number(device.slot ?? 0);
  while (device.slot === undefined && handles.includes(qemuHandle(slot))) slot++;
  const unarmed = device.unarmed === true;
  return { size, labelBytes, handle: qemuHandle(slot), base, node: Number(device.node ?? 0), unarmed };
}

const idOf = (word: string): string | undefined => /,id=([^,]+)/.exec(word)?.[1];

/** First fit from the first GiB behind RAM. */
function lowestFree(length: number, align: number, ram: readonly Range[], taken: readonly Range[]): number {
  const window = alignUp(Math.max(4 * GiB, ...ram.map(({ end }) => end)), GiB);
  const places = [window, ...taken.map(({ end }) => alignUp(Math.max(end, window), align))].sort((a, b) => a - b);
  return places.find((at) => !taken.some((r) => overlaps(r, range(at, length))))!;
}
