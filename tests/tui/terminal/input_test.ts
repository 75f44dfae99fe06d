import assert from "node:assert/strict";
import fc from "fast-check";
import { flushed, type Input, parseInput } from "../../../tui/terminal/input.ts";

const keys = (text: string) => parseInput(text).inputs.map((i) => (i.kind === "key" ? i.key : i.kind));

Deno.test("a burst is split into single keys", () => {
  assert.deepEqual(keys("jjj数\r\x7f\x03"), ["j", "j", "j", "数", "enter", "backspace", "ctrl+c"]);
});

Deno.test("arrows, pages and function keys in all their spellings", () => {
  assert.deepEqual(keys("\x1b[A\x1bOB\x1b[5~\x1b[Z"), ["up", "down", "pageup", "shift+tab"]);
  assert.deepEqual(keys("\x1bOP\x1b[11~\x1b[15~\x1b[24~"), ["f1", "f1", "f5", "f12"]);
  assert.deepEqual(keys("\x1b[1;5C\x1b[3;2~\x1bx\x1b\x7f"), ["ctrl+right", "shift+delete", "alt+x", "alt+backspace"]);
});

Deno.test("mouse reports and pasted text are no keys", () => {
  assert.deepEqual(parseInput("\x1b[<0;20;2M\x1b[<0;20;2m\x1b[<64;1;1M\x1b[<65;1;1M").inputs, [
    { kind: "mouse", what: "press", x: 19, y: 1 },
    { kind: "mouse", what: "wheel-up", x: 0, y: 0 },
    { kind: "mouse", what: "wheel-down", x: 0, y: 0 },
  ]);
  assert.deepEqual(parseInput("\x1b[200~q\rd\x1b[201~j").inputs, [
    { kind: "paste", text: "q\rd" },
    { kind: "key", key: "j" },
  ]);
  assert.deepEqual(keys("\x1b[M !!j"), ["j"], "an X10 report leaks nothing");
});

Deno.test("unknown sequences are dropped whole", () => {
  assert.deepEqual(keys("\x1b[?1;2cj\x1b[Ik\x1b[99~l"), ["j", "k", "l"]);
});

Deno.test("a lone escape is a key once nothing follows", () => {
  assert.deepEqual(parseInput("\x1b"), { inputs: [], rest: "\x1b" });
  assert.deepEqual(flushed("\x1b"), [{ kind: "key", key: "escape" }]);
  assert.deepEqual(keys("\x1b\x1b[A"), ["escape", "up"]);
});

Deno.test("an endless sequence is given up, so that keys come through again", () => {
  const text = `\x1b[${"1;".repeat(40)}`;
  assert.ok(parseInput(text).rest.length < text.length);
});

Deno.test("wherever reads cut the bytes, the same keys come out", () => {
  const pieces = ["j", "数", "\x1b[A", "\x1bOP", "\x1b[<0;3;4M", "\x1b[200~ab\x1b[201~", "\x1b[15~", "\x1bx"];
  fc.assert(fc.property(fc.array(fc.constantFrom(...pieces)), fc.array(fc.nat(60)), (parts, cuts) => {
    const text = parts.join("");
    const inputs: Input[] = [];
    let rest = "";
    const at = [0, ...cuts.map((c) => Math.min(c, text.length)).toSorted((a, b) => a - b), text.length];
    for (let i = 1; i < at.length; i++) {
      const parsed = parseInput(rest + text.slice(at[i - 1], at[i]));
      rest = parsed.rest;
      inputs.push(...parsed.inputs);
    }
    assert.deepEqual(inputs, parseInput(text).inputs);
  }));
});
