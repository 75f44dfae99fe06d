/**
 * Placement `congruent` (model section 4): guest addresses chosen so that large second-level leaves fit: the same distance to a
 * whole GiB as the machine address has, where that is also a multiple of 16 MiB (or the guest's ndctl refuses fsdax and devdax),
 * else the next whole GiB. Pure. Bytes.
 */
import { memoryDeviceBase, type RamLayout } from "../../abi/hvm_layout.ts";
import { alignDown, alignUp, isAligned } from "../../base/quantity.ts";
import { GiB, MiB } from "../../base/units.ts";

const GUEST_ALIGN = 16 * MiB;

/** Addresses for devices one behind the other; `mpa` is where each one's first byte lies in the machine. */
export function congruentAddresses(
  ram: RamLayout,
  devices: readonly { readonly mpa: number; readonly length: number }[],
): number[] {
  let free = memoryDeviceBase(ram);
  return devices.map(({ mpa, length }) => {
    const gpa = congruentAddress(free, mpa);
    free = gpa + length;
    return gpa;
  });
}

/** The first such address at or above `free`. */
export function congruentAddress(free: number, mpa: number): number {
  const residue = mpa % GiB;
  if (!isAligned(residue, GUEST_ALIGN)) return alignUp(free, GiB);
  const candidate = alignDown(free, GiB) + residue;
  return candidate >= free ? candidate : candidate + GiB;
}
