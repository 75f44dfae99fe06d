/** The console in a real terminal: keys, resizing, leaving in every way, and the terminal as it was before. */
import assert from "node:assert/strict";
import { Pty } from "./pty.ts";
import { assertRestored } from "./restored.ts";

const LOG_FOLDER = await Deno.makeTempDir();
const demo = (host: string) =>
  `deno run --no-prompt --allow-env --allow-read --allow-write=${LOG_FOLDER} tests/terminal/demo.ts ${host}`;
const open = (host = "lab", columns = 100, rows = 30) =>
  new Pty(demo(host), columns, rows, { XDG_STATE_HOME: LOG_FOLDER });

Deno.test("keys move about, a resize redraws, q leaves everything as it was", async () => {
  const pty = open();
  await pty.shows("nvdeck", "lab-r740", "Whose it is");
  assert.ok(pty.alternate);
  assert.equal(pty.modes.mouseTrackingMode, "vt200");
  await pty.press("2");
  await pty.shows("▸ namespace0.0");
  await pty.press("jjj");
  await pty.shows("▸ namespace0.3");
  await pty.press("\x1b[B\x1b[B");
  await pty.shows("▸ namespace1.0");
  await pty.resize(140, 45);
  await pty.until(
    "the frame to fill 140 columns",
    () => /#41 *$/m.test(pty.text().split("\n")[0] ?? "") && pty.text().split("\n")[0]!.length > 135,
  );
  await pty.resize(80, 24);
  await pty.shows("▸ namespace1.0");
  await pty.until("the frame to fit 80 columns", () => pty.text().split("\n")[0]!.length <= 80);
  await pty.resize(60, 10);
  await pty.shows("nvdeck needs 72x20 cells");
  await pty.resize(100, 30);
  await pty.shows("▸ namespace1.0");
  await pty.press("\x1b[<0;20;2M");
  await pty.press("3");
  await pty.shows("DIMMs ─ of region0");
  await pty.press("q");
  assert.equal(await pty.ended(), 0);
  assertRestored(pty);
});

Deno.test("the chart comes after the first frame, with its text before", async () => {
  const pty = open("lab", 140, 45);
  await pty.shows("Capacity per region");
  await pty.until("the chart's legend", () => /██ not carved *$/m.test(pty.text()));
  await pty.press("q");
  assert.equal(await pty.ended(), 0);
  assertRestored(pty);
});

Deno.test("ctrl-c leaves", async () => {
  const pty = open();
  await pty.shows("Whose it is");
  await pty.press("\x03");
  assert.equal(await pty.ended(), 0);
  assertRestored(pty);
});

Deno.test("SIGTERM leaves in order, with 143", async () => {
  const pty = open();
  await pty.shows("Whose it is");
  pty.signal("SIGTERM");
  assert.equal(await pty.ended(), 143);
  assertRestored(pty);
});

for (
  const [host, keys, message] of [["failing", ":", "a broken invariant"], [
    "rejecting",
    "2d",
    "a broken invariant, later",
  ]] as const
) {
  Deno.test(`an uncaught error (${host}) restores the terminal, says where the report is, and ends with 70`, async () => {
    const pty = open(host);
    await pty.shows("Whose it is");
    await pty.press(keys);
    assert.equal(await pty.ended(), 70);
    assertRestored(pty);
    const said = pty.text();
    assert.match(said, /internal error, a bug in nvdeck: Error: a broken invariant/);
    assert.ok(!said.includes("    at "), "no stack trace on the terminal");
    const log = await Deno.readTextFile(`${LOG_FOLDER}/nvdeck/errors.log`);
    assert.ok(log.includes(message) && log.includes("    at "));
  });
}

globalThis.addEventListener("unload", () => {
  try {
    Deno.removeSync(LOG_FOLDER, { recursive: true });
  } catch {
    // Gone already.
  }
});
