/**
 * The nvdimm driver: binding to a DIMM reads its label area; a DIMM that an enabled region uses is busy.
 * Source: Linux 6.1 `drivers/nvdimm/dimm.c` nvdimm_probe, nvdimm_remove; `label.c` nd_label_reserve_dpa; `bus.c`
 * nd_cmd_clear_to_send.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { readLabelArea, reserveDpa } from "../label/mod.ts";
import { type Kernel } from "./kernel.ts";
import { labelAreaSize, readLabels, writeLabels } from "./label_access.ts";
import { labelDataFrom, wholeArea } from "./label_data.ts";
import { type DimmDevice } from "./state.ts";
import { type DimmTopology } from "./topology.ts";

export const NEW_DIMM: DimmDevice = {
  kind: "dimm",
  enabled: false,
  hasLabelData: false,
  labelling: false,
  locked: false,
};

/** Binds the driver. Already bound is success. */
export function enableDimm(kernel: Kernel, dimm: DimmTopology): Result<void, Errno> {
  const device = kernel.devices.dimm(dimm.number) ?? NEW_DIMM;
  if (device.enabled) return ok();
  const bind = (change: Partial<DimmDevice>) =>
    kernel.devices.setDimm(dimm.number, { ...device, enabled: true, ...change });

  if (!kernel.commands(dimm).commands.has("get_data")) {
    if (device.labelling) return err("ENXIO");
    bind({ hasLabelData: false });
    return ok();
  }
  const size = labelAreaSize(kernel, dimm);
  if (size.isErr()) return err(size.error);
  const { locked } = size.value;
  if (size.value.size === 0 || size.value.maxTransfer === 0) return remember(kernel, dimm, device, locked, "ENXIO");
  const bytes = readLabels(kernel, dimm, 0, size.value.size);
  // Label data that firmware keeps locked fails the probe, so that no region tries to read labels.
  if (bytes.isErr()) return remember(kernel, dimm, device, locked || bytes.error === "EACCES", bytes.error);

  const area = readLabelArea(bytes.value);
  if (area.isErr() && area.error.tooSmall) return remember(kernel, dimm, device, locked, "ENXIO");
  if (area.isOk() && reserveDpa(area.value).isErr()) return remember(kernel, dimm, device, locked, "EBUSY");
  kernel.labelData.set(dimm.number, labelDataFrom(bytes.value.length, area));
  bind({ hasLabelData: true, labelling: device.labelling || area.isOk(), locked });
  return ok();
}

/** Unbinds the driver and forgets its copy of the labels. -EBUSY while an enabled region uses the DIMM. */
export function disableDimm(kernel: Kernel, dimm: DimmTopology): Result<void, Errno> {
  if (isActive(kernel, dimm)) return err("EBUSY");
  const device = kernel.devices.dimm(dimm.number);
  kernel.labelData.delete(dimm.number);
  if (device?.enabled) {
    const { heldArea: _, strays: __, ...rest } = device;
    kernel.devices.setDimm(dimm.number, { ...rest, enabled: false, hasLabelData: false });
  }
  return ok();
}

/** `state` in sysfs: some enabled region holds the DIMM's label data. */
export const isActive = (kernel: Kernel, dimm: DimmTopology): boolean =>
  kernel.regions.some((region) => kernel.devices.region(region.number)?.holds.includes(dimm.number));

/**
 * Userspace's ND_CMD_SET_CONFIG_DATA. -EBUSY while the DIMM is active. A bound driver does not notice: it goes on with the
 * copy it has.
 */
export function userWriteLabels(
  kernel: Kernel,
  dimm: DimmTopology,
  offset: number,
  bytes: Uint8Array,
  note: string,
): Result<void, Errno> {
  if (isActive(kernel, dimm)) return err("EBUSY");
  const device = kernel.devices.dimm(dimm.number);
  if (device?.enabled && device.hasLabelData && !device.heldArea) {
    const held = wholeArea(kernel, dimm);
    if (held.isErr()) return err(held.error);
    kernel.devices.setDimm(dimm.number, { ...device, heldArea: held.value });
  }
  return writeLabels(kernel, dimm, offset, bytes, note);
}

/** Records the lock that probing found, and fails with `errno`. */
function remember(
  kernel: Kernel,
  dimm: DimmTopology,
  device: DimmDevice,
  locked: boolean,
  errno: Errno,
): Result<void, Errno> {
  kernel.devices.setDimm(dimm.number, { ...device, enabled: false, locked });
  return err(errno);
}
