/** A few thousand spoilt inputs in every run; `tests/bench/fuzz_acpi.ts` takes any number. */
import { type Random, random } from "../fuzz/mutate.ts";
import { fuzzNfit, fuzzPayload, fuzzSrat, fuzzSsdt } from "./fuzz.ts";
import { cookieTable, interleaved, twoDimms } from "./nfit/tables.ts";
import { capturedTables } from "./support.ts";

function rounds(count: number, round: (seed: number, rng: Random) => void): void {
  for (let seed = 0; seed < count; seed++) {
    try {
      round(seed, random(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}

const tables = (kind: "nfit" | "ssdt" | "srat"): Uint8Array[] => capturedTables(kind).map(({ bytes }) => bytes);

Deno.test("spoilt NFITs never throw, loop or grow, and what is read is written again", () => {
  const from = [...tables("nfit"), cookieTable(), interleaved(6), twoDimms()];
  rounds(3000, (seed, rng) => fuzzNfit(from[seed % from.length]!, rng));
});

Deno.test("spoilt SSDTs never throw, loop or grow, and what is read is written again", () => {
  const from = tables("ssdt");
  rounds(1500, (seed, rng) => fuzzSsdt(from[seed % from.length]!, rng));
});

Deno.test("spoilt SRATs and payloads never throw or loop", () => {
  const from = tables("srat");
  rounds(1500, (seed, rng) => fuzzSrat(from[seed % from.length]!, rng));
  rounds(1500, (_, rng) => fuzzPayload(rng));
});
