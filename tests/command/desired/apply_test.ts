import assert from "node:assert/strict";
import { violations } from "../../../src/host/mod.ts";
import { commandsOf, desired, type DesiredSession, outOf, YES } from "./support.ts";

const FIXTURE = "server-two-socket";

/** Plans, applies, and checks that nothing is different any more. Returns the plan's commands. */
async function brought(test: DesiredSession, text: string): Promise<string[]> {
  const plan = await test.on("plan", text);
  assert.equal(plan.status, 6, plan.err);
  const before = test.session.host().journal(99).length;
  const applied = await test.on("apply", text, YES);
  assert.equal(applied.status, 0, applied.err);
  assert.equal(test.session.host().journal(99).length, before + 1);
  await settled(test, text);
  return commandsOf(plan);
}

async function settled(test: DesiredSession, text: string): Promise<void> {
  const { generation } = test.session.host();
  const diff = await test.on("diff", text);
  assert.deepEqual([diff.status, diff.out], [0, ""]);
  const plan = await test.on("plan", text);
  assert.deepEqual([plan.status, plan.out], [0, ""]);
  assert.equal((await test.on("apply", text)).status, 0);
  assert.equal(test.session.host().generation, generation);
  assert.deepEqual(violations(test.session.host().fork()), []);
}

Deno.test("an empty file wants nothing", async () => {
  await settled(desired(FIXTURE), "");
});

Deno.test("what a namespace does not have as wanted is configured in place; the rest of it stays", async () => {
  const test = desired(FIXTURE);
  assert.deepEqual(await brought(test, '[namespace.db1]\nalign = "1G"'), [
    "ndctl create-namespace -f -e namespace1.0 -m fsdax -M dev -a 1G",
  ]);
  assert.deepEqual(await brought(test, '[namespace.db1]\nmap = "mem"\n[namespace.log0]\nsector_size = 512'), [
    "ndctl create-namespace -f -e namespace1.0 -m fsdax -M mem -a 1G",
    "ndctl create-namespace -f -e namespace0.2 -m sector -l 512",
  ]);
});

Deno.test("shrinking comes before growing, which needs room right beside, else the namespace is made elsewhere", async () => {
  const test = desired(FIXTURE);
  const text = '[namespace.cache1]\nsize = "8G"\n[namespace.files1]\nsize = "6G"\n[namespace.db1]\nsize = "28G"';
  assert.deepEqual(await brought(test, text), [
    "ndctl create-namespace -f -e namespace1.0 -m fsdax -M dev -a 2M -s 28G",
    "ndctl create-namespace -f -e namespace1.4 -m fsdax -M dev -a 2M -s 6G",
    "ndctl destroy-namespace -f namespace1.2",
    "ndctl create-namespace -r region1 -n cache1 -m devdax -M mem -a 1G -s 8G",
  ]);
});

Deno.test("a namespace that is wanted in another region is destroyed and made there", async () => {
  assert.deepEqual(await brought(desired(FIXTURE), "[namespace.log1]\nnuma_node = 0"), [
    "ndctl destroy-namespace -f namespace1.1",
    "ndctl create-namespace -r region0 -n log1 -m sector -l 512 -s 4G",
  ]);
});

Deno.test("an interleave set is known by its cookie, however it is written", async () => {
  const test = desired(FIXTURE);
  await settled(
    test,
    '[namespace.db1]\niset_id = "13958277918673111176"\n[namespace.db0]\niset_id = 1902141718599207048',
  );
});

Deno.test("a disabled namespace is enabled, and only then compared", async () => {
  const test = desired(FIXTURE);
  await test.run("ndctl disable-namespace namespace1.0");
  const text = '[namespace.db1]\nmode = "fsdax"\nsize = "32G"';
  assert.match(outOf(await test.on("diff", text)), /~ namespace db1 \(namespace1\.0\)\n {4}state disabled → active\n/);
  assert.deepEqual(await brought(test, text), ["ndctl enable-namespace namespace1.0"]);
});

Deno.test("a namespace without a label is known by the kernel's name", async () => {
  const test = desired("host-one-nolabel");
  const wants = '[namespace."namespace0.0"]\nmode = "fsdax"\n';
  assert.deepEqual(await brought(test, wants), ["ndctl create-namespace -f -e namespace0.0 -m fsdax"]);
  await settled(test, `[options]\nprune = ["namespace"]\n${wants}`);
});

