import assert from "node:assert/strict";
import plugin, { resolveFrom, roomOf, wallBetween } from "./walls.ts";

Deno.test("a file knows its own room and those below", () => {
  for (
    const [from, to] of [
      ["src/label/area.ts", "src/label/geometry.ts"],
      ["src/label/area.ts", "src/base/bytes.ts"],
      ["src/dom0/dom0.ts", "src/machine/mod.ts"],
      ["src/host/fork.ts", "src/xen/mod.ts"],
      ["src/main.ts", "tui/mod.ts"],
      ["tui/app/App.tsx", "src/command/language/console_host.ts"],
      ["tests/label/x_test.ts", "src/xen/xen.ts"],
    ] as const
  ) assert.equal(wallBetween(from, to), undefined, `${from} → ${to}`);
});

Deno.test("imports that run up, sideways or through a wall are refused", () => {
  for (
    const [from, to] of [
      ["src/base/bytes.ts", "src/abi/errno.ts"],
      ["src/acpi/srat.ts", "src/label/mod.ts"],
      ["src/dom0/dom0.ts", "src/xen/mod.ts"],
      ["src/toolstack/mod.ts", "src/xen/mod.ts"],
      ["src/guest/probe.ts", "src/device_model/mod.ts"],
      ["src/xen/xen.ts", "src/label/mod.ts"],
      ["src/cli/run.ts", "tui/mod.ts"],
      ["tui/view.ts", "src/cli/run.ts"],
      ["src/command/mod.ts", "src/cli/files.ts"],
      ["src/base/bytes.ts", "tests/support/session.ts"],
      ["src/unknown/x.ts", "src/base/bytes.ts"],
    ] as const
  ) assert.ok(wallBetween(from, to), `${from} → ${to}`);
});

Deno.test("rooms and relative paths are told from the path alone", () => {
  assert.equal(roomOf("src/command/ndctl/list.ts"), "src/command");
  assert.equal(roomOf("src/main.ts"), "src");
  assert.equal(roomOf("tui/text/line.ts"), "tui");
  assert.equal(resolveFrom("src/a/b/c.ts", "../../d/e.ts"), "src/d/e.ts");
  assert.equal(resolveFrom("src/a/c.ts", "neverthrow"), undefined);
});

/** Lints source as if it stood at `path` in the house. */
const found = (path: string, source: string): string[] =>
  Deno.lint.runPlugin(plugin, new URL(`../../${path}`, import.meta.url).pathname, source).map((d) => d.id);

Deno.test("every way of importing meets the wall", () => {
  for (
    const source of [
      'import { Xen } from "../xen/mod.ts";',
      'import type { Xen } from "../xen/mod.ts";',
      'export { Xen } from "../xen/mod.ts";',
      'export * from "../xen/mod.ts";',
      'const xen = await import("../xen/mod.ts");',
      'type Xen = typeof import("../xen/mod.ts");',
      'type Xen = import("../xen/mod.ts").Xen;',
    ]
  ) assert.deepEqual(found("src/toolstack/x.ts", source), ["house/walls"], source);
  assert.deepEqual(found("src/host/x.ts", 'import { Xen } from "../xen/mod.ts";'), []);
});

Deno.test("the system is reached at the edge only, and nothing below the edge knows the time", () => {
  assert.deepEqual(found("src/dom0/x.ts", "Deno.readFileSync('x');"), ["house/system"]);
  assert.deepEqual(found("src/command/x.ts", 'import fs from "node:fs";'), ["house/walls"]);
  assert.deepEqual(found("src/host/x.ts", "export const now = Date.now();"), ["house/system"]);
  assert.deepEqual(found("src/host/x.ts", "export const at = new Date();"), ["house/system"]);
  assert.deepEqual(found("src/xen/x.ts", "export const n = Math.random();"), ["house/system"]);
  assert.deepEqual(found("src/cli/x.ts", "export const now = Date.now() + Deno.pid;"), []);
  assert.deepEqual(found("src/host/store/x.ts", 'import { DatabaseSync } from "node:sqlite";'), []);
});
