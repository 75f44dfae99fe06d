/** Leaves in words: `31 × 1 GiB, 255 × 2 MiB`. */
import { GiB, grouped, KiB, MiB } from "../../base/units.ts";
import { type LeafCount } from "../language/console_host.ts";

export const leafName = (bytes: number): string =>
  bytes >= GiB ? `${bytes / GiB} GiB` : bytes >= MiB ? `${bytes / MiB} MiB` : `${bytes / KiB} KiB`;

export const leavesText = (leaves: readonly LeafCount[]): string =>
  leaves.map(({ sizeBytes, count }) => `${grouped(count)} × ${leafName(sizeBytes)}`).join(", ") || "nothing";