Deno.test("what Xen has is taken back where it has to be, its structures after their users", async () => {
  const test = desired(FIXTURE);
  const shared = `
[namespace.meta]
region = "region1"
mode = "raw"
size = "4G"
[namespace.scratch1]
mode = "raw"
`;
  assert.deepEqual(await brought(test, `${shared}[xen.scratch1]\nmgmt = "meta"\n`), [
    "ndctl create-namespace -r region1 -n meta -m raw -s 4G",
    "xl pmem-setup --namespace namespace1.3 --mgmt namespace1.5",
  ]);
  assert.deepEqual(await brought(test, `${shared}[xen.scratch1]\nmgmt = "meta"\nalign = "1G"\n`), [
    "xl pmem-release --namespace namespace1.3",
    "xl pmem-setup --namespace namespace1.3 --mgmt namespace1.5 --align 1G",
  ]);
  const larger = shared.replace("4G", "5G");
  assert.deepEqual(await brought(test, `${larger}[xen.scratch1]\nmgmt = "meta"\n`), [
    "xl pmem-release --namespace namespace1.3",
    "xl pmem-release --namespace namespace1.5",
    "ndctl create-namespace -f -e namespace1.5 -m raw -s 5G",
    "xl pmem-setup --namespace namespace1.3 --mgmt namespace1.5",
  ]);
  assert.deepEqual(await brought(test, '[xen.scratch1]\nstate = "absent"\n[xen.meta]\nstate = "absent"'), [
    "xl pmem-release --namespace namespace1.3",
    "xl pmem-release --namespace namespace1.5",
  ]);
});

Deno.test("guests are started last, changed by a restart where that is allowed, and stopped first", async () => {
  const test = desired(FIXTURE);
  const config = (more: string) => `name = "g"\ntype = "hvm"\nuuid = "6d1f0a52-5a3c-4f0e-9a3b-000000000001"\n${more}`;
  test.put("g.cfg", config("memory = 512\n"));
  const running = '[domain.g]\nconfig = "g.cfg"\nstate = "running"\nautostart = true\n';
  assert.deepEqual(await brought(test, running), ["xl create g.cfg", "host autostart add g.cfg"]);

  test.put("g.cfg", config("# another comment\nmemory = 512\n"));
  assert.deepEqual(await brought(test, running), ["host autostart add g.cfg"]);

  test.put("g.cfg", config("memory = 640\n"));
  const barred = await test.on("plan", running);
  assert.equal(barred.status, 4);
  assert.match(barred.err, /g is running with other settings: .*target_memkb 524288 → 655360/);
  assert.deepEqual(await brought(test, `${running}restart = true\n`), [
    "xl shutdown -w g",
    "xl create g.cfg",
    "host autostart add g.cfg",
  ]);
  assert.deepEqual(await brought(test, '[domain.g]\nstate = "off"\nautostart = false'), [
    "xl shutdown -w g",
    "host autostart remove g",
  ]);
});

Deno.test("one more vNVDIMM is attached where the guest kept a slot for it, else it takes a restart", async () => {
  const test = desired(FIXTURE);
  const config = (slots: number, vnvdimms: string) =>
    `name = "g"\ntype = "hvm"\nmemory = 512\nuuid = "6d1f0a52-5a3c-4f0e-9a3b-000000000001"\n` +
    (slots === 0 ? "" : `nvdeck_vnvdimm_reserve = "16G"\nnvdeck_vnvdimm_slots = ${slots}\n`) +
    `vnvdimms = [${vnvdimms}]\n`;
  const wants = '[xen.scratch1]\n[domain.g]\nconfig = "g.cfg"\nstate = "running"\nrestart = true\n';
  test.put("g.cfg", config(1, ""));
  await brought(test, wants);
  test.put("g.cfg", config(1, "'namespace1.3'"));
  assert.deepEqual(await brought(test, wants), ["xl vnvdimm-attach g namespace1.3"]);

  assert.deepEqual(await brought(test, '[domain.g]\nstate = "absent"'), ["xl shutdown -w g", "xl vnvdimm-detach g 0"]);
  test.put("g.cfg", config(0, ""));
  await brought(test, wants);
  test.put("g.cfg", config(0, "'namespace1.3'"));
  assert.deepEqual(await brought(test, wants), ["xl shutdown -w g", "xl create g.cfg"]);
});

