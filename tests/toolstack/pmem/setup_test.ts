/** Handing namespaces to Xen and taking them back, on real fixtures. */
import assert from "node:assert/strict";
import { isZero } from "../../../src/base/bytes.ts";
import { type Spa } from "../../../src/abi/address.ts";
import { MiB } from "../../../src/base/units.ts";
import { type DaxDevice } from "../../../src/dom0/mod.ts";
import { STATE_FLAG } from "../../../src/acpi/mod.ts";
import { withDimmFlags } from "../flags.ts";
import { Story } from "../story.ts";

const SERVER = "server-two-socket";

Deno.test("a raw namespace is one hypercall, loses its first bytes and is held in dom0", () => {
  const story = Story.on(SERVER);
  const calls = story.calls(() => {
    const out = story.ok("xl pmem-setup --namespace namespace1.3");
    assert.match(out, /head {6}0x3a00000000 - 0x3a00200000/);
    assert.match(out, /data {6}0x3a05000000 - 0x3b80000000/);
    assert.match(out, /60.00 MiB by the rule \(0.98 %\), 66.00 MiB taken/);
  });
  assert.deepEqual(calls, ["XENPF_pmem_add 0"]);
  const [loss] = story.fork.recorder.losses;
  assert.deepEqual([loss!.object, loss!.bytes], ["namespace1.3", 80 * MiB]);
  assert.equal(story.fork.dom0.holderOf("pmem1.3"), "reported to Xen");
  assert.ok(isZero(story.fork.memory.load(0x3a00000000 as Spa, 2 * MiB)._unsafeUnwrap()));
  story.sound();
});

Deno.test("fsdax gives its page-map area and loses nothing", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace0.0");
  assert.deepEqual(story.fork.recorder.losses, []);
  const lists = story.ok("xl pmem-list");
  assert.equal(
    lists,
    `List of RAW PMEM regions:
 0: mfn 0x400000 - 0xc00000, pxm 0
List of MGMT PMEM regions:
 0: mfn 0x400200 - 0x420200, used 0x16000 pages
List of DATA PMEM regions:
 0: mfn 0x420200 - 0xc00000, mgmt mfn 0x400200 - 0x416200
`,
  );
  assert.equal(story.ok("xl pmem-list -d").split("\n").length, 3);
});

