/** A size as ndctl's options take it: `16G`, `1000M`, in the largest unit that it is a multiple of. */
import { GiB, KiB, MiB, TiB } from "../../base/units.ts";

const UNITS = [[TiB, "T"], [GiB, "G"], [MiB, "M"], [KiB, "K"]] as const;

export function sizeText(bytes: number): string {
  const unit = UNITS.find(([unit]) => bytes >= unit && bytes % unit === 0);
  return unit ? `${bytes / unit[0]}${unit[1]}` : String(bytes);
}
