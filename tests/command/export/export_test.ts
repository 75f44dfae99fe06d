/** `export qemu|libvirt|xl`: what a real tool would be given. */
import assert from "node:assert/strict";
import { textOf, utf8 } from "../../../src/base/bytes.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { outText } from "../../../src/command/language/output.ts";
import { parseConfig } from "../../../src/toolstack/mod.ts";
import { type Guest, hostWithGuest } from "../tables/guest_host.ts";
import { memoryFiles } from "../tables/memory_files.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

const FIXTURE = "server-two-socket";
const on = (namespace: string, labels = 0, ...more: string[]): Guest => ({
  setup: [namespace],
  config: [`vnvdimms = [ 'type=namespace, backend=${namespace}, nr_label_pages=${labels}' ]`, ...more],
});
const runOn = (guest: Guest, line: string) => sessionOn(hostWithGuest(FIXTURE, guest)).run(line);

const DEVDAX = on("namespace0.3", 32, "vcpus = 2");
const FSDAX = on("namespace0.0");
const RAW = on("namespace1.3", 0, "shadow_memory = 32");

/** `-object a,b=c` as { "": "a", b: "c" }. */
const optionsOf = (argv: readonly string[], option: string): ReadonlyMap<string, string>[] =>
  argv.flatMap((word, i) =>
    word === option
      ? [new Map(argv[i + 1]!.split(",").map((pair) => [pair.split("=")[0]!, pair.split("=")[1] ?? ""] as const))]
      : []
  );

Deno.test("the arguments give a stock QEMU the same memory: sizes, label area, slots, persistence", async () => {
  const host = hostWithGuest(FIXTURE, DEVDAX);
  const [record] = host.fork().toolstack.records();
  const [nv] = record!.vnvdimms;
  const { value, status } = await sessionOn(host).run("export qemu --domain web1");
  assert.equal(status, 0);
  const argv = atPointer(value!, "/argv") as string[];
  const [object] = optionsOf(argv, "-object");
  const [device] = optionsOf(argv, "-device");
  const [memory] = optionsOf(argv, "-m");
  const [machine] = optionsOf(argv, "-machine");
  assert.equal(object!.has("memory-backend-file"), true);
  assert.deepEqual([object!.get("mem-path"), object!.get("share"), object!.get("align")], [
    "/dev/dax0.3",
    "on",
    "2097152",
  ]);
  assert.equal(Number(object!.get("size")), (nv!.pages + nv!.labelPages) * 4096);
  assert.equal(Number(device!.get("label-size")), 131072);
  assert.equal(device!.get("memdev"), object!.get("id"));
  assert.equal(memory!.get("slots"), "2");
  const own = host.fork().deviceModels.process(1)!;
  assert.equal(Number(memory!.get("maxmem")), own.maxmem);
  assert.equal(machine!.get("nvdimm-persistence"), own.persistence);
  assert.equal(argv[argv.indexOf("-smp") + 1], "2");
});

Deno.test("--xen gives the device model's own line: memory-backend-xen, slots, ceiling, label size", async () => {
  const host = hostWithGuest(FIXTURE, DEVDAX);
  const { value, out } = await sessionOn(host).run("export qemu --xen --domain web1");
  const argv = atPointer(value!, "/argv") as string[];
  assert.deepEqual(argv, host.fork().deviceModels.process(1)!.argv);
  const [object] = optionsOf(argv, "-object");
  assert.ok(object!.has("memory-backend-xen"));
  assert.equal(optionsOf(argv, "-m")[0]!.get("slots"), "2");
  assert.equal(optionsOf(argv, "-device")[1]!.get("label-size"), "131072");
  assert.match(outText({ out }), /^\/usr\/\S+ \\\n {2}-xen-domid 1 \\\n {2}-no-shutdown \\\n/);
});