Deno.test("with --mgmt a raw namespace holds the structures and is wholly Xen's", () => {
  const story = Story.on("carve-modes-v12");
  story.fails("xl pmem-setup --namespace namespace0.1", 1, /page map in memory.*\n--mgmt NAMESPACE/);
  story.fails("xl pmem-setup --namespace namespace0.0", 1, /has 4.00 MiB, Xen's structures take 6.00 MiB\n--mgmt/);
  const calls = story.calls(() => story.ok("xl pmem-setup --namespace namespace0.1 --mgmt namespace0.4"));
  assert.deepEqual(calls, [
    "XENPF_pmem_add_raw 0",
    "XEN_SYSCTL_nvdimm_op setup 0",
    "XENPF_pmem_add_raw 0",
    "XEN_SYSCTL_nvdimm_op setup 0",
  ]);
  assert.deepEqual(story.fork.recorder.losses.map(({ object, bytes }) => [object, bytes]), [
    ["namespace0.4", 64 * MiB],
  ]);
  story.ok("xl pmem-setup --namespace namespace0.0 --mgmt namespace0.4");
  assert.equal(story.fork.recorder.losses.length, 1, "it is Xen's already");
  story.fails("xl pmem-release --namespace namespace0.4", 1, /holds Xen's structures of namespace0.1, namespace0.0/);
  story.sound();
});

Deno.test("what cannot be handed over says why and what to do instead", () => {
  const story = Story.on(SERVER);
  const refusals: [string, RegExp][] = [
    ["--namespace namespace7.7", /there is no namespace namespace7.7\nndctl list -N/],
    ["--namespace namespace0.5", /there is no namespace/],
    ["--namespace namespace0.2", /sector mode.*\nndctl create-namespace -f -e namespace0.2 -m fsdax/],
    ["--namespace namespace1.3 --mgmt namespace1.3", /cannot hold its own/],
    ["--namespace namespace1.4 --mgmt namespace0.0", /namespace0.0 is in fsdax mode/],
    ["--namespace namespace1.3 --align 3M", /--align 3145728 is not possible\n16M or 1G/],
  ];
  for (const [line, says] of refusals) story.fails(`xl pmem-setup ${line}`, 1, says);
  story.ok("xl pmem-setup --namespace namespace1.3 --align 1G");
  story.fails("xl pmem-setup --namespace namespace1.3", 1, /is Xen's already/);
  story.fails("xl pmem-setup --namespace namespace1.4 --mgmt namespace1.3", 1, /reported for guests/);
  assert.match(story.ok("xl pmem-list -d"), /mfn 0x3a40000 - 0x3b80000/);
});

Deno.test("a disabled namespace, one that somebody has open, and one that is RAM are refused", () => {
  const story = Story.on(SERVER);
  story.ok("ndctl disable-namespace namespace1.3");
  story.fails("xl pmem-setup --namespace namespace1.3", 1, /is disabled\nndctl enable-namespace namespace1.3/);
  story.fork.dom0.openExclusive("dax1.2", "open by a program")._unsafeUnwrap();
  story.fails("xl pmem-setup --namespace namespace1.2", 1, /in use: \/dev\/dax1.2 is open by a program/);
  const { devices } = story.fork.state.dom0;
  devices.set("dev/dax1.2", { ...devices.get("dev/dax1.2")!, driver: "kmem" } as DaxDevice);
  const ram = new Story(story.fork);
  story.fork.forgetModels();
  ram.fails(
    "xl pmem-setup --namespace namespace1.2",
    1,
    /ordinary memory of dom0 \(dax1.2\)\ndaxctl reconfigure-device/,
  );
});

for (
  const [flag, says] of [
    ["notArmed", /nmem0 is not armed/],
    ["saveFailed", /nmem0: its last save failed/],
    ["restoreFailed", /nmem0: its last restore failed/],
    ["flushFailed", /nmem0: its last flush failed/],
  ] as const
) {
  Deno.test(`a DIMM with ${flag} set is not handed over`, () => {
    const story = Story.on("xen-dom0-carved", (image) => withDimmFlags(image, 1, STATE_FLAG[flag]));
    story.fails("xl pmem-setup --namespace namespace0.0", 1, says);
    assert.equal(story.ok("xl pmem-list -d"), "");
  });
}

Deno.test("where Xen manages pmem, namespaces are refused, and frames where dom0 does", () => {
  const story = Story.on(SERVER);
  story.fails("xl pmem-setup -m 0x400000 0x410000", 1, /dom0 manages pmem/);
  const xens = Story.on(SERVER, (image) => ({ ...image, facts: { ...image.facts, management: "xen" } }));
  xens.fails("xl pmem-setup --namespace namespace0.0", 1, /Xen manages pmem on this host/);
  xens.fails("xl pmem-release --namespace namespace0.0", 1, /Xen manages pmem on this host/);
});

Deno.test("a usage that v4 does not have is refused with a status of 2, a bad number with 1", () => {
  const story = Story.on(SERVER);
  for (
    const line of ["", "-m 1", "-m -d 1 2", "-d 1 2", "-d 1 2 3", "-m 1 2 3", "--namespace n --mgmt", "--namespace n x"]
  ) {
    story.fails(`xl pmem-setup ${line}`, 2, /Error: 'xl pmem-setup'/);
  }
  story.fails("xl pmem-setup -m 1 lots", 1, /failed to convert "lots" to number/);
});

Deno.test("release gives a namespace back untouched, unless somebody has or is owed it", () => {
  const story = Story.on(SERVER);
  const data = 0x3a05000000 as Spa;
  story.fork.memory.store(data, Uint8Array.of(1, 2, 3));
  story.fails("xl pmem-release --namespace namespace1.3", 1, /is not Xen's\n/);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.start(1, ["namespace1.3"]);
  story.fails("xl pmem-release --namespace namespace1.3", 1, /in use by g1, slot 0\nxl shutdown g1/);
  story.ok("xl shutdown g1");
  story.fails("xl pmem-release --namespace namespace1.3", 1, /kept for g1, slot 0.*\n--forget g1/);
  assert.match(story.ok("xl pmem-release --namespace namespace1.3 --forget g1"), /g1 has no claim on it any more/);
  assert.equal(story.ok("xl pmem-list"), "");
  assert.equal(story.fork.dom0.holderOf("pmem1.3"), undefined);
  assert.deepEqual([...story.fork.memory.load(data, 3)._unsafeUnwrap()], [1, 2, 3]);
  story.ok("ndctl destroy-namespace -f namespace1.3");
  story.sound();
});

Deno.test("a chunk of structures that a neighbour shares keeps a namespace with Xen, and the neighbour is named", () => {
  const story = Story.on("iset-two-way");
  const [first, second] = [story.carve("region0", "64M"), story.carve("region0", "64M")];
  story.ok(`xl pmem-setup --namespace ${first}`);
  story.ok(`xl pmem-setup --namespace ${second}`);
  story.fails(`xl pmem-release --namespace ${first}`, 1, new RegExp(`holds Xen's structures of ${second}`));
  story.ok(`xl pmem-release --namespace ${second}`);
  story.ok(`xl pmem-release --namespace ${first}`);
});

Deno.test("--align stood behind the namespace of --mgmt and was taken for another operand", () => {
  const story = Story.on(SERVER);
  const meta = story.carve("region1", "1G");
  const out = story.ok(`xl pmem-setup --namespace namespace1.3 --mgmt ${meta} --align 1G`);
  assert.match(out, /data {6}0x3a40000000 - 0x3b80000000/);
});

Deno.test("structures in another namespace were built twice when a namespace was taken back and handed over again", () => {
  const story = Story.on("iset-two-way");
  const [meta, first, second] = ["64M", "64M", "512M"].map((size) => story.carve("region0", size));
  const used = () => story.fork.xen.regions("mgmt").map((region) => region.used);
  story.ok(`xl pmem-setup --namespace ${first} --mgmt ${meta}`);
  const alone = used();
  story.ok(`xl pmem-setup --namespace ${second} --mgmt ${meta}`);
  const both = used();
  assert.notDeepEqual(alone, both);

  // Behind it lie the other's: its own stay where they are, and are found again.
  story.ok(`xl pmem-release --namespace ${first}`);
  assert.deepEqual(used(), both);
  story.sound();
  story.ok(`xl pmem-setup --namespace ${first} --mgmt ${meta}`);
  assert.deepEqual(used(), both);
  story.sound();

  // The last ones are given back.
  story.ok(`xl pmem-release --namespace ${second}`);
  assert.deepEqual(used(), alone);
  story.ok(`xl pmem-setup --namespace ${second} --mgmt ${meta}`);
  assert.deepEqual(used(), both);
  story.sound();
});

Deno.test("while it is Xen's, dom0's own tools are refused as for anything in use", () => {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.fails("ndctl destroy-namespace -f namespace1.3", 240, /busy/i);
  story.fails("ndctl disable-namespace namespace1.3", 240, /busy/i);
  story.fails("ndctl create-namespace -f -e namespace1.3 -m fsdax", 240, /busy/i);
});

for (const fixture of ["carve-modes-v12", "iset-two-way", "host-four-mixed", "xen-dom0-carved", SERVER]) {
  Deno.test(`${fixture}: a carved namespace can be handed over and given to a guest`, () => {
    const story = Story.on(fixture);
    const region = story.fork.dom0.regions().find(({ number }) => story.fork.dom0.capacity(number).extent >= 64 * MiB)!;
    const namespace = story.carve(region.name, "64M");
    story.ok(`xl pmem-setup --namespace ${namespace}`);
    story.start(1, [namespace]);
    assert.match(story.ok("xl vnvdimm-list g1"), / 0 running 0x000100000000 {2}4[68]\.\d\d MiB/);
    story.sound();
  });
}
