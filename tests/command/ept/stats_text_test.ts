import { stats } from "../../../src/ept/mod.ts";
import { statsLines } from "../../../src/command/ept/stats.ts";
import { madeUpGuest } from "./made_up_guest.ts";

Deno.test("leaves, tables, pool, extents and walks are counted in columns", async (t) => {
  const guest = madeUpGuest();
  await t.assertSnapshot(statsLines(guest, stats(guest.layout)).join("\n"));
});
