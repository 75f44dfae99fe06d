import { rounds } from "../fuzz/rounds.ts";
import { fuzzFrame, fuzzHypercalls } from "./fuzz.ts";

Deno.test("any call frame can be looked at, and structures give back what they read", () => rounds(2000, fuzzFrame));

Deno.test("spoilt hypercalls break no invariant", () => rounds(300, fuzzHypercalls));
