/** A few thousand spoilt inputs in every run; `deno task fuzz` takes any number. */
import { rounds } from "../fuzz/rounds.ts";
import { fuzzNfit, fuzzPayload, fuzzSrat, fuzzSsdt } from "./fuzz.ts";
import { cookieTable, interleaved, twoDimms } from "./nfit/tables.ts";
import { capturedTables } from "./support.ts";

const tables = (kind: "nfit" | "ssdt" | "srat"): Uint8Array[] => capturedTables(kind).map(({ bytes }) => bytes);

Deno.test("spoilt NFITs never throw, loop or grow, and what is read is written again", () => {
  const from = [...tables("nfit"), cookieTable(), interleaved(6), twoDimms()];
  rounds(3000, (rng, seed) => fuzzNfit(from[seed % from.length]!, rng));
});

Deno.test("spoilt SSDTs never throw, loop or grow, and what is read is written again", () => {
  const from = tables("ssdt");
  rounds(1500, (rng, seed) => fuzzSsdt(from[seed % from.length]!, rng));
});

Deno.test("spoilt SRATs and payloads never throw or loop", () => {
  const from = tables("srat");
  rounds(1500, (rng, seed) => fuzzSrat(from[seed % from.length]!, rng));
  rounds(1500, fuzzPayload);
});
