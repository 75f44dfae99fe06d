/**
 * Memory that kmem made of an instance and could not take back, because some of it was on line when the driver let go: its
 * place stays reserved, and no driver gets it again before the next boot.
 * Source: Linux 6.1 `drivers/dax/kmem.c` dev_dax_kmem_remove; `drivers/dax/device.c` dev_dax_probe; `drivers/nvdimm/claim.c`
 * devm_nsio_enable.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { overlaps, type Range } from "../base/range.ts";
import { hex } from "../base/units.ts";
import { type Kernel } from "./kernel.ts";

export function leaveStuck(kernel: Kernel, name: string, range: Range): void {
  const bus = kernel.devices.bus;
  if (!bus) return;
  kernel.note(`kmem ${name}: mapping0: ${placeOf(range)} cannot be hotremoved until the next reboot`);
  kernel.devices.setBus({ ...bus, stuck: [...bus.stuck ?? [], range] });
}

/** -EBUSY where part of the range is reserved. `what` completes "could not reserve …", said of `device`. */
export function reserve(kernel: Kernel, range: Range, device: string, what: string): Result<void, Errno> {
  if (!isStuck(kernel, range)) return ok();
  kernel.note(`${device}: could not reserve ${what} ${placeOf(range)}`);
  return err("EBUSY");
}

export const isStuck = (kernel: Kernel, range: Range): boolean =>
  kernel.devices.bus?.stuck?.some((stuck) => overlaps(stuck, range)) ?? false;

const placeOf = ({ start, end }: Range): string => `${hex(start)}-${hex(end - 1)}`;
