/** Rounds of a fuzzer in a test: a failure names the seed that makes it again. */
import { type Random, random } from "./mutate.ts";

export function rounds(count: number, round: (rng: Random, seed: number) => void): void {
  for (let seed = 0; seed < count; seed++) {
    try {
      round(random(seed), seed);
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
}
