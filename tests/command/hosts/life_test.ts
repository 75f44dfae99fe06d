/** `host shutdown` and `host boot`: a machine that is off answers nothing, and comes up with what lasts. */
import assert from "node:assert/strict";
import { outText } from "../../../src/command/language/output.ts";
import { sessionFor } from "../../support/session.ts";

const FIXTURE = "carve-modes-v12";

async function switchedOff() {
  const { run, session } = sessionFor(FIXTURE);
  const listed = outText(await run("ndctl list -N"));
  assert.deepEqual([(await run("host shutdown")).err, session.host().isOn], ["the host is off\n", false]);
  return { run, session, listed };
}

Deno.test("what runs in the machine is refused while it is off, in every vocabulary, and told how to turn it on", async () => {
  const { run, session } = await switchedOff();
  const { generation } = session.host();
  for (
    const line of ["ndctl list", "daxctl list", "xl list", "ls /", "sys ls /sys", "host export x"]
  ) {
    const refused = await run(line);
    assert.deepEqual([refused.status, refused.out], [4, ""], line);
    assert.match(refused.err, /the host is off[^]*"host boot" turns it on/, line);
  }
  assert.equal((await run("host power-fail")).status, 4);
  assert.equal(session.host().generation, generation);
});

Deno.test("firmware's tables, label areas, the journal and help are there while it is off", async () => {
  const { run } = await switchedOff();
  for (
    const line of ["host show", "host check", "nfit show", "label check", "history", "help", "host autostart list"]
  ) {
    assert.equal((await run(line)).status, 0, line);
  }
  assert.match(outText(await run("host show")), /^power +off/m);
});

Deno.test("boot brings back what labels say; done twice, either says that it is so already", async () => {
  const { run, session, listed } = await switchedOff();
  assert.match((await run("host shutdown")).err, /off already/);
  assert.match((await run("host boot")).err, /the host is up\n$/);
  assert.equal(outText(await run("ndctl list -N")), listed);
  const { generation } = session.host();
  assert.match((await run("host boot")).err, /up already/);
  assert.equal(session.host().generation, generation);
});

Deno.test("off and on are barriers for undo", async () => {
  const { run } = await switchedOff();
  const refused = await run("undo");
  assert.notEqual(refused.status, 0);
  assert.match(refused.err, /turned the power off or on/);
});

Deno.test("the console of a host that is off says so", async () => {
  const { session } = await switchedOff();
  const { snapshotOf } = await import("../../../src/command/console/snapshot.ts");
  const picture = snapshotOf(session.host(), { readOnly: false, who: "test", guests: [] });
  assert.equal(picture.identity.power, "off");
  assert.deepEqual([picture.findings.map(({ hint }) => hint), picture.namespaces, picture.domains], [
    ["host boot turns it on"],
    [],
    [],
  ]);
});
