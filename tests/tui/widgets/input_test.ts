import assert from "node:assert/strict";
import { plainText } from "../../../tui/text/line.ts";
import { edited, inputLine, inputOf, typed } from "../../../tui/widgets/input.ts";

const press = (text: string, ...keys: string[]) =>
  keys.reduce((input, key) => edited(input, key) ?? input, inputOf(text));

Deno.test("editing keys work as in a shell", () => {
  assert.equal(press("ndctl list -N", "ctrl+w").text, "ndctl list ");
  assert.equal(press("ndctl list", "ctrl+u").text, "");
  assert.deepEqual(press("abc", "left", "backspace"), { text: "ac", cursor: 1 });
  assert.deepEqual(press("abc", "home", "delete"), { text: "bc", cursor: 0 });
  assert.deepEqual(press("abc", "home", "right", "ctrl+k"), { text: "a", cursor: 1 });
  assert.equal(edited(inputOf("a"), "f5"), undefined);
});

Deno.test("the cursor steps over whole characters, however many units they have", () => {
  assert.equal(press("数👩‍👩‍👧", "backspace").text, "数");
  assert.deepEqual(press("é\u0301x", "left", "left"), { text: "é\u0301x", cursor: 0 });
});

Deno.test("pasted line ends become spaces and control characters are shown, not obeyed", () => {
  assert.equal(typed(inputOf("a "), "b\r\nc\x1b[2J").text, "a b c\u{fffd}[2J");
});

Deno.test("the cursor is always in sight", () => {
  assert.equal(plainText(inputLine({ text: "0123456789", cursor: 10 }, 5, true)), "6789 ");
  assert.equal(plainText(inputLine({ text: "0123456789", cursor: 0 }, 5, true)), "01234");
  assert.equal(plainText(inputLine({ text: "0123456789", cursor: 5 }, 5, true)), "12345");
});
