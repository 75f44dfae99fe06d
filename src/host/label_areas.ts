/** Label storage areas as they stand on the DIMMs, whoever may read them just now. */
import { readPages } from "../machine/mod.ts";
import { type Fork } from "./fork.ts";

export interface StoredLabelArea {
  /** NFIT device handle. */
  readonly handle: number;
  readonly bytes: Uint8Array;
}

export const labelAreas = (fork: Fork): StoredLabelArea[] =>
  fork.machine.dimms().filter(({ labelBytes }) => labelBytes > 0).map(({ handle, labelBytes }) => ({
    handle,
    bytes: readPages(fork.state.machine.media, `${handle}:l`, 0, labelBytes),
  }));
