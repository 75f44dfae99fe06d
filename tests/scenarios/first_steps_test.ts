import assert from "node:assert/strict";
import { programPath } from "../../src/cli/paths.ts";
import { sessionFor } from "../support/session.ts";

const SCRIPT = programPath("fixtures/scripts/first-steps.nv");

Deno.test("the first steps run from discovery to a guest's EPT", async () => {
  const { run, said, session } = sessionFor("server-two-socket");
  const executed = await run(`batch ${SCRIPT}`);
  const text = said.join("");
  assert.equal(executed.status, 0, text);
  assert.match(text, /11 run, 0 failed, 3 changed the host/);
  assert.match(text, /cost +160\.00 MiB by the rule \(0\.98 %\), 176\.00 MiB taken/);
  assert.match(text, /→ mpa 0x3c8c000000 +leaf 2 MiB, rwx, WB/);
  assert.match(text, /XENMEM_populate_pmem_map = 0, 63 continuations/);

  const fork = session.host().fork();
  assert.deepEqual(fork.xen.violations(), []);
  const [record] = fork.toolstack.records();
  assert.equal(record!.name, "ns1");
  // What the guest's table says is what Xen has mapped.
  const pmem = [...fork.xen.mappings(record!.domid)].find((run) => run.gpa === 0x1_0000_0000)!;
  assert.equal(pmem.mpa, 0x3c_8c00_0000);
  assert.equal(pmem.length, 0x3_f400_0000);
});

Deno.test("the first steps can be rehearsed: nothing is kept", async () => {
  const { run, session } = sessionFor("server-two-socket");
  const executed = await run(`batch ${SCRIPT}`, { dryRun: true });
  assert.equal(executed.status, 6);
  assert.equal(session.host().generation, 1);
});

Deno.test("each step by itself, rehearsed, changes nothing and says what it would do", async () => {
  const { run, session } = sessionFor("server-two-socket");
  for (
    const [line, says] of [
      ["ndctl create-namespace -r region1 -m raw -s 16G -n first", /\+ namespace1\.5: raw 16\.00 GiB "first"/],
      ["xl pmem-setup --namespace namespace1.3", /losses:\n {2}namespace1\.3: 83886080 bytes/],
      ["ndctl destroy-namespace -f namespace0.0", /- namespace0\.0: fsdax 32\.00 GiB "db0"/],
    ] as const
  ) {
    const executed = await run(line, { dryRun: true });
    assert.equal(executed.status, 6, line);
    assert.match(String(executed.out), says);
    assert.equal(session.host().generation, 1);
  }
});
