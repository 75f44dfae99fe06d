/** What went wrong with a hierarchy or an access and what to try, for people. */
import { hex } from "../base/units.ts";
import { type EptpFault } from "./eptp.ts";
import { type LayoutFault } from "./layout.ts";
import { spanOf, tableName } from "./level.ts";
import { type Misconfiguration } from "./misconfiguration.ts";
import { permissionText } from "./permissions.ts";
import { type Access } from "./violation.ts";
import { type WalkEnd } from "./walk.ts";

export interface Explanation {
  /** What happened and why, without a full stop. */
  readonly what: string;
  /** What to try. */
  readonly hint: string;
}

export function explainLayout(fault: LayoutFault): Explanation {
  switch (fault.kind) {
    case "misaligned-run":
      return {
        what: `run ${fault.index} (GPA ${shown(fault.run.gpa)}, MPA ${shown(fault.run.mpa)}, ` +
          `length ${shown(fault.run.length)}) is not made of whole pages`,
        hint: "all three are multiples of 4096",
      };
    case "empty-run":
      return { what: `run ${fault.index} at GPA ${hex(fault.run.gpa)} is empty`, hint: "leave it out" };
    case "unsorted-run":
      return {
        what: `run ${fault.index} starts at GPA ${hex(fault.run.gpa)}, before the one before it ends ` +
          `(${hex(fault.previousEnd)})`,
        hint: "runs come in order of GPA and do not overlap",
      };
    case "guest-width":
      return {
        what: `run ${fault.index} ends at GPA ${hex(fault.run.gpa + fault.run.length)}, past ${fault.bits} bits`,
        hint: fault.bits === 48 ? "five levels reach further" : "place it lower",
      };
    case "machine-width":
      return {
        what: `run ${fault.index} ends at MPA ${hex(fault.run.mpa + fault.run.length)}, ` +
          `past the processor's ${fault.bits} address bits`,
        hint: "a wider processor (CPUID 80000008H), or memory further down",
      };
    case "levels":
      return { what: `the processor does not walk ${fault.levels} levels`, hint: "four levels reach 256 TiB" };
    case "table-base":
      return {
        what: `tables of ${fault.bytes} bytes from ${shown(fault.base)} do not fit ${fault.bits} address bits, ` +
          "or do not start on a page",
        hint: "choose another place for the root",
      };
    case "no-access":
      return {
        what: `memory of type ${fault.type} gives the guest no access, so it has no leaf`,
        hint: "leave it out, or map it as another type",
      };
    case "unusable-leaf":
      return {
        what: `a ${tableName(fault.level)} leaf of type ${fault.type} would be misconfigured: ` +
          explainMisconfiguration(fault.why),
        hint: "choose another default access or another type",
      };
  }
}

export function explainEptp(fault: EptpFault): Explanation {
  const hint = "VM entry fails with such a pointer";
  switch (fault.kind) {
    case "eptp-memory-type":
      return { what: `the EPTP's memory type is ${fault.memoryType}; only 0 (UC) and 6 (WB) exist`, hint };
    case "eptp-levels":
      return { what: `the EPTP asks for ${fault.levels} levels, which the processor does not walk`, hint };
    case "eptp-accessed-dirty":
      return { what: "the EPTP uses accessed and dirty bits, which the processor does not have", hint };
    case "eptp-shadow-stack":
      return { what: "the EPTP enforces supervisor shadow stacks, which the processor does not have", hint };
    case "eptp-reserved":
      return { what: `the EPTP sets bits that must be zero: ${hex(fault.bits)}`, hint };
  }
}

export function explainMisconfiguration(why: Misconfiguration): string {
  switch (why.kind) {
    case "write-without-read":
      return "it allows writes without reads";
    case "execute-only":
      return "it allows execution only, which this processor does not support";
    case "reserved-bits":
      return `it sets bits that must be zero: ${hex(why.bits)}`;
    case "memory-type":
      return `its memory type is ${why.memoryType}, which is reserved`;
  }
}

const ACCESS: Readonly<Record<Access, string>> = {
  read: "a read",
  write: "a write",
  fetch: "an instruction fetch",
  "page-walk": "a guest page walk",
  "page-walk-update": "an update of the guest's page tables",
};

/** The end of a walk in a sentence. */
export function explainEnd(end: WalkEnd, access: Access): string {
  switch (end.kind) {
    case "mapped":
      return `${hex(end.mpa)}, in a leaf of ${spanOf(end.level)} bytes, ${permissionText(end.permissions)} ` +
        `${end.memoryType}${end.ignorePat ? " whatever the guest's PAT" : ""}`;
    case "misconfiguration":
      return `EPT misconfiguration (exit 49): ${explainMisconfiguration(end.why)}`;
    case "violation": {
      const exit = `EPT violation (exit 48, qualification ${hex(end.qualification)})`;
      if (end.why === "not-present") return `${exit}: nothing is mapped there`;
      if (end.why === "guest-width") return `${exit}: the address is wider than the walk`;
      return `${exit}: ${ACCESS[access]} where the path allows ${permissionText(end.allowed)}`;
    }
  }
}

/** Hostile numbers as they stand: a fraction or a NaN has no hexadecimal. */
const shown = (value: number): string => (Number.isSafeInteger(value) && value >= 0 ? hex(value) : String(value));
