import assert from "node:assert/strict";
import { themeFor } from "../../tui/theme.ts";

const chosen = (variables: Readonly<Record<string, string>>) => themeFor((name) => variables[name]).name;

Deno.test("the environment chooses the theme; NVDECK_THEME decides", () => {
  assert.equal(chosen({ TERM: "xterm-256color", LANG: "en_GB.UTF-8" }), "dark");
  assert.equal(chosen({ TERM: "xterm-256color", COLORFGBG: "0;15" }), "light");
  assert.equal(chosen({ NO_COLOR: "1" }), "plain");
  assert.equal(chosen({ NO_COLOR: "" }), "dark", "empty counts as unset");
  assert.equal(chosen({ LANG: "C" }), "ascii");
  assert.equal(chosen({ LANG: "en_GB.UTF-8", LC_ALL: "C" }), "ascii");
  assert.equal(chosen({ TERM: "vt100" }), "ascii");
  assert.equal(chosen({ INK_SCREEN_READER: "true" }), "reader");
  assert.equal(chosen({ NO_COLOR: "1", NVDECK_THEME: "contrast" }), "contrast");
  assert.equal(chosen({ NVDECK_THEME: "toString" }), "dark", "not a theme");
});
