/** How benchmarks take times: the least of a few rounds is what the code costs, the rest is what else the machine does. */

const ROUNDS = 5;

/** Milliseconds of one run; a round is `runs` of them. */
export function best(run: () => unknown, runs = 1): number {
  let least = Infinity;
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    for (let n = 0; n < runs; n++) run();
    least = Math.min(least, (performance.now() - start) / runs);
  }
  return least;
}

export const rounded = (value: number): number => Math.round(value * 100) / 100;
