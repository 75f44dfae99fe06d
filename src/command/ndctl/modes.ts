/** Namespace modes by ndctl's words, old and new, and by the kernel's. Source: ndctl `filter.c` util_nsmode. */
import { lookup } from "../../base/lookup.ts";
import { type NamespaceMode } from "../../dom0/mod.ts";

export type Mode = "raw" | "sector" | "fsdax" | "devdax";

const BY_WORD: Readonly<Record<string, Mode>> = {
  memory: "fsdax",
  fsdax: "fsdax",
  sector: "sector",
  safe: "sector",
  dax: "devdax",
  devdax: "devdax",
  raw: "raw",
};
const BY_KERNEL: Readonly<Record<NamespaceMode, Mode>> = { raw: "raw", safe: "sector", memory: "fsdax", dax: "devdax" };

/** Upper or lower case. Undefined for a word that names no mode. */
export const modeNamed = (word: string): Mode | undefined => lookup(BY_WORD, word.toLowerCase());
export const modeOf = (mode: NamespaceMode): Mode => BY_KERNEL[mode];
