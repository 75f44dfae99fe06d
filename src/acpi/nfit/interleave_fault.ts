/** What can be wrong with an interleave set, and how to say it. Offsets and sizes are bytes. */
import { hex } from "../../base/units.ts";

export type InterleaveFault =
  | { readonly kind: "too-large"; readonly field: string; readonly member: number | undefined }
  /** Line size, line count or number of ways is zero, or the table has fewer lines than it says. */
  | { readonly kind: "empty-lines"; readonly member: number }
  /** Members of one set repeat after different numbers of bytes, or with lines of different size. */
  | { readonly kind: "unlike"; readonly member: number; readonly field: "line size" | "period" }
  /** A line lies where another member's, or an earlier line of the same, already lies. */
  | {
    readonly kind: "doubled";
    readonly member: number;
    readonly line: number;
    readonly other: number;
    readonly at: number;
  }
  /** A line lies outside the part of the range that repeats, or not on a line boundary. */
  | { readonly kind: "stray"; readonly member: number; readonly line: number; readonly at: number }
  /** No member owns the line at this offset of the range. */
  | { readonly kind: "unowned"; readonly at: number }
  /** One round of the set has more lines than its members describe. */
  | { readonly kind: "too-few-lines"; readonly needed: number; readonly present: number }
  /** The same bytes of one DIMM are two members' parts. */
  | { readonly kind: "twice-mapped"; readonly member: number; readonly other: number }
  /** The members' sizes do not add up to the range. */
  | { readonly kind: "sum"; readonly range: number; readonly members: number }
  /** A member's size is no multiple of what it holds of one period, so the last lines are nobody's. */
  | { readonly kind: "ragged"; readonly member: number; readonly size: number; readonly step: number };

/** One sentence, and what to look at. Members are counted from 0 in the order of the table. */
export function explainInterleave(fault: InterleaveFault): { what: string; hint: string } {
  const check = "compare line offsets, line size and ways of the set's mappings";
  switch (fault.kind) {
    case "too-large":
      return { what: `${fault.field} is past 2^53`, hint: "addresses end at 2^52" };
    case "empty-lines":
      return { what: `mapping ${fault.member} of the set has no lines, or fewer than it says`, hint: check };
    case "unlike":
      return { what: `mapping ${fault.member} has another ${fault.field} than the first of its set`, hint: check };
    case "doubled":
      return {
        what: `line ${fault.line} of mapping ${fault.member} lies at offset ${
          hex(fault.at)
        }, where mapping ${fault.other} already is`,
        hint: check,
      };
    case "stray":
      return {
        what: `line ${fault.line} of mapping ${fault.member} lies at offset ${
          hex(fault.at)
        }, outside what the set repeats`,
        hint: check,
      };
    case "unowned":
      return { what: `no mapping owns the bytes at offset ${hex(fault.at)} of the range`, hint: check };
    case "twice-mapped":
      return {
        what: `mappings ${fault.other} and ${fault.member} of the set are the same bytes of one DIMM`,
        hint: "give each mapping a handle and a region base of its own",
      };
    case "too-few-lines":
      return {
        what: `one round of the set has ${fault.needed} lines, its mappings describe ${fault.present}`,
        hint: check,
      };
    case "sum":
      return {
        what: `the mappings hold ${hex(fault.members)} together, the range ${hex(fault.range)}`,
        hint: "region sizes of a set add up to the length of its range",
      };
    case "ragged":
      return {
        what: `mapping ${fault.member} holds ${hex(fault.size)} bytes, no multiple of the ${
          hex(fault.step)
        } it has of one round`,
        hint: check,
      };
  }
}
