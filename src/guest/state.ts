/** What a guest's own kernel keeps: gone when the guest stops. */
import { type Blocks } from "../base/blocks.ts";
import { type Device, type Holder } from "../dom0/mod.ts";

export interface GuestState {
  /** Devices of every guest's kernel, by `BOOT/NAME`. Volatile. */
  readonly devices: Blocks<Device>;
  /** Exclusive opens in guests likewise. Volatile. */
  readonly holders: Blocks<Holder>;
}
