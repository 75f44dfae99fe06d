/** What can be wrong with label areas, as the checks in this folder find it. Wording is in `explain.ts`. */
import type { IndexFault, IndexNumber } from "./index_block.ts";
import type { AreaTooSmall } from "./initialise.ts";

/**
 * error: Linux refuses or ignores something because of it. warning: Linux goes on, but something was interrupted or is
 * about to go wrong. note: allowed, and worth knowing.
 */
export type Severity = "error" | "warning" | "note";

/** Where: index of the area among those checked, byte offset in it, length in bytes. */
export interface Place {
  readonly area: number;
  readonly offset: number;
  readonly length: number;
}

export type LabelFinding =
  | AreaTooSmall
  /** All zero where the index blocks would be. */
  | { readonly kind: "blank area" }
  /** `torn`: everything but the checksum is in place, as after a power failure; `other` valid block takes over. */
  | {
    readonly kind: "index block unusable";
    readonly cause: IndexFault;
    readonly torn: boolean;
    readonly other: boolean;
  }
  /** Both blocks are valid and carry the same number; block 1 counts. */
  | { readonly kind: "sequence tie"; readonly sequence: number }
  /** Bits above the low two, which do not count. */
  | { readonly kind: "sequence excess"; readonly block: IndexNumber; readonly sequence: number }
  | { readonly kind: "index blocks disagree"; readonly field: "slots" | "version"; readonly values: readonly string[] }
  /** The index offers fewer slots than fit. */
  | { readonly kind: "slots not offered"; readonly slots: number; readonly possible: number }
  /** Bits set past the last slot: ndctl leaves them, UEFI wants them zero, Linux never looks. */
  | { readonly kind: "tail bits"; readonly block: IndexNumber; readonly bits: number }
  /** Of a CXL memory device: the other checks pass it over. */
  | { readonly kind: "CXL label"; readonly slot: number }
  /** In use, but not a valid label: ignored, and never freed. */
  | { readonly kind: "lost slot"; readonly slot: number; readonly cause: "slot"; readonly found: number }
  | {
    readonly kind: "lost slot";
    readonly slot: number;
    readonly cause: "checksum";
    readonly found: bigint;
    readonly wanted: bigint;
  }
  /** An update of the set was interrupted between its two passes. */
  | { readonly kind: "updating"; readonly slot: number; readonly uuid: string }
  /** `other` undefined: the extent is empty or wraps around. */
  | {
    readonly kind: "overlapping dpa";
    readonly slot: number;
    readonly uuid: string;
    readonly other: number | undefined;
    readonly dpa: bigint;
    readonly size: bigint;
  }
  | { readonly kind: "duplicate label"; readonly slot: number; readonly other: number; readonly uuid: string }
  | { readonly kind: "impossible position"; readonly slot: number; readonly position: number; readonly nlabel: number }
  | { readonly kind: "misaligned extent"; readonly slot: number; readonly dpa: bigint; readonly size: bigint }
  | { readonly kind: "reserved bytes"; readonly slot: number; readonly flags: number }
  | { readonly kind: "unknown abstraction"; readonly slot: number; readonly guid: string }
  /** No area given holds the label. */
  | { readonly kind: "missing position"; readonly uuid: string; readonly position: number; readonly nlabel: number }
  | { readonly kind: "doubled position"; readonly uuid: string; readonly position: number; readonly slot: number }
  /** Labels of one set that should agree do not. */
  | {
    readonly kind: "set disagrees";
    readonly uuid: string;
    readonly slot: number;
    readonly field: "nlabel" | "cookie" | "size" | "dpa" | "name" | "type";
    readonly found: string;
    readonly wanted: string;
  }
  /** The label is skipped: it belongs to another interleave set. */
  | {
    readonly kind: "foreign cookie";
    readonly uuid: string;
    readonly slot: number;
    readonly found: bigint;
    readonly wanted: bigint;
  }
  | {
    readonly kind: "foreign type";
    readonly uuid: string;
    readonly slot: number;
    readonly found: string;
    readonly wanted: string;
  }
  /** The extent lies in no region's mapping of this DIMM, or leaves the one it starts in. */
  | {
    readonly kind: "outside regions";
    readonly uuid: string;
    readonly slot: number;
    readonly dpa: bigint;
    readonly size: bigint;
  };

export type LabelFault = LabelFinding & Place & { readonly severity: Severity };
