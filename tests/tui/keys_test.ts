import assert from "node:assert/strict";
import { footer, keyLabel } from "../../tui/keys.ts";
import { SCREEN_NAMES } from "../../tui/model.ts";
import { contextsOf } from "../../tui/overlays/mod.ts";
import { SCREENS } from "../../tui/screens/mod.ts";
import { plainText } from "../../tui/text/line.ts";
import { Stage } from "../screens/stage.ts";

/** What each letter means, on whatever screen it is bound. */
const MEANINGS: Readonly<Record<string, string>> = {
  c: "carve",
  a: "assign",
  d: "destroy",
  "/": "filter",
  o: "sort",
  y: "copy",
  n: "next",
  p: "previous",
  u: "undo",
  U: "redo",
  g: "walk",
  e: "EPT",
  s: "start",
  x: "shut down",
};

Deno.test("the same letter means the same on every screen", () => {
  for (const name of SCREEN_NAMES) {
    for (const { keys, label } of SCREENS[name].bindings) {
      for (const key of keys) {
        if (MEANINGS[key] && label) assert.ok(label.startsWith(MEANINGS[key]), `${key} means ${label} on ${name}`);
      }
    }
  }
});

Deno.test("no screen hides a key of everywhere, and no key is bound twice on one screen", () => {
  for (const name of SCREEN_NAMES) {
    const stage = new Stage();
    const contexts = contextsOf({ ...stage.model, screen: name });
    const own = contexts[0]!.bindings.flatMap((b) => b.keys);
    assert.equal(new Set(own).size, own.length, `${name} binds a key twice`);
    const everywhere = contexts[1]!.bindings.flatMap((b) => b.keys);
    assert.deepEqual(own.filter((key) => everywhere.includes(key)), [], `${name} hides keys`);
  }
});

Deno.test("every binding is explained, in sentence case and without a full stop", () => {
  for (const name of SCREEN_NAMES) {
    for (const { help } of contextsOf({ ...new Stage().model, screen: name }).flatMap((c) => c.bindings)) {
      assert.match(help, /^[A-Z].*[^.]$/, help);
    }
  }
});

Deno.test("the footer always leads to help, and never exceeds the width", () => {
  for (const name of SCREEN_NAMES) {
    const stage = new Stage();
    const model = { ...stage.model, screen: name };
    for (const width of [30, 72, 80, 200]) {
      const text = plainText(footer(contextsOf(model), model, width)).trimEnd();
      assert.ok(text.includes("? help"), text);
      assert.ok(text.length <= width, text);
    }
  }
});

Deno.test("keys are written with signs, or in words where only ASCII can be shown", () => {
  assert.equal(keyLabel("enter", "unicode"), "↵");
  assert.equal(keyLabel("enter", "ascii"), "enter");
  assert.equal(keyLabel("shift+tab", "unicode"), "shift+tab");
  assert.equal(keyLabel("ctrl+up", "unicode"), "ctrl+↑");
  assert.equal(keyLabel("+", "unicode"), "+");
});
