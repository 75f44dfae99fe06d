import assert from "node:assert/strict";
import plugin from "./samples.ts";

const found = (path: string, source: string): string[] =>
  Deno.lint.runPlugin(plugin, new URL(`../../${path}`, import.meta.url).pathname, source).map((d) => d.id);

Deno.test("a source that names a captured host is refused by lint, in code and in comments, and nowhere else", () => {
  const rule = ["samples/no-fixture-names"];
  assert.deepEqual(found("src/dom0/x.ts", 'const odd = name === "carve-holes";'), rule);
  assert.deepEqual(found("tui/x.ts", "/* as on host-big-8g */ export const x = 1;"), rule);
  assert.deepEqual(found("src/dom0/x.ts", 'const other = "carve-holes-not";'), []);
  assert.deepEqual(found("src/cli/paths.ts", 'export const DEFAULT_FIXTURE = "server-two-socket";'), []);
  assert.deepEqual(found("tests/x.ts", 'const name = "carve-holes";'), []);
});