Deno.test("as text it is a command for a shell, what stock QEMU cannot do in comments before it", async () => {
  const text = outText(await runOn(DEVDAX, "export qemu --domain web1"));
  const [comments, command] = [/^(#.*\n)+/.exec(text)![0], text.replace(/^(#.*\n)+/, "")];
  assert.match(comments, /no memory-backend-xen/);
  assert.match(comments, /rounds down to the 2\.00 MiB of \/dev\/dax0\.3, so the guest sees 1\.88 MiB less/);
  assert.match(command, /^qemu-system-x86_64 \\\n( {2}-\w+ \S+ \\\n)+ {2}-\w+ \S+\n$/);
});

Deno.test("limits: profiles, block devices, data that do not begin where the device does", async () => {
  const limits = async (guest: Guest) =>
    (atPointer((await runOn(guest, "export qemu --domain web1")).value!, "/limits") as string[]).join("\n");
  assert.match(await limits(on("namespace0.3", 0, 'nvdeck_acpi = "nfit"')), /profile nfit is not to be had/);
  assert.doesNotMatch(await limits(DEVDAX), /profile|page cache|offset=/);
  assert.match(await limits(FSDAX), /\/dev\/pmem\S+ is mapped through the page cache/);
  assert.match(
    await limits(RAW),
    /begins with 0x\w+ bytes that are dom0's and Xen's, which offset= passes over: QEMU 8\.1/,
  );
});

Deno.test("a raw namespace is opened behind its reserved area; a block device never as pmem=on", async () => {
  const host = hostWithGuest(FIXTURE, RAW);
  const [nv] = host.fork().toolstack.records()[0]!.vnvdimms;
  const extent = host.fork().dom0.namespace("namespace1.3")!.extent;
  const argv = atPointer((await sessionOn(host).run("export qemu --domain web1")).value!, "/argv") as string[];
  const [object] = optionsOf(argv, "-object");
  assert.equal(Number(object!.get("offset")), nv!.runs[0]!.mfn * 4096 - extent.start);
  assert.equal(object!.has("pmem"), false);
});

Deno.test("an address that the operator placed is asked for", async () => {
  const argv = atPointer(
    (await runOn(on("namespace0.3", 0, 'nvdeck_placement = "congruent"'), "export qemu --domain web1")).value!,
    "/argv",
  ) as string[];
  assert.match(optionsOf(argv, "-device")[0]!.get("addr")!, /^0x[0-9a-f]+$/);
});

Deno.test("libvirt gets XML with the same sizes, and no domain whose data it would misplace", async (t) => {
  await t.assertSnapshot(outText(await runOn(DEVDAX, "export libvirt --domain web1")));
  const raw = await runOn(RAW, "export libvirt --domain web1");
  assert.equal(raw.status, 4);
  assert.match(
    raw.err,
    /libvirt cannot leave out the start of \/dev\/pmem\S+, which is not the guest's\nexport qemu can/,
  );
});

Deno.test("xl gets the configuration that started it, with its UUID, and reads it as the same guest", async () => {
  const host = hostWithGuest(FIXTURE, DEVDAX);
  const text = outText(await sessionOn(host).run("export xl --domain web1"));
  const source = { source: "web1.cfg", uuid: () => "no uuid", cpus: 4 };
  const { config } = parseConfig(text, source)._unsafeUnwrap();
  const [record] = host.fork().toolstack.records();
  assert.deepEqual({ ...config, uuidGiven: false }, { ...record!.config, uuidGiven: false });
  const [nv] = record!.vnvdimms;
  const frames = `backend=0x${nv!.runs[0]!.mfn.toString(16)}, nr_pages=0x${(nv!.pages + 32).toString(16)}`;
  assert.ok(text.includes(`# vnvdimms = [ 'type=mfn, ${frames}, nr_label_pages=32' ]\n`), text);
  assert.match(text, /xl of RFC v1 cannot take slot 0: \/dev\/dax0\.3 is no block device/);
  assert.match(outText(await runOn(FSDAX, "export xl --domain web1")), /# vnvdimms = \[ '\/dev\/pmem\S+' \]/);
});

Deno.test("what it writes can go to a file; the same as data with --json", async () => {
  const files = memoryFiles();
  const { run } = sessionOn(hostWithGuest(FIXTURE, DEVDAX), { files });
  const text = outText(await run("export qemu --domain web1"));
  const written = await run("export qemu --domain web1 -o web1.sh");
  assert.deepEqual([written.status, written.out], [0, ""]);
  assert.equal(textOf(files.written.get("web1.sh")!), text);
  assert.equal(JSON.parse(outText(await run("export xl --domain web1 --json"))).config.includes("uuid"), true);
  assert.equal((await run("export qemu --domain web1 -o /no/where")).status, 3);
});

Deno.test("a guest without vNVDIMMs is exported too; an unknown one is status 3", async () => {
  const plain: Guest = { setup: [], config: [] };
  assert.match(outText(await runOn(plain, "export qemu --domain web1")), /-machine pc,accel=kvm \\\n {2}-m 504M \\/);
  assert.doesNotMatch(outText(await runOn(plain, "export libvirt --domain web1")), /maxMemory|nvdimm'/);
  assert.doesNotMatch(outText(await runOn(plain, "export xl --domain web1")), /uuid|RFC/);
  for (const tool of ["qemu", "libvirt", "xl"]) {
    assert.equal((await runOn(plain, `export ${tool} --domain x`)).status, 3);
  }
});

Deno.test("frames that Xen keeps from dom0 have no path: no stock tool can be given them", async () => {
  const image = imageFrom(FIXTURE);
  const host = hostFrom({ ...image, facts: { ...image.facts, management: "xen" } });
  const start = host.fork().xen.regions("raw")[0]!.start;
  const [middle, end] = [start + 0x20000, start + 0x80000];
  const text =
    `name = "web1"\ntype = "hvm"\nmemory = 128\nvnvdimms = [ 'type=mfn, backend=${middle}, nr_pages=0x10000' ]\n`;
  const { run } = sessionOn(host, { files: memoryFiles({ "web1.cfg": utf8(text) }) });
  for (const line of [`-m ${start} ${middle}`, `-d ${middle} ${end} ${start} ${middle}`]) {
    assert.equal((await run(`xl pmem-setup ${line}`, { yes: true })).status, 0, line);
  }
  assert.equal((await run("xl create web1.cfg")).status, 0);
  for (const tool of ["qemu", "libvirt"]) {
    const refused = await run(`export ${tool} --domain web1`);
    assert.deepEqual([refused.status, refused.out], [4, ""], tool);
    assert.match(refused.err, /nv0 of web1 \(type=mfn.*\) has no path in dom0/);
  }
  assert.match(outText(await run("export xl --domain web1")), /takes paths in dom0, and these vNVDIMMs have none/);
});
