import { rounds } from "../../fuzz/rounds.ts";
import { fuzzConfig } from "./fuzz.ts";

Deno.test("spoilt configurations are read or refused", () => rounds(2000, fuzzConfig));
