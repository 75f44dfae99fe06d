/** The power fails at every single write of a command, whole and torn: afterwards it was done, or it was not, and all is sound. */
import assert from "node:assert/strict";
import { type Fork, Host, mediumWrites, violations } from "../../src/host/mod.ts";
import { failPower } from "../../src/host/power_failure.ts";
import { hostFrom, imageFrom, sessionOn } from "../support/session.ts";

/** Namespaces by what labels say of them. */
const inventory = (fork: Fork): string =>
  fork.dom0.namespaces().filter(({ size }) => size > 0)
    .map(({ uuid, altName, size }) => `${uuid} ${altName} ${size}`).sort().join("\n");

/** The host as it is after a failure with so many writes done. */
function afterFailure(host: Host, writes: ReturnType<typeof mediumWrites>, reached: number, torn: boolean): Fork {
  const fork = host.fork();
  failPower(fork, { writes, reached, torn });
  return fork;
}

for (
  const [fixture, line] of [
    ["carve-modes-v12", "ndctl create-namespace -m fsdax -s 64M -n new"],
    ["carve-v11", "ndctl create-namespace -m raw -s 32M -n new"],
    ["carve-modes-v12", "ndctl destroy-namespace -f namespace0.1"],
  ] as const
) {
  Deno.test(`${line} on ${fixture}: done or not done, whichever write the power fails at`, async () => {
    const host = hostFrom(imageFrom(fixture));
    const trial = sessionOn(host.trial());
    assert.equal((await trial.run(line)).status, 0);
    const writes = mediumWrites(trial.session.host().collected.steps);
    assert.ok(writes.length > 5);
    const before = inventory(afterFailure(host, writes, 0, false));
    const after = inventory(afterFailure(host, writes, writes.length, false));
    assert.notEqual(before, after);
    let turned = 0;
    let last = before;
    for (let reached = 0; reached <= writes.length; reached++) {
      for (const torn of [false, true]) {
        const fork = afterFailure(host, writes, reached, torn);
        assert.deepEqual(violations(fork), [], `write ${reached}${torn ? ", torn" : ""}`);
        const now = inventory(fork);
        // A name or uuid may come before the capacity; what other namespaces hold never changes.
        assert.ok(
          [before, after].includes(now) || now.startsWith(before),
          `write ${reached}${torn ? ", torn" : ""}: ${now}`,
        );
        if (!torn && now !== last) [turned, last] = [turned + 1, now];
      }
    }
    assert.equal(turned, 1, "one write decides");
  });
}

Deno.test("on an interleaved set a half-told namespace is not there, and the others are", async () => {
  const host = hostFrom(imageFrom("iset-two-way"));
  const trial = sessionOn(host.trial());
  await trial.run("ndctl create-namespace -m raw -s 64M -n new");
  const writes = mediumWrites(trial.session.host().collected.steps);
  const whole = inventory(afterFailure(host, writes, writes.length, false)).split("\n");
  for (let reached = 0; reached <= writes.length; reached++) {
    const fork = afterFailure(host, writes, reached, false);
    const now = inventory(fork).split("\n").filter((row) => row !== "");
    assert.ok(now.every((row) => whole.includes(row)), `write ${reached}`);
  }
});

Deno.test("the verb cuts the power in the middle of a command and says how far it got", async () => {
  const { run, session } = sessionOn(hostFrom(imageFrom("carve-modes-v12")));
  const cut = await run("host power-fail --after-write 3 --torn --during ndctl create-namespace -m raw -s 32M -n new");
  assert.equal(cut.status, 0);
  assert.match(cut.err, /^3 of 14 writes reached the media, the next one in half\n/);
  assert.deepEqual(violations(session.host().fork()), []);
  assert.match((await run("undo")).err, /turned the power off or on/);
  assert.equal((await run("host power-fail --during")).status, 2);
});
