import assert from "node:assert/strict";
import { layout } from "../../../src/ept/mod.ts";
import { readableOutline } from "../../../src/command/ept/show.ts";
import { headline, outlineLines } from "../../../src/command/ept/outline_text.ts";
import { madeUpGuest } from "./made_up_guest.ts";

const guest = madeUpGuest();
const shown = (depth: number) => outlineLines(guest, readableOutline(guest, depth));

Deno.test("tables are indented by level and uniform stretches are one line", async (t) => {
  await t.assertSnapshot([headline(guest), "", ...shown(5)].join("\n"));
});

Deno.test("at the limit of the depth a table tells what is below it", async (t) => {
  await t.assertSnapshot(shown(2).join("\n"));
});

Deno.test("lines fit 120 columns", () => {
  for (const line of [headline(guest), ...shown(5)]) assert.ok(line.length <= 120, line);
});

Deno.test("an empty guest maps nothing", () => {
  assert.deepEqual(outlineLines(guest, []), ["nothing is mapped"]);
});

Deno.test("a file of many pieces is counted, not listed", () => {
  const runs = Array.from(
    { length: 20_000 },
    (_, i) => ({ gpa: i * 0x3000, mpa: 0x100000000 + i * 0x5000, length: 0x3000 }),
  );
  const fragmented = { ...guest, layout: layout(runs)._unsafeUnwrap() };
  const rows = readableOutline(fragmented, 5);
  assert.ok(rows.length < 10, `${rows.length} rows`);
  assert.match(outlineLines(fragmented, rows).join("\n"), /PD\[0–117\] .* → 118 PTs, 60 000 × 4 KiB/);
});
