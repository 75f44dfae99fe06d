/** The content of a host that is about to be made: durable blocks by component, before anything has booted. */
import { type Range } from "../base/range.ts";
import { type DimmFacts, type MachineFacts } from "../machine/mod.ts";
import { type HostFacts } from "./facts.ts";
import { type SysfsText } from "./import/sysfs_text.ts";

/** Bytes put on a medium: of a label area, or of DIMM memory at a DPA, or at an SPA. */
export type MediumContent =
  | { readonly at: "label"; readonly handle: number; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly at: "spa"; readonly offset: number; readonly bytes: Uint8Array };

export interface HostImage {
  readonly facts: HostFacts;
  readonly machine: MachineFacts;
  /** RAM of another size for the same machine, laid out around its persistent memory. */
  readonly ramOf: (bytes: number) => readonly Range[];
  readonly tables: ReadonlyMap<string, Uint8Array>;
  readonly dimms: readonly DimmFacts[];
  readonly content: readonly MediumContent[];
  /** The state of a live kernel to take over after the boot; absent where the host was found switched off. */
  readonly liveKernel?: SysfsText;
  /** What the importer could not find or had to assume, one sentence each. */
  readonly notes: readonly string[];
}
