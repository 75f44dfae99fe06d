/** What a guest's vNVDIMMs cost in second-level tables, as a bound on what its pool must have more. */
import { layout, type MappingRun, type Order } from "../../ept/mod.ts";
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type FrameRun } from "../backend/frame_run.ts";

export interface MappedBackend {
  /** Data frames only. */
  readonly runs: readonly FrameRun[];
  /** Bytes. */
  readonly gpa: number;
}

/** Tables that these mappings take if the guest had no others. */
export function tablesFor(backends: readonly MappedBackend[], maxOrder: Order): number {
  const runs: MappingRun[] = [...backends].sort((a, b) => a.gpa - b.gpa).flatMap(({ runs, gpa }) => {
    let at = gpa;
    return runs.map(({ mfn, count }) => {
      const run = { gpa: at, mpa: mfn * PAGE_SIZE, length: count * PAGE_SIZE };
      at += run.length;
      return run;
    });
  });
  return layout(runs, { maxOrder }).match(({ counts }) => counts.tables, () => 0);
}

export const mebibytesFor = (tables: number): number => Math.ceil(tables * PAGE_SIZE / MiB);
