/** Physical memory as dom0 may reach it: what Xen has taken away answers nothing. */
import { err, type Result } from "neverthrow";
import { type Spa } from "../abi/address.ts";
import { type MemoryFault, type PhysicalMemory } from "../abi/ports.ts";

/** The address that dom0 is denied in a range, or undefined. */
export type Denial = (spa: Spa, length: number) => number | undefined;

export function guardedMemory(memory: PhysicalMemory, denied: Denial): PhysicalMemory {
  const guard = <T>(spa: Spa, length: number, access: () => Result<T, MemoryFault>): Result<T, MemoryFault> => {
    const address = denied(spa, length);
    return address === undefined ? access() : err({ kind: "denied", address });
  };
  return {
    load: (spa, length) => guard(spa, length, () => memory.load(spa, length)),
    store: (spa, bytes, note) => guard(spa, bytes.length, () => memory.store(spa, bytes, note)),
    zero: (spa, length, note) => guard(spa, length, () => memory.zero(spa, length, note)),
  };
}
