/** What the guests keep in their own memory, by boot: `DOMID@START`. All of it is gone when a guest stops. */
import { type Blocks } from "../base/blocks.ts";
import { type Device, type Holder } from "../dom0/mod.ts";
import { type LoadedTables } from "./firmware_tables.ts";

export interface GuestState {
  /** What firmware placed before the kernel started. Volatile. */
  readonly boots: Blocks<LoadedTables>;
  /** Devices of every guest's kernel, by `BOOT/NAME`. Volatile. */
  readonly devices: Blocks<Device>;
  /** Exclusive opens in guests likewise. Volatile. */
  readonly holders: Blocks<Holder>;
}

/** Names one boot of one domain: numbers of domains come back, starts do not. */
export const bootId = (domid: number, startedAt: bigint): string => `${domid}@${startedAt}`;

/** A domain ended: nothing of what its guests kept is left. */
export function forgetGuest(state: GuestState, domid: number): void {
  for (const blocks of [state.boots, state.devices, state.holders]) {
    for (const id of [...blocks.ids()]) if (id.startsWith(`${domid}@`)) blocks.delete(id);
  }
}
