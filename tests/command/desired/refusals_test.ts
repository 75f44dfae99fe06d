import assert from "node:assert/strict";
import { desired, type DesiredSession, YES } from "./support.ts";

const FIXTURE = "server-two-socket";

async function refusal(text: string, test: DesiredSession = desired(FIXTURE)): Promise<[number, string]> {
  const before = test.session.host().generation;
  const { status, err } = await test.on("plan", text);
  assert.equal(test.session.host().generation, before);
  assert.equal((await test.on("apply", text, YES)).status, status);
  assert.equal(test.session.host().generation, before);
  return [status, err];
}

Deno.test("every fault of a file is told at once, with its line and what was meant", async () => {
  const [status, err] = await refusal(`
[option]
prune = true
[namespace.db]
sise = "16G"
mode = "fsdx"
align = 3.5
[xen.db]
mgmt = "db2"
[xen.db2]
[domain.web1]
config = "nope.cfg"
state = "running"
[domain.web2]
autostart = true
[[frames]]
data = [1, 2]
[namespace."a\\u0007"]
`);
  assert.equal(status, 2);
  assert.deepEqual(err.split("\n").slice(0, -1), [
    'nvdeck: wanted.toml:2: there is no table "option"; did you mean "options"?',
    'nvdeck: wanted.toml:5: [namespace.db] has no key "sise"; did you mean "size"?',
    'nvdeck: wanted.toml:6: mode takes one of "raw", "sector", "fsdax", "devdax"',
    'nvdeck: wanted.toml:7: align takes a size such as "16G"',
    "nvdeck: wanted.toml:10: db2 holds the structures of db, wholly Xen's: it needs no table of its own",
    "nvdeck: wanted.toml:12: nope.cfg: No such file or directory",
    "nvdeck: wanted.toml:14: config is missing: the xl.cfg to start it with",
    "nvdeck: wanted.toml:16: mgmt is missing: which frames hold Xen's structures",
    "nvdeck: wanted.toml:18: a name has 1 to 63 bytes, none of them a control character",
    '"nvdeck help plan" explains the format',
  ]);
});

Deno.test("what makes no sense together is refused where it stands", async () => {
  const [status, err] = await refusal(`
[namespace.a]
mode = "raw"
align = "2M"
[namespace.b]
state = "absent"
size = "1G"
[namespace.c]
mode = "devdax"
sector_size = 512
[domain.d]
state = "absent"
autostart = true
config = "fixtures/guests/ns1.cfg"
`);
  assert.equal(status, 2);
  assert.match(err, /toml:4: align is for fsdax and devdax, not for raw/);
  assert.match(err, /toml:7: size means nothing beside state = "absent"/);
  assert.match(err, /toml:10: devdax has no sectors/);
  assert.match(err, /toml:13: autostart contradicts state = "absent"/);
});

