import assert from "node:assert/strict";
import { outText } from "../../../src/command/language/output.ts";
import { hostFrom, imageFrom, sessionFor, sessionOn } from "../../support/session.ts";

const FIXTURE = "carve-modes-v12";
const CARVE = "ndctl create-namespace -m raw -s 32M -n extra";

Deno.test("a dry run says what would be done, changes nothing, and exits 6; nothing to do exits 0", async () => {
  const { run, session } = sessionFor(FIXTURE);
  const would = await run(CARVE, { dryRun: true });
  assert.equal(would.status, 6);
  assert.match(outText(would), /6 × label slot on nmem0/);
  assert.match(outText(would), /\+ namespace0\.5: raw 32\.00 MiB "extra"/);
  assert.equal(session.host().generation, 1);
  const list = await run("ndctl list -N", { dryRun: true });
  assert.deepEqual([list.status, outText(list)], [0, "nothing would change\n"]);
});

Deno.test("a dry run names what would be lost", async () => {
  const { run } = sessionFor(FIXTURE);
  const would = await run("ndctl destroy-namespace -f namespace0.4", { dryRun: true });
  assert.match(outText(would), /losses:\n {2}namespace0\.4: 67108864 bytes/);
});

Deno.test("a rehearsal draws the identifiers that the commit then draws", async () => {
  const { run } = sessionFor(FIXTURE);
  const steps = (await run(CARVE, { dryRun: true })).value as { steps: string[] };
  const done = await run(CARVE);
  const uuid = (JSON.parse(outText(done)) as { uuid: string }).uuid;
  assert.ok(steps.steps.some((step) => step.includes(uuid)));
});

Deno.test("read-only refuses what writes with 4, and lets reading and rehearsing be", async () => {
  const { run, session } = sessionFor(FIXTURE);
  const refused = await run(CARVE, { readOnly: true });
  assert.equal(refused.status, 4);
  assert.match(refused.err, /--read-only is set/);
  assert.equal((await run("ndctl list", { readOnly: true })).status, 0);
  assert.equal((await run(CARVE, { readOnly: true, dryRun: true })).status, 6);
  assert.equal(session.host().generation, 1);
});

Deno.test("--help behind a verb of nvdeck's own is that verb's page; the real tools have their own", async () => {
  const { run } = sessionFor(FIXTURE);
  const page = await run("help nfit show");
  for (const line of ["nfit show --help", "nfit show --file x --help"]) {
    assert.deepEqual([(await run(line)).out, (await run(line)).status], [page.out, 0], line);
  }
  assert.equal((await run("nfit --help")).out, (await run("help nfit")).out);
  assert.equal((await run("help --help")).out, (await run("help")).out);
  for (const line of ["ndctl list --help", "ndctl help list"]) {
    assert.deepEqual([(await run(line)).status, outText(await run(line))], [255, ""], line);
  }
  assert.equal((await run("ndctl list -R --help")).status, 129);
});

Deno.test("the real tools never ask on their own, --ask asks, and no means no", async () => {
  const destroy = "ndctl destroy-namespace -f namespace0.4";
  const asking = sessionOn(hostFrom(imageFrom(FIXTURE)), {}, false);
  const refused = await asking.run(destroy, { ask: true });
  assert.equal(refused.status, 4);
  assert.match(refused.err, /not confirmed\nput --yes before the verb/);
  assert.equal(asking.session.host().generation, 1);
  assert.equal((await asking.run(destroy)).status, 0);
});

Deno.test("an unknown verb is told what was probably meant, exit 2", async () => {
  const { run } = sessionFor(FIXTURE);
  const unknown = await run("histroy");
  assert.equal(unknown.status, 2);
  assert.match(unknown.err, /did you mean "history"/);
  assert.match((await run("host frob")).err, /host has no verb "frob"\ntry one of: /);
});

Deno.test("a failed command of a real tool that changed something is a journal entry with its status", async () => {
  const { run, session } = sessionFor(FIXTURE);
  // Autorecover takes back a namespace that could not be made: the label writes have happened all the same.
  const before = session.host().generation;
  const executed = await run("ndctl create-namespace -m raw -s 64G");
  assert.notEqual(executed.status, 0);
  const [entry] = session.host().journal(1);
  if (session.host().generation > before) assert.equal(entry!.status, executed.status);
  else assert.equal(executed.changed, false);
});
