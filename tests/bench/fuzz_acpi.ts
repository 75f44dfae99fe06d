/**
 * Fuzzes ACPI tables and `_DSM` payloads: `deno run --allow-read tests/bench/fuzz_acpi.ts 1000000 [first seed]`.
 * A failure names the seed that makes it again.
 */
import { fuzzNfit, fuzzPayload, fuzzSrat, fuzzSsdt } from "../acpi/fuzz.ts";
import { cookieTable, interleaved, twoDimms } from "../acpi/nfit/tables.ts";
import { capturedTables } from "../acpi/support.ts";
import { random } from "../fuzz/mutate.ts";

const count = Number(Deno.args[0] ?? 100_000);
const first = Number(Deno.args[1] ?? 0);
/** Captures repeat each other; each distinct table once. */
const distinct = (tables: Uint8Array[]): Uint8Array[] => [...new Map(tables.map((t) => [t.toString(), t])).values()];
const tables = (kind: "nfit" | "ssdt" | "srat") => capturedTables(kind).map(({ bytes }) => bytes);
const nfits = distinct([...tables("nfit"), cookieTable(), interleaved(6), twoDimms()]);
const ssdts = distinct(tables("ssdt"));
const srats = distinct(tables("srat"));

const begin = performance.now();
for (let i = 0; i < count; i++) {
  const seed = first + i;
  const rng = random(seed);
  try {
    const kind = rng(16);
    if (kind < 9) fuzzNfit(nfits[rng(nfits.length)]!, rng);
    else if (kind < 12) fuzzSsdt(ssdts[rng(ssdts.length)]!, rng);
    else if (kind < 14) fuzzSrat(srats[rng(srats.length)]!, rng);
    else fuzzPayload(rng);
  } catch (error) {
    console.error(`seed ${seed} failed`);
    throw error;
  }
  if (i % 50_000 === 49_999) console.log(`${i + 1} inputs, ${Math.round(performance.now() - begin)} ms`);
}
console.log(`${count} mutated inputs, none failed, ${Math.round(performance.now() - begin)} ms`);
