import { rounds } from "../fuzz/rounds.ts";
import { fuzzEntry } from "./fuzz.ts";

Deno.test("any entry is one of every kind, on any processor, and no bit of it is lost", () => rounds(2000, fuzzEntry));
