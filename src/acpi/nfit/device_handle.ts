/** NFIT device handles: where a DIMM sits in the machine (ACPI 6.5 §5.2.25.3; Linux `actbl2.h` ACPI_NFIT_*_MASK). */

export interface DeviceHandle {
  readonly node: number;
  readonly socket: number;
  readonly controller: number;
  readonly channel: number;
  readonly dimm: number;
}

/** The fields from the least significant bit on: 4 bits each, the node controller 12; bits 28-31 are reserved. */
export const handleFields = (handle: number): DeviceHandle => ({
  node: (handle >>> 16) & 0xfff,
  socket: (handle >>> 12) & 0xf,
  controller: (handle >>> 8) & 0xf,
  channel: (handle >>> 4) & 0xf,
  dimm: handle & 0xf,
});

export const handleOf = (at: DeviceHandle): number =>
  ((at.node & 0xfff) << 16) | ((at.socket & 0xf) << 12) | ((at.controller & 0xf) << 8) | ((at.channel & 0xf) << 4) |
  (at.dimm & 0xf);

export const HANDLE_RESERVED_BITS = 0xf0000000;

/** `node 0, socket 1, controller 2, channel 3, dimm 1`. */
export function handleText(handle: number): string {
  const at = handleFields(handle);
  return `node ${at.node}, socket ${at.socket}, controller ${at.controller}, channel ${at.channel}, dimm ${at.dimm}`;
}
