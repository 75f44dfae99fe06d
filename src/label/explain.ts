/** What went wrong with a label area and what to try, for people. Info blocks have their own wording beside this one. */
import { hex, shortSize } from "../base/units.ts";
import type { NoIndex } from "./area.ts";
import type { IndexFault } from "./index_block.ts";
import type { AreaTooSmall } from "./initialise.ts";
import type { LabelFinding } from "./label_faults.ts";
import type { NoFreeSlot } from "./label_update.ts";
import type { RegionFault } from "./namespaces.ts";
import type { DpaConflict } from "./reservations.ts";

export interface Explanation {
  /** What happened and why, without a full stop. */
  readonly what: string;
  /** What to try. */
  readonly hint: string;
}

const REINITIALISE = "ndctl init-labels -f writes fresh index blocks; every namespace on the DIMM is then gone";
const RESTORE = "restore the label areas of all DIMMs of the set from one backup (ndctl write-labels)";

export type LabelRefusal = NoIndex | IndexFault | AreaTooSmall | NoFreeSlot | RegionFault | DpaConflict | LabelFinding;

export function explainLabel(fault: LabelRefusal): Explanation {
  switch (fault.kind) {
    case "no index":
      return {
        what: fault.tooSmall
          ? `a label area of ${fault.configSize} bytes cannot hold labels`
          : "neither index block is valid, so the DIMM is not labelled",
        hint: fault.tooSmall ? "768 bytes is the least" : "ndctl init-labels writes index blocks",
      };
    case "invalid index":
      return {
        what: `index block ${fault.block}: ${fault.reason} is ${shown(fault.found)}, not ${shown(fault.wanted)}`,
        hint: "Linux ignores the block; the other one is used if it is valid",
      };
    case "area too small":
      return {
        what:
          `a label area of ${fault.configSize} bytes cannot hold two index blocks and two labels of ${fault.labelSize}`,
        hint: "at least 768 bytes with labels of 128 bytes, 1024 with 256",
      };
    case "no free slot":
      return {
        what: `all ${fault.slots} label slots of the DIMM are in use`,
        hint: "destroy a namespace, or look for lost slots with label check",
      };
    case "no cookie":
      return {
        what: "the region has no interleave-set cookie, so no label can name it",
        hint: "the NFIT gives no usable control regions for its DIMMs: nfit lint",
      };
    case "conflicting extents":
      return {
        what: `two labels on the first DIMM have uuid ${fault.uuid} (slot ${fault.slot} is the second)`,
        hint: `the region has no namespaces until one is gone; ${RESTORE}`,
      };
    case "missing label":
      return {
        what: `no DIMM holds a label of ${fault.uuid} at position ${fault.position}, or one DIMM holds two`,
        hint: `the region has no namespaces until the set is complete; ${RESTORE}`,
      };
    case "outside mapping":
      return {
        what: `the label of ${fault.uuid} in slot ${fault.slot} does not lie inside mapping ${fault.mapping}`,
        hint: "the DIMM came from another machine, or the region shrank; compare the NFIT",
      };
    case "no first label":
      return {
        what: `of the labels of ${fault.uuid} that Linux chooses, none has position 0`,
        hint: RESTORE,
      };
    case "dpa conflict":
    case "overlapping dpa":
      return {
        what: `the label in slot ${fault.slot} (${fault.uuid}) ${conflict(fault)}`,
        hint: `Linux does not bind the DIMM (-EBUSY); ${RESTORE}`,
      };
    case "blank area":
      return { what: "the area is blank: the DIMM is not labelled", hint: "ndctl init-labels writes index blocks" };
    case "index block unusable":
      return {
        what: fault.torn
          ? `index block ${fault.cause.block} is torn: its checksum is ${shown(fault.cause.found)}, not ${
            shown(fault.cause.wanted)
          }`
          : explainLabel(fault.cause).what,
        hint: fault.other ? "the other block is valid and in force; the next update replaces this one" : REINITIALISE,
      };
    case "sequence tie":
      return {
        what: `both index blocks have sequence ${fault.sequence}; block 1 counts`,
        hint: "right after the kernel's own initialisation this is normal; otherwise compare with a backup",
      };
    case "sequence excess":
      return {
        what: `index block ${fault.block} has sequence ${hex(fault.sequence)}; only the low two bits count`,
        hint: "the next update writes a plain 1, 2 or 3",
      };
    case "index blocks disagree":
      return {
        what: `the index blocks disagree about ${fault.field}: ${fault.values.join(" and ")}`,
        hint: "the current block decides; the next update makes them agree",
      };
    case "slots not offered":
      return {
        what: `the index offers ${fault.slots} label slots where ${fault.possible} fit`,
        hint: "harmless; ndctl init-labels would offer them all",
      };
    case "tail bits":
      return {
        what: `index block ${fault.block} has ${fault.bits} bits set past its last slot`,
        hint: "harmless; ndctl writes them so, UEFI wants them zero, Linux never looks",
      };
    case "CXL label":
      return {
        what: `slot ${fault.slot} holds a label of a CXL memory device`,
        hint: "it is shown, and never changed; a driver for NVDIMMs would take it for something else",
      };
    case "lost slot":
      return {
        what: fault.cause === "slot"
          ? `slot ${fault.slot} is in use, but its label says slot ${fault.found}`
          : `slot ${fault.slot} is in use, but its label's checksum is ${shown(fault.found)}, not ${
            shown(fault.wanted)
          }`,
        hint: `Linux ignores the label and never frees the slot; ${RESTORE}`,
      };
    case "updating":
      return {
        what: `the label in slot ${fault.slot} (${fault.uuid}) is marked as updating: an update was interrupted`,
        hint: "Linux uses it as it is; the next change of the namespace clears the mark",
      };
    case "duplicate label":
      return {
        what: `slots ${fault.other} and ${fault.slot} both hold a label of ${fault.uuid}`,
        hint: `Linux then gives the region no namespaces at all; ${RESTORE}`,
      };
    case "impossible position":
      return {
        what: `the label in slot ${fault.slot} has position ${fault.position} of ${fault.nlabel}`,
        hint: RESTORE,
      };
    case "misaligned extent":
      return {
        what: `the label in slot ${fault.slot} describes ${hex(fault.size)} bytes at ${
          hex(fault.dpa)
        }, not whole pages`,
        hint: "older kernels ignore such labels; destroy and create the namespace anew",
      };
    case "reserved bytes":
      return {
        what: `the label in slot ${fault.slot} sets bytes or flags (${hex(fault.flags)}) that no version defines`,
        hint: "Linux ignores them and drops them at the next update",
      };
    case "unknown abstraction":
      return {
        what: `the label in slot ${fault.slot} names an unknown personality, ${fault.guid}`,
        hint: "no personality attaches to the namespace; another system may know it",
      };
    case "missing position":
      return {
        what: `no DIMM holds position ${fault.position} of the ${fault.nlabel} labels of ${fault.uuid}`,
        hint: `the region has no namespaces until the set is complete; ${RESTORE}`,
      };
    case "doubled position":
      return {
        what: `position ${fault.position} of ${fault.uuid} is taken twice, again in slot ${fault.slot}`,
        hint: RESTORE,
      };
    case "set disagrees":
      return {
        what:
          `the label of ${fault.uuid} in slot ${fault.slot} has ${fault.field} ${fault.found}, its set ${fault.wanted}`,
        hint: "an update may have been interrupted; compare the DIMMs' label areas",
      };
    case "foreign cookie":
      return {
        what: `the label of ${fault.uuid} in slot ${fault.slot} carries cookie ${hex(fault.found)}, the region has ${
          hex(fault.wanted)
        }`,
        hint: "the DIMMs were set up in another order or machine: Linux skips the label; put them back as they were",
      };
    case "foreign type":
      return {
        what:
          `the label of ${fault.uuid} in slot ${fault.slot} is of type ${fault.found}, the region of ${fault.wanted}`,
        hint: "Linux counts the label as missing",
      };
    case "outside regions":
      return {
        what: `the label of ${fault.uuid} in slot ${fault.slot} (${shortSize(Number(fault.size))} at ${
          hex(fault.dpa)
        }) lies in no region of its DIMM`,
        hint: "the interleaving was changed since it was written; its space stays reserved",
      };
  }
}

const shown = (value: bigint | string): string => (typeof value === "string" ? JSON.stringify(value) : hex(value));

const conflict = (fault: { readonly other: number | undefined; readonly dpa: bigint; readonly size: bigint }): string =>
  fault.other === undefined
    ? `describes no extent: ${hex(fault.size)} bytes at ${hex(fault.dpa)}`
    : `overlaps that in slot ${fault.other}: ${hex(fault.size)} bytes at ${hex(fault.dpa)}`;
