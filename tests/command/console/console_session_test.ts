/** The console's port over a real session: what is rehearsed leaves no mark, and what was agreed is what is done. */
import assert from "node:assert/strict";
import { ConsoleSession } from "../../../src/command/console/console_session.ts";
import { Heard } from "../../../src/command/console/heard.ts";
import { type Ran, type Rehearsal, type Work } from "../../../src/command/language/console_host.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

async function toEnd<T>(work: Work<T>): Promise<T> {
  for (;;) {
    const slice = await work.next();
    if (slice.done) return slice.value;
  }
}

function consoleOn(fixture: string) {
  const heard = new Heard();
  const { session } = sessionOn(hostFrom(imageFrom(fixture)), {}, false, heard);
  const port = new ConsoleSession(session, { readOnly: false, who: "tester", guests: [] }, heard);
  const rehearse = (...lines: string[]): Promise<Rehearsal> => toEnd(port.rehearse(lines));
  const run = (lines: string[], confirmed?: string): Promise<Ran> => toEnd(port.run(lines, confirmed));
  return { session, port, rehearse, run };
}

const CARVE = "ndctl create-namespace -r region1 -m raw -s 2G";

Deno.test("a rehearsal shows the host as it would be and leaves it as it is", async () => {
  const { port, rehearse } = consoleOn("server-two-socket");
  const before = port.snapshot();
  const { status, difference, after, effect } = await rehearse(CARVE);
  assert.deepEqual([status, effect, difference.map(({ sign, object }) => `${sign} ${object}`)], [0, "writes", [
    "~ region1",
    "+ namespace1.5",
  ]]);
  assert.equal(after.namespaces.length, before.namespaces.length + 1);
  assert.equal(port.snapshot(), before, "the same snapshot: nothing was committed");
});

Deno.test("making the host anew is rehearsed without being done, and names the whole host as the loss", async () => {
  const { session, rehearse, run } = consoleOn("server-two-socket");
  const line = "host init --fixture host-unarmed";
  const { status, losses, effect, out, digest } = await rehearse(line);
  assert.equal(status, 0);
  assert.equal(effect, "destroys");
  assert.match(out, /would make the host anew: host-unarmed/);
  assert.deepEqual(losses.map(({ typed }) => typed), ["server-two-socket"]);
  assert.equal(session.host().fork().facts.name, "server-two-socket");

  assert.equal((await run([line])).kind, "ask-again", "nobody has agreed");
  assert.equal(session.host().fork().facts.name, "server-two-socket");
  assert.equal((await run([line], digest)).kind, "done");
  assert.equal(session.host().fork().facts.name, "host-unarmed");
});

Deno.test("an undo can be rehearsed, done, and done again", async () => {
  const { port, rehearse, run } = consoleOn("server-two-socket");
  await run([CARVE]);
  const [made] = port.snapshot().journal;
  assert.deepEqual([made!.undone, made!.fixed, made!.redoable], [false, undefined, false]);

  assert.deepEqual((await rehearse("undo")).difference.map(({ sign, object }) => `${sign} ${object}`), [
    "~ region1",
    "- namespace1.5",
  ]);
  await run(["undo"]);
  const [undo, taken] = port.snapshot().journal;
  assert.deepEqual([undo!.redoable, undo!.undoes, taken!.undone], [true, taken!.sequence, true]);

  await run(["redo"]);
  const [redo, , again] = port.snapshot().journal;
  assert.deepEqual([redo!.redoable, again!.undone, again!.fixed], [false, false, undefined], "in force once more");
});

Deno.test("what stands behind a power event cannot be taken back, and says so", () => {
  const { port } = consoleOn("server-two-socket");
  assert.match(port.snapshot().journal[0]!.fixed ?? "", /turned the power off or on/);
});

Deno.test("a script in the command line counts as what it does, and what it prints is shown", async () => {
  const { session, rehearse } = consoleOn("carve-modes-v12");
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "ndctl list -R\nndctl create-namespace -r region0 -m raw -s 64M\n");
  const { effect, out, status } = await rehearse(`batch ${path}`);
  await Deno.remove(path);
  assert.deepEqual([status, effect], [0, "writes"]);
  assert.match(out, /"dev":"region0"/);
  assert.equal(session.host().generation, 1);
});

Deno.test("a refusal of the rehearsal carries the tool's own words and status", async () => {
  const { rehearse } = consoleOn("server-two-socket");
  const { status, err } = await rehearse("ndctl create-namespace -r region1 -m raw -s 500G");
  assert.notEqual(status, 0);
  assert.match(err, /failed to create namespace/);
});

Deno.test("what was done is told though it was compared with a fork of the host that it changed", async () => {
  const { run } = consoleOn("carve-modes-v12");
  const ran = await run(["ndctl create-namespace -m raw -s 32M -n extra"]);
  assert.ok(ran.kind === "done");
  assert.deepEqual(ran.difference.map(({ sign, object }) => `${sign} ${object}`), ["~ region0", "+ namespace0.5"]);
});
