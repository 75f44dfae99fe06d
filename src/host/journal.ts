/** What a command did, condensed for the journal: like steps folded into runs, a digest over all of them, text of at most 64 KiB. */
import { type Step } from "../abi/steps.ts";
import { hexText } from "../base/bytes.ts";
import { mix64 } from "../base/random.ts";
import { hex } from "../base/units.ts";

/** Bytes of step text that an entry keeps; replaying the line re-derives the rest. */
const STEP_TEXT_LIMIT = 64 * 1024;

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

/** Like steps in a row become one line with a count. */
export function foldSteps(steps: readonly Step[]): string[] {
  const lines: { text: string; count: number }[] = [];
  for (const step of steps) {
    const text = stepText(step);
    const last = lines.at(-1);
    if (last?.text === text) last.count++;
    else lines.push({ text, count: 1 });
  }
  return lines.map(({ text, count }) => (count === 1 ? text : `${text} ×${count}`));
}

export interface StepLog {
  readonly steps: string;
  readonly stepCount: number;
  readonly stepDigest: string;
}

export function logOf(steps: readonly Step[]): StepLog {
  const kept: string[] = [];
  let size = 0;
  for (const line of foldSteps(steps)) {
    size += line.length + 1;
    if (size > STEP_TEXT_LIMIT) break;
    kept.push(line);
  }
  return { steps: kept.join("\n"), stepCount: steps.length, stepDigest: digest(steps.map(identityOf).join("\n")) };
}

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

const identityOf = (step: Step): string => {
  if (step.kind === "medium-write") return stepText(step) + hexText(step.bytes);
  return step.kind === "hypercall" ? stepText(step) + hexText(step.input) : stepText(step);
};
