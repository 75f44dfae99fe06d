/** `guest ndctl`: a guest carves its vNVDIMM with its own tools; what it carved is in its label pages. */
import assert from "node:assert/strict";
import { utf8 } from "../../../src/base/bytes.ts";
import { type Json, parseJson } from "../../../src/base/json.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { outText } from "../../../src/command/language/output.ts";
import { ndctlCommands } from "../../../src/command/ndctl/ndctl_commands.ts";
import { memoryFiles } from "../tables/memory_files.ts";
import { hostFrom, imageFrom, sessionOn, type TestSession } from "../../support/session.ts";

const CONFIG = [
  'name = "web1"',
  'uuid = "11111111-2222-4333-8444-555555555555"',
  'type = "hvm"',
  "memory = 128",
  "vnvdimms = [ 'type=namespace, backend=namespace0.2, nr_label_pages=32' ]",
  "",
].join("\n");

/** A host that has just started, the guest's configuration in a file. */
async function session(): Promise<TestSession & { ok(line: string): Promise<string> }> {
  const made = sessionOn(hostFrom(imageFrom("server-two-socket")), {
    files: memoryFiles({ "web1.cfg": utf8(CONFIG) }),
  });
  const ok = async (line: string): Promise<string> => {
    const outcome = await made.run(line, { yes: true });
    assert.equal(outcome.status, 0, `${line}\n${outcome.err}`);
    return outText(outcome);
  };
  await ok("host reboot"); // so that numbers of namespaces stay
  await ok("xl pmem-setup --namespace namespace0.2");
  return { ...made, ok };
}

const CARVE = [
  "guest ndctl --domain web1 disable-region region0",
  "guest ndctl --domain web1 init-labels nmem0",
  "guest ndctl --domain web1 enable-region region0",
  "guest ndctl --domain web1 create-namespace -m fsdax -s 4G -n data",
  "guest ndctl --domain web1 create-namespace -m devdax -s 2G",
  "guest ndctl --domain web1 create-namespace -m sector -s 1G",
];

const namespaces = (text: string): Json[] =>
  (parseJson(text) as Json[]).map((one) =>
    ["mode", "size", "uuid", "name"].map((key) => atPointer(one, `/${key}`) ?? null)
  );

Deno.test("namespaces carved in a guest outlast its reboots and the host's, and are no business of dom0's", async () => {
  const { ok } = await session();
  await ok("xl create web1.cfg");
  for (const line of CARVE) await ok(line);
  const listed = async () => namespaces(await ok("guest ndctl --domain web1 list -N"));
  const carved = await listed();
  assert.deepEqual(carved.map((one) => (one as Json[])[0]), ["sector", "devdax", "fsdax"]);
  const dom0 = await ok("ndctl list -RN");

  await ok("xl reboot web1");
  assert.deepEqual(await listed(), carved);
  await ok("xl shutdown web1");
  await ok("xl create web1.cfg");
  assert.deepEqual(await listed(), carved);
  await ok("host reboot");
  await ok("xl create web1.cfg");
  assert.deepEqual(await listed(), carved);
  assert.equal(await ok("ndctl list -RN"), dom0);
  assert.match(await ok("host check"), /every invariant holds/);
});

Deno.test("the guest's labels pass through the device model into the label pages that Xen keeps for it", async () => {
  const { ok, session: its } = await session();
  await ok("xl create web1.cfg");
  await ok("guest ndctl --domain web1 disable-region region0");
  const before = its.host().journal(1)[0]!.sequence;
  await ok("guest ndctl --domain web1 init-labels nmem0");
  const { vnvdimms: [nv] } = its.host().fork().toolstack.records()[0]!;
  const area = (nv!.runs[0]!.mfn + nv!.pages) * 4096;
  const index = its.host().fork().machine.load(area as never, 16)._unsafeUnwrap();
  assert.equal(new TextDecoder().decode(index), "NAMESPACE_INDEX\0");
  const [entry] = its.host().journal(1);
  assert.ok(entry!.sequence > before);
  assert.match(await ok("trace -n 1"), /d0 {2}41 \S*dm_op.* = 0\n/);
});

Deno.test("a guest that was made paused has no tables until it runs", async () => {
  const { ok, run } = await session();
  await ok("xl create -p web1.cfg");
  assert.match(await ok("guest show --domain web1"), /is paused[\s\S]*its firmware has not run yet/);
  assert.equal((await run("guest probe --domain web1")).status, 4);
  await ok("xl unpause web1");
  assert.match(await ok("guest show --domain web1"), /runs;[\s\S]*SSDT/);
});

Deno.test("nobody is asked, as ndctl asks nobody, but for --ask; a dry run tells what would be written", async () => {
  const { ok, run } = await session();
  await ok("xl create web1.cfg");
  for (const line of CARVE.slice(0, 4)) await ok(line);
  const destroy = "guest ndctl --domain web1 destroy-namespace -f namespace0.0";
  const dry = await run(destroy, { dryRun: true });
  assert.equal(dry.status, 6);
  assert.match(outText(dry), /hypercall .*dm_op[\s\S]*in the guest: /);
  const asked = await run(destroy, { ask: true });
  assert.deepEqual([asked.status, asked.changed], [4, false]);
  const done = await run(destroy);
  assert.deepEqual([done.status, done.changed], [0, true]);
});

Deno.test("exit status and output are ndctl's; words after --domain are its alone", async () => {
  const { ok, run } = await session();
  await ok("xl create web1.cfg");
  const inGuest = (words: string) => run(`guest ndctl --domain web1 ${words}`);
  assert.equal(outText(await inGuest("--version")), outText(await run("ndctl --version")));
  assert.equal((await inGuest("no-such-verb")).status, (await run("ndctl no-such-verb")).status);
  assert.equal((await inGuest("list --nothing")).status, 129);
  assert.equal(
    (await inGuest("destroy-namespace namespace7.0")).status,
    (await run("ndctl destroy-namespace namespace7.0")).status,
  );
  assert.equal((await run("guest ndctl list --domain web1")).status, 2);
  assert.equal((await inGuest("monitor")).status, 2);
});

Deno.test("no verb of ndctl reaches past the guest", async () => {
  const { ok, run } = await session();
  await ok("xl create web1.cfg");
  for (const { name, kind } of ndctlCommands) {
    if (kind === "session" || name[1] === undefined) continue;
    for (const words of ["", "all", "nmem0", "region0", "namespace0.0", "-f all"]) {
      await run(`guest ndctl --domain web1 ${name[1]} ${words}`, { dryRun: true, yes: true });
    }
  }
  assert.match(await ok("host check"), /every invariant holds/);
});