Deno.test("an object that is not there ends with 3, one that means several or another with 4", async () => {
  assert.deepEqual(await refusal('[namespace.a]\nregion = "region7"'), [
    3,
    "nvdeck: wanted.toml:1: [namespace.a]: no region is the one asked for\n" +
    "there is region0 on node 0, region1 on node 1\n",
  ]);
  assert.match((await refusal("[xen.a]"))[1], /there is no namespace a, and the file makes none/);
  assert.match((await refusal('[namespace."namespace0.9"]'))[1], /such names are the kernel's to give/);
  assert.match((await refusal('[namespace."namespace1.3"]'))[1], /namespace1\.3 is called "scratch1"/);
  assert.equal((await refusal('[namespace."namespace1.3"]'))[0], 4);

  const twins = desired(FIXTURE);
  await twins.run("ndctl create-namespace -m raw -s 1G -n scratch1 -r region0");
  const [status, err] = await refusal("[namespace.scratch1]", twins);
  assert.equal(status, 4);
  assert.match(err, /namespace0\.5 and namespace1\.3 are both called scratch1/);
});

Deno.test("a page map is for two modes, also where the file leaves the mode as it is", async () => {
  const [status, err] = await refusal('[namespace.scratch1]\nmap = "dev"');
  assert.equal(status, 2);
  assert.match(err, /map is for fsdax and devdax, and namespace1\.3 is raw/);
});

Deno.test("a configuration is that of the domain that it is declared for", async () => {
  const [status, err] = await refusal('[domain.web]\nconfig = "fixtures/guests/ns1.cfg"\nstate = "running"');
  assert.equal(status, 2);
  assert.match(err, /fixtures\/guests\/ns1\.cfg is the configuration of "ns1"/);
});

Deno.test("a size for which no region has room is refused with what there is", async () => {
  const [status, err] = await refusal('[namespace.a]\nnuma_node = 0\nsize = "100G"');
  assert.equal(status, 4);
  assert.match(err, /wanted\.toml:1: \[namespace\.a\]: 100G are not free in one piece \(region0 53G\)/);
});

Deno.test("a command that would fail is named with the line that asks for it and the tool's own words", async () => {
  const [status, err] = await refusal('[namespace.a]\nsize = "1G"\n[namespace.b]\nsize = "1000M"\nregion = "region1"');
  assert.equal(status, 1);
  assert.equal(
    err,
    "nvdeck: wanted.toml:3: namespace b: command 2 of the plan would fail (status 234): " +
      "ndctl create-namespace -r region1 -n b -s 1000M\n" +
      "  Error: create namespace: region1: align setting is 0x1000000 size 0x3e800000 is misaligned\n",
  );
});

Deno.test("a namespace in use is not touched, and the way out is named", async () => {
  const mounted = desired(FIXTURE);
  for (const line of ["mkfs.ext4 /dev/pmem1", "mount -o dax /dev/pmem1 /mnt/p1"]) {
    assert.equal((await mounted.run(line, YES)).status, 0, line);
  }
  for (const text of ['[namespace.db1]\nmode = "devdax"', '[namespace.db1]\nstate = "absent"']) {
    const [status, err] = await refusal(text, mounted);
    assert.equal(status, 4);
    assert.match(err, /namespace1\.0 is in use: mounted on \/mnt\/p1\numount \/mnt\/p1\n/);
  }

  const given = desired(FIXTURE);
  for (const line of ["xl pmem-setup --namespace namespace1.3", "xl create fixtures/guests/ns1.cfg"]) {
    assert.equal((await given.run(line, YES)).status, 0, line);
  }
  const wants = '[namespace.scratch1]\nmode = "devdax"\n';
  assert.match((await refusal(wants, given))[1], /in use: slot 0 of ns1, which is running\nxl shutdown ns1, then/);
  assert.match((await refusal('[xen.scratch1]\nstate = "absent"', given))[1], /in use: slot 0 of ns1/);
  // Off is not enough: the memory is kept for it.
  const [status, err] = await refusal(`${wants}[xen.scratch1]\n[domain.ns1]\nstate = "off"`, given);
  assert.equal(status, 4);
  assert.match(err, /is kept for slot 0 of ns1.*\nxl pmem-release --namespace namespace1\.3 --forget ns1/);
});

Deno.test("a mount keeps a namespace from being made anew, not from being taken back from Xen", async () => {
  const test = desired(FIXTURE);
  const lines = [
    "mkfs.ext4 /dev/pmem1",
    "mount -o dax /dev/pmem1 /mnt/p1",
    "xl pmem-setup --namespace namespace1.0 --mgmt namespace1.3",
  ];
  for (const line of lines) assert.equal((await test.run(line, YES)).status, 0, line);
  assert.match((await refusal('[xen.db1]\n[namespace.db1]\nmode = "devdax"', test))[1], /mounted on \/mnt\/p1\numount/);
  assert.equal((await test.on("apply", '[xen.db1]\nstate = "absent"', YES)).status, 0);
});

Deno.test("a namespace that is Xen's is made anew only where the file says that it may be", async () => {
  const test = desired(FIXTURE);
  await test.run("xl pmem-setup --namespace namespace1.3", YES);
  const [status, err] = await refusal('[namespace.scratch1]\nmode = "fsdax"', test);
  assert.equal(status, 4);
  assert.match(err, /\[namespace\.scratch1\]: namespace1\.3 is Xen's, which the file does not mention/);
});

Deno.test("frames are for a host whose pmem Xen manages, namespaces for the others", async () => {
  assert.match((await refusal("[[frames]]\nmgmt = [0x400000, 0x420000]"))[1], /dom0 manages pmem on this host/);
  const xen = desired(FIXTURE);
  await xen.run(`host init --fixture ${FIXTURE} --management xen`, YES);
  const [status, err] = await refusal("[namespace.a]\n[xen.a]", xen);
  assert.equal(status, 4);
  assert.match(err, /wanted\.toml:1: .*dom0 has no namespaces\n/);
});

Deno.test("while the host is off nothing is compared", async () => {
  const test = desired(FIXTURE);
  await test.run("host shutdown", YES);
  assert.equal((await test.on("diff", "")).status, 4);
});

Deno.test("an unconfirmed loss and --read-only keep apply from anything", async () => {
  const test = desired(FIXTURE);
  const wants = '[namespace.scratch1]\nmode = "devdax"';
  const refused = await test.on("apply", wants);
  assert.equal(refused.status, 4);
  assert.match(refused.err, /--yes/);
  assert.match(test.said.join(""), /# {3}loses namespace1\.3: 6442450944 bytes/);
  assert.equal((await test.on("apply", wants, { ...YES, readOnly: true })).status, 4);
  assert.equal((await test.on("plan", wants, { readOnly: true })).status, 6);
  assert.equal((await test.on("apply", wants, { dryRun: true })).status, 6);
  assert.equal(test.session.host().generation, 1);
});
