import { rounds } from "../../fuzz/rounds.ts";
import { fuzzScript } from "./fuzz.ts";

Deno.test("spoilt scripts are commands, or a fault with its line", () => rounds(1500, fuzzScript));
