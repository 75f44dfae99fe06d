/**
 * What a command did, as the journal keeps it: the steps themselves, equal ones in a row folded, at most 64 KiB of them, with
 * count and digest over all. What is not kept is re-derived by running the line again on the state before it.
 */
import { type Step } from "../abi/steps.ts";
import { hexText } from "../base/bytes.ts";
import { mix64 } from "../base/random.ts";
import { hex } from "../base/units.ts";
import { decodeBlock, encodeBlock } from "./block_codec.ts";

/** Bytes of steps that an entry keeps. */
const KEPT_BYTES = 64 * 1024;

/** A step and how often it was taken in a row. */
export interface StepRun {
  readonly step: Step;
  readonly count: number;
}

export interface StepLog {
  /** Encoded runs; `stepsOf` reads them. */
  readonly steps: Uint8Array;
  readonly stepCount: number;
  readonly stepDigest: string;
}

/** One step in words: what `--dry-run`, the journal and the hypercall screen print. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case "medium-write":
      return `${step.medium} of DIMM ${hex(step.handle)}: ${step.bytes.length} bytes at ${
        hex(step.offset)
      } (${step.note})`;
    case "hypercall": {
      const restarts = step.restarts === 0 ? "" : `, ${step.restarts} continuations`;
      return `hypercall ${step.number} ${step.name} from domain ${step.caller}: ${step.input.length} bytes → ${step.result}${restarts}`;
    }
    case "dom0":
      return `dom0: ${step.what} ${step.target}`;
    case "domain":
      return `domain ${step.domain}: ${step.what}`;
  }
}

/** Steps as lines; those that read alike in a row become one with a count. */
export function foldSteps(steps: readonly Step[]): string[] {
  return folded(steps.map((step) => ({ step, count: 1 })), stepText).map(({ step, count }) =>
    count === 1 ? stepText(step) : `${stepText(step)} ×${count}`
  );
}

export function logOf(steps: readonly Step[]): StepLog {
  const runs = folded(steps.map((step) => ({ step, count: 1 })), identityOf);
  let kept = runs.length;
  let size = runs.reduce((sum, run) => sum + sizeOf(run), 0);
  while (kept > 0 && size > KEPT_BYTES) size -= sizeOf(runs[--kept]!);
  return {
    steps: encodeBlock(runs.slice(0, kept)),
    stepCount: steps.length,
    stepDigest: digest(steps.map(identityOf).join("\n")),
  };
}

/** The steps that an entry kept. */
export const stepsOf = (log: { readonly steps: Uint8Array }): readonly StepRun[] => decodeBlock(log.steps) as StepRun[];

/** 64 bits over text, hex: enough to notice a difference, not meant against forgery. */
export function digest(text: string): string {
  let hash = BigInt(text.length);
  for (let at = 0; at < text.length; at += 4) {
    let word = 0n;
    for (let i = at; i < Math.min(at + 4, text.length); i++) word = (word << 16n) | BigInt(text.charCodeAt(i));
    hash = mix64(hash ^ word);
  }
  return hash.toString(16).padStart(16, "0");
}

function folded(runs: readonly StepRun[], keyOf: (step: Step) => string): StepRun[] {
  const list: { step: Step; count: number; key: string }[] = [];
  for (const { step, count } of runs) {
    const key = keyOf(step);
    const last = list.at(-1);
    if (last?.key === key) last.count += count;
    else list.push({ step, count, key });
  }
  return list.map(({ step, count }) => ({ step, count }));
}

const identityOf = (step: Step): string => {
  if (step.kind === "medium-write") return stepText(step) + hexText(step.bytes);
  return step.kind === "hypercall" ? stepText(step) + hexText(step.input) : stepText(step);
};

/** Rough bytes of a run once encoded (base64 and names included). */
function sizeOf({ step }: StepRun): number {
  const bytes = step.kind === "medium-write"
    ? step.bytes.length
    : step.kind === "hypercall"
    ? step.input.length + step.output.length
    : 0;
  return 160 + Math.ceil((4 * bytes) / 3);
}