Deno.test("a guest that its settings bring back is destroyed", async () => {
  const test = desired(FIXTURE);
  test.put("g.cfg", 'name = "g"\ntype = "hvm"\nmemory = 512\non_poweroff = "restart"\n');
  await brought(test, '[domain.g]\nconfig = "g.cfg"\nstate = "running"');
  assert.deepEqual(await brought(test, '[domain.g]\nstate = "off"'), ["xl shutdown -w g", "xl destroy g"]);
});

Deno.test("what the file does not name is left alone, unless it says otherwise, kind by kind", async () => {
  const test = desired(FIXTURE);
  for (const line of ["xl pmem-setup --namespace namespace1.3", "xl create fixtures/guests/ns1.cfg"]) {
    assert.equal((await test.run(line, YES)).status, 0);
  }
  await settled(test, "[namespace.db1]");
  const plan = await test.on("plan", '[options]\nprune = ["xen"]');
  assert.equal(plan.status, 4);
  assert.match(plan.err, /wanted\.toml: \[xen\.scratch1\]: namespace1\.3 is in use: slot 0 of ns1/);
  const all = '[options]\nprune = ["domain", "xen", "namespace"]\n[namespace.db1]\n[namespace.log0]\n';
  assert.deepEqual(await brought(test, all), [
    "xl shutdown -w ns1",
    "xl vnvdimm-detach ns1 0",
    "xl pmem-release --namespace namespace1.3",
    ...["0.0", "0.3", "0.4", "1.1", "1.2", "1.3", "1.4"].map((id) => `ndctl destroy-namespace -f namespace${id}`),
  ]);
});

Deno.test("the example plans come about, and saved as batch files they do the same", async () => {
  const hosts = [["two-guests", "dom0"], ["frames", "xen"]] as const;
  for (const [name, management] of hosts) {
    const path = `fixtures/plans/${name}.toml`;
    const [applied, batched] = [desired(FIXTURE), desired(FIXTURE)];
    for (const test of [applied, batched]) {
      await test.run(`host init --fixture ${FIXTURE} --management ${management}`, YES);
    }
    await brought(applied, Deno.readTextFileSync(path).replaceAll("../guests", "fixtures/guests"));
    batched.put("plan.nv", outOf(await batched.run(`plan ${path}`)));
    assert.equal((await batched.run("batch plan.nv", YES)).status, 0);
    assert.equal((await batched.run(`diff ${path}`)).status, 0);
    assert.equal((await batched.run(`plan ${path}`)).status, 0);
  }
});

Deno.test("plan and diff have their data as JSON", async () => {
  const test = desired(FIXTURE);
  const text = '[namespace.scratch1]\nmode = "fsdax"\n';
  const diff = JSON.parse(outOf(await test.on("diff --json", text)));
  assert.deepEqual(diff, [{
    kind: "namespace",
    name: "scratch1",
    change: "change",
    device: "namespace1.3",
    line: 1,
    fields: [{ field: "mode", actual: "raw", wanted: "fsdax" }],
  }]);
  const plan = JSON.parse(outOf(await test.on("plan --json", text)));
  assert.equal(plan.lost, 6442450944);
  assert.deepEqual(plan.commands.map(({ command }: { command: string }) => command), [
    "ndctl create-namespace -f -e namespace1.3 -m fsdax",
  ]);
  assert.deepEqual(JSON.parse(outOf(await test.on("plan --json", ""))), { changes: false, lost: 0, commands: [] });
});

Deno.test("on a trial, apply's losses are the trial's: the console sees what it has to ask about", async () => {
  const test = desired(FIXTURE);
  test.put("wanted.toml", '[namespace.scratch1]\nmode = "fsdax"\n');
  const trial = test.session.together();
  const steps = trial.execute(["apply", "wanted.toml"], YES);
  while (!(await steps.next()).done);
  assert.deepEqual(trial.host().collected.losses.map(({ object, bytes }) => [object, bytes]), [[
    "namespace1.3",
    6442450944,
  ]]);
});
