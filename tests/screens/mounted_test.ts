/** What Ink puts on a terminal is what the pure view says, whatever the names hold and however the size changes. */
import assert from "node:assert/strict";
import { FakeHost } from "./fake_host.ts";
import { CHINESE_PIECES } from "./hosts.ts";
import { Mounted } from "./mounted.ts";
import { sizeOf, SIZES, Stage } from "./stage.ts";

for (const size of [...SIZES, "40x10"]) {
  Deno.test(`Ink shows exactly the frame, at ${size}`, async () => {
    const { columns, rows } = sizeOf(size);
    const facts = { pieces: CHINESE_PIECES };
    const mounted = new Mounted(new FakeHost(facts), columns, rows);
    const stage = new Stage(facts, { size });
    await mounted.becomes(stage.text());
    for (const key of ["2", "j", "5", "6"]) {
      mounted.bytes(key);
      await mounted.becomes(stage.press(key).text(), `after ${key}`);
    }
    await mounted.leave();
  });
}

Deno.test("resizing to and fro leaves no trace of other sizes", async () => {
  const mounted = new Mounted(new FakeHost(), 120, 40);
  for (const size of ["120x40", "80x24", "200x60", "60x12", "100x30"]) {
    const { columns, rows } = sizeOf(size);
    mounted.resize(columns, rows);
    await mounted.becomes(new Stage({}, { size }).text(), size);
  }
  await mounted.leave();
});

Deno.test("a burst of keys in one read loses none, and raw mode is given back", async () => {
  const mounted = new Mounted(new FakeHost(), 120, 40);
  assert.ok(mounted.input.raw);
  mounted.bytes("2jjj\x1b[B\x1b[Bk");
  await mounted.shows(/▸ namespace0\.4/);
  await mounted.leave();
  assert.equal(mounted.input.raw, false);
});

Deno.test("an escape sequence cut between two reads is one key; an escape key alone is one too", async () => {
  const mounted = new Mounted(new FakeHost(), 120, 40);
  mounted.bytes("2\x1b");
  mounted.bytes("[B");
  await mounted.shows(/▸ namespace0\.1/);
  mounted.bytes("?");
  await mounted.shows(/── Keys/);
  mounted.bytes("\x1b");
  await mounted.shows(/▸ namespace0\.1/);
  await mounted.leave();
});

Deno.test("another console's commit is drawn without a key", async () => {
  const host = new FakeHost();
  const mounted = new Mounted(host, 120, 40);
  await mounted.shows(/#41/);
  host.change({ generation: 99 });
  await mounted.shows(/#99/);
  await mounted.leave();
});

Deno.test("long work says how far it is, and esc stops it with nothing kept", async () => {
  const host = new FakeHost();
  const mounted = new Mounted(host, 120, 40);
  host.slices = 1e6;
  mounted.bytes(":xl shutdown web1\r");
  await mounted.shows(/rehearsing +\d+ % +esc stops it/);
  mounted.bytes("\x1b");
  await mounted.shows(/Stopped\. Nothing of it was kept\./);
  assert.deepEqual(host.committed, []);
  await mounted.leave();
});
