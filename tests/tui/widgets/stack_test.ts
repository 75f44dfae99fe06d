import assert from "node:assert/strict";
import { line, plainText } from "../../../tui/text/line.ts";
import { THEMES } from "../../../tui/theme.ts";
import { type Section, stack } from "../../../tui/widgets/stack.ts";

const section = (name: string, wants: number, least: number): Section => ({
  title: name === "first" ? [] : [name],
  wants,
  least,
  rows: (count) => Array.from({ length: count }, (_, i) => line(`${name} ${i}`)),
});
const shown = (sections: readonly Section[], height: number, ranked?: readonly Section[]): string[] =>
  stack(sections, 20, height, THEMES.plain, ranked).map(plainText).map((row) => row.replace(/ ─+$/, ""));

const first = section("first", 2, 2);
const guests = section("guests", 3, 1);
const rest = section("rest", 9, 2);

Deno.test("with room for all, each section has the rows it wants", () => {
  assert.deepEqual(shown([first, guests], 8), [
    "first 0",
    "first 1",
    "",
    "── guests",
    "guests 0",
    "guests 1",
    "guests 2",
    "",
  ]);
});

Deno.test("with less room the important ones grow first, and what would be too short is left out", () => {
  assert.deepEqual(shown([first, guests, rest], 11), [
    "first 0",
    "first 1",
    "",
    "── guests",
    "guests 0",
    "guests 1",
    "guests 2",
    "",
    "── rest",
    "rest 0",
    "rest 1",
  ]);
  assert.ok(!shown([first, guests, rest], 8).includes("── rest"));
  assert.ok(shown([first, guests, rest], 8, [first, rest, guests]).includes("── rest"));
});

Deno.test("a section that wants nothing has no rule, and the stack is always as high as asked", () => {
  assert.deepEqual(shown([first, section("none", 0, 1)], 4), ["first 0", "first 1", "", ""]);
  assert.equal(shown([first, guests, rest], 0).length, 0);
  assert.equal(shown([], 3).length, 3);
});
