/** The whole program in a real terminal: what an operator does is still there when the program is started again. */
import assert from "node:assert/strict";
import { Pty } from "./pty.ts";
import { assertRestored } from "./restored.ts";

const start = (state: string) => new Pty("deno task --quiet start", 120, 40, { XDG_STATE_HOME: state });

Deno.test("carve with keys alone, leave, start again: the namespace is there", async () => {
  const state = await Deno.makeTempDir();
  try {
    const first = start(state);
    await first.shows("Persistent memory", "region0");
    await first.press("2");
    await first.shows("▸ namespace0.0");
    await first.press("c");
    await first.shows("Carve a namespace", "rehearsed");
    await first.press("\x15" + "20G\tfirst-try");
    await first.shows("-s 20G -n first-try", "NEW");
    await first.press("\r");
    await first.shows("Rehearsed; nothing would be lost.");
    await first.press("\r");
    await first.shows("namespace0.5 made", "first-try");
    await first.press("q");
    assert.equal(await first.ended(), 0);
    assertRestored(first);

    const second = start(state);
    await second.shows("Persistent memory");
    await second.press("2");
    await second.shows("namespace0.5", "first-try");
    await second.press("8");
    await second.shows("ndctl create-namespace -r region0");
    await second.press("q");
    assert.equal(await second.ended(), 0);
    assertRestored(second);
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});
