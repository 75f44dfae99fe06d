import { rounds } from "../../fuzz/rounds.ts";
import { fuzzWanted } from "./fuzz.ts";

Deno.test("spoilt wanted states are compared, or refused with a line that is there", () => rounds(600, fuzzWanted));
