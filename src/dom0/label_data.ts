/**
 * What the nvdimm driver knows of a DIMM's labels (`nvdimm_drvdata`). Usually that is what stands on the medium; after
 * userspace has written to the area while the driver was bound, the driver goes on with its older copy until it is bound anew.
 * Source: Linux 6.1 `drivers/nvdimm/label.c` nd_label_data_init; `dimm_devs.c`.
 */
import { ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import {
  applyWrites,
  type AreaChange,
  availableSlots as slotsLeft,
  geometry,
  type LabelArea,
  type NamespaceLabel,
  type NoIndex,
  readLabelArea,
} from "../label/mod.ts";
import { type Kernel } from "./kernel.ts";
import { labelAreaSize, readLabels, writeLabels } from "./label_access.ts";
import { type DimmTopology, type Mapping } from "./topology.ts";

export interface LabelData {
  readonly configSize: number;
  readonly area: Result<LabelArea, NoIndex>;
  /** The labels in use by uuid; the first of several with one uuid. */
  readonly byUuid: ReadonlyMap<string, NamespaceLabel>;
}

/** The driver's view, or undefined where it holds none (driver not bound, or no label commands). */
export function labelDataOf(kernel: Kernel, dimm: DimmTopology): LabelData | undefined {
  const device = kernel.devices.dimm(dimm.number);
  if (!device?.enabled || !device.hasLabelData) return undefined;
  const known = kernel.labelData.get(dimm.number);
  if (known) return known;
  const bytes = device.heldArea ?? wholeArea(kernel, dimm).unwrapOr(undefined);
  if (!bytes) return undefined;
  const data = labelDataFrom(bytes.length, readLabelArea(bytes));
  kernel.labelData.set(dimm.number, data);
  return data;
}

export function labelDataFrom(configSize: number, area: Result<LabelArea, NoIndex>): LabelData {
  const byUuid = new Map<string, NamespaceLabel>();
  if (area.isOk()) {
    for (const label of area.value.labels) {
      if (!byUuid.has(label.uuid)) byUuid.set(label.uuid, label);
    }
  }
  return { configSize, area, byUuid };
}

/** The label area in force, or undefined where there is no index block or no label data. */
export function labelAreaOf(kernel: Kernel, dimm: DimmTopology): LabelArea | undefined {
  return labelDataOf(kernel, dimm)?.area.unwrapOr(undefined);
}

export function wholeArea(kernel: Kernel, dimm: DimmTopology): Result<Uint8Array, Errno> {
  return labelAreaSize(kernel, dimm).andThen(({ size }) => readLabels(kernel, dimm, 0, size));
}

/** The label of a namespace on one mapping's DIMM. */
export const labelAt = (kernel: Kernel, mapping: Mapping, uuid: string): NamespaceLabel | undefined =>
  labelDataOf(kernel, mapping.dimm)?.byUuid.get(uuid);

/** Carries a change out on the medium, in the order of its writes, and keeps the result as the driver's view. */
export function commitLabels(kernel: Kernel, dimm: DimmTopology, change: AreaChange): Result<void, Errno> {
  for (const write of change.writes) {
    const written = writeLabels(kernel, dimm, write.offset, write.bytes, write.note);
    if (written.isErr()) return written;
  }
  const device = kernel.devices.dimm(dimm.number)!;
  if (device.heldArea) {
    kernel.devices.setDimm(dimm.number, { ...device, heldArea: applyWrites(device.heldArea, change.writes) });
  }
  const { configSize } = change.area.geometry;
  kernel.labelData.set(dimm.number, labelDataFrom(configSize, ok(change.area)));
  return ok();
}

/** `nmemX/available_slots`: free slots less one; an area without index counts as a fresh one of version 1.2. */
export function availableSlots(kernel: Kernel, dimm: DimmTopology): number | undefined {
  const data = labelDataOf(kernel, dimm);
  if (!data) return undefined;
  if (data.area.isOk()) return slotsLeft(data.area.value);
  return (geometry(data.configSize, 256)?.slots ?? 0) - 1;
}
