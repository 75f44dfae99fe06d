/** What is wrong with a namespace's info block, or with laying one out, for people. */
import { hex, humanSize } from "../base/units.ts";
import type { BttFault } from "./btt_discover.ts";
import type { BttInfoFault } from "./btt_info.ts";
import type { BttTooSmall } from "./btt_layout.ts";
import type { LogFault } from "./btt_log.ts";
import type { Explanation } from "./explain.ts";
import type { PfnLayoutFault } from "./pfn_info.ts";
import type { PfnFault } from "./pfn_validate.ts";

export type InfoBlockRefusal = PfnLayoutFault | PfnFault | BttTooSmall | BttInfoFault | BttFault | LogFault;

export function explainInfoBlock(fault: InfoBlockRefusal): Explanation {
  switch (fault.kind) {
    case "misaligned start":
      return {
        what: `the namespace starts at ${hex(fault.start)}, not on a multiple of ${humanSize(fault.step)}`,
        hint: "only modes raw and sector work here",
      };
    case "no room for data":
      return {
        what: `of ${humanSize(fault.size)}, ${
          humanSize(fault.dataOffset + fault.endTrunc)
        } go to the page map and alignment`,
        hint: "make the namespace larger, the alignment smaller, or use --map=mem",
      };
    case "no personality":
      return {
        what: `no info block for this mode: ${fault.reason} is ${shown(fault.found)}, not ${shown(fault.wanted)}`,
        hint: "Linux goes on to the next mode, and to raw at last",
      };
    case "unusable personality":
      return {
        what: `the info block cannot be used: ${fault.reason}, ${shown(fault.found)} where ${
          shown(fault.wanted)
        } is needed`,
        hint: "the namespace stays disabled until it is reconfigured; its data is untouched",
      };
    case "too small for a BTT":
      return {
        what: `${humanSize(fault.size)} are too small for sector mode`,
        hint: `${humanSize(fault.least)} is the least`,
      };
    case "invalid BTT info block":
      return {
        what: `no BTT: ${fault.reason} is ${shown(fault.found)}, not ${shown(fault.wanted)}`,
        hint: "ndctl check-namespace can restore the block from its copy",
      };
    case "corrupted arena":
      return {
        what: `arena ${fault.arena} at ${hex(fault.offset)} is corrupted: ${explainInfoBlock(fault.cause).what}`,
        hint: "ndctl check-namespace --repair restores its info block from the copy",
      };
    case "log":
      return {
        what: `the log of arena ${fault.arena} is corrupted at ${hex(fault.offset)}: ${
          explainInfoBlock(fault.cause).what
        }`,
        hint: "ndctl check-namespace --repair --rewrite-log",
      };
    case "log padding":
      return { what: `lane ${fault.lane} uses other log entries than the lanes before it`, hint: REPAIR };
    case "log slots":
      return {
        what: `log entries ${fault.slots.join(" and ") || "none"} are in use, which no kernel writes`,
        hint: REPAIR,
      };
    case "log sequence":
      return { what: `lane ${fault.lane} has log sequences ${fault.sequences.join(" and ")}`, hint: REPAIR };
    case "out of range":
      return {
        what: `the BTT points at ${hex(fault.offset)}, past the end of the namespace`,
        hint: "the namespace was made smaller, or the block is corrupted",
      };
    case "media error":
      return {
        what: `${fault.length} bytes at ${hex(fault.offset)} of the namespace cannot be read`,
        hint: "ndctl clear-errors, then ndctl check-namespace --repair",
      };
    case "lanes":
      return {
        what: `arena ${fault.arena} has ${fault.lanes} lanes (at ${hex(fault.offset)})`,
        hint: "Linux 6.1 wants 256 of them; 7.1 no longer checks",
      };
    case "log block":
      return {
        what: `lane ${fault.lane} of arena ${fault.arena} names a block that is not there (at ${hex(fault.offset)})`,
        hint: REPAIR,
      };
    case "too many arenas":
      return { what: `more than ${fault.arena} arenas follow each other`, hint: "the info blocks are corrupted" };
  }
}

const REPAIR = "ndctl check-namespace --repair --rewrite-log";

const shown = (value: bigint | string): string => (typeof value === "string" ? JSON.stringify(value) : hex(value));
