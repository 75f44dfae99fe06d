/** A run of machine frames. Backends are lists of them, in the order in which the guest sees their bytes. */
import { type Mfn } from "../../abi/address.ts";

export interface FrameRun {
  readonly mfn: Mfn;
  /** Frames. */
  readonly count: number;
}

export const framesIn = (runs: readonly FrameRun[]): number => runs.reduce((sum, run) => sum + run.count, 0);

/** The frames `[from, from + count)` of a backend, as runs. Asks for no more than there is. */
export function slice(runs: readonly FrameRun[], from: number, count: number): FrameRun[] {
  const out: FrameRun[] = [];
  let at = 0;
  for (const run of runs) {
    const first = Math.max(from, at);
    const last = Math.min(from + count, at + run.count);
    if (first < last) out.push({ mfn: (run.mfn + (first - at)) as Mfn, count: last - first });
    at += run.count;
  }
  return out;
}

/** Neighbouring runs that continue each other, joined. */
export function joinedRuns(runs: readonly FrameRun[]): FrameRun[] {
  const out: FrameRun[] = [];
  for (const run of runs) {
    const last = out.at(-1);
    if (last && last.mfn + last.count === run.mfn) {
      out[out.length - 1] = { mfn: last.mfn, count: last.count + run.count };
    } else if (run.count > 0) out.push(run);
  }
  return out;
}
