/** The choice among the free stretches of groups. Source: Linux 6.1 `fs/ext4/mballoc.c` ext4_mb_complex_scan_group, ext4_mb_measure_extent, ext4_mb_check_limits. */
import { type GroupSpace } from "./group_space.ts";

/** A free stretch inside a group; `start` counts from the start of the group. */
export interface Found {
  readonly group: number;
  readonly start: number;
  readonly length: number;
}

/** Once so many have been seen, one that is long enough is taken (`mb_min_to_scan`); once so many, any (`mb_max_to_scan`). */
const MIN_TO_SCAN = 10;
const MAX_TO_SCAN = 200;

/** The choice among free stretches: long enough and as short as can be, else as long as can be. */
export class Scan {
  #best: Found | undefined;
  #found = 0;

  constructor(private readonly wanted: number) {}

  /** Looks at a group's stretches; true when enough has been seen. */
  over(group: number, space: GroupSpace): boolean {
    for (const run of space.runs(group)) {
      for (let start = run.start; start < run.end;) {
        const length = space.lengthAt(group, start, this.wanted);
        this.#found++;
        if (this.#measure({ group, start, length })) return true;
        start += length;
      }
    }
    return this.#best !== undefined && this.#best.length >= this.wanted && this.#best.group === group;
  }

  result(): Found | undefined {
    return this.#best && { ...this.#best, length: Math.min(this.#best.length, this.wanted) };
  }

  #measure(found: Found): boolean {
    const { wanted } = this;
    if (found.length === wanted) {
      this.#best = found;
      return true;
    }
    const best = this.#best;
    if (!best) {
      this.#best = found;
      return false;
    }
    if (best.length < wanted ? found.length > best.length : found.length > wanted && found.length < best.length) {
      this.#best = found;
    }
    if (this.#found > MAX_TO_SCAN) return true;
    return this.#best!.length >= wanted && this.#found > MIN_TO_SCAN && this.#best!.group === found.group;
  }
}
