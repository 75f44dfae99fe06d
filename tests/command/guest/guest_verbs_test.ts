/** `guest show`, `probe`, `read`, `write` as an operator types them. */
import assert from "node:assert/strict";
import { outText } from "../../../src/command/language/output.ts";
import { type Json, parseJson } from "../../../src/base/json.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { type Guest, hostWithGuest, ON_NAMESPACE } from "../tables/guest_host.ts";
import { memoryFiles } from "../tables/memory_files.ts";
import { type Fork, type Host, logOf } from "../../../src/host/mod.ts";
import { sessionFor, sessionOn, type TestSession, WALL_TIME } from "../../support/session.ts";

const FIXTURE = "server-two-socket";
const LABELLED = "vnvdimms = [ 'type=namespace, backend=namespace0.3, nr_label_pages=32' ]";
const host = hostWithGuest(FIXTURE, { setup: ["namespace0.3"], config: [LABELLED] });
const json = async ({ run }: TestSession, line: string): Promise<Json> => parseJson(outText(await run(line)));
const session = (): TestSession => sessionOn(hostWithGuest(FIXTURE, ON_NAMESPACE));
const withAcpi = (acpi: string): Guest => ({
  ...ON_NAMESPACE,
  config: [...ON_NAMESPACE.config, `nvdeck_acpi = "${acpi}"`],
});

const commit = (host: Host, fork: Fork): void =>
  void host.commit(fork, {
    time: WALL_TIME,
    who: "tester",
    line: "wear",
    status: 0,
    kind: "command",
    undoes: undefined,
    ...logOf([]),
  })._unsafeUnwrap();

Deno.test("guest show: the map, the memory beside it, tables and devices", async (t) => {
  const { out, status, changed } = await sessionOn(host).run("guest show --domain web1");
  assert.deepEqual([status, changed], [0, false]);
  await t.assertSnapshot(out);
  for (const line of outText({ out }).split("\n")) assert.ok(line.length <= 120, line);
});

Deno.test("guest show --json has the same as data, pmem in no entry of the map", async () => {
  const value = await json(sessionOn(host), "guest show --domain 1 --json");
  const map = atPointer(value, "/memory_map") as { start: number; end: number }[];
  const [nv] = atPointer(value, "/pmem") as { gpa: number; size: number; label_size: number; backend: string }[];
  assert.deepEqual([nv!.label_size, nv!.backend], [131072, "namespace0.3"]);
  assert.ok(map.every(({ start, end }) => end <= nv!.gpa || nv!.gpa + nv!.size <= start));
  assert.deepEqual(
    (atPointer(value, "/tables") as { signature: string }[]).map(({ signature }) => signature),
    ["SSDT", "NFIT"],
  );
});

Deno.test("a guest that is paused cannot probe, load or store, and still has its tables", async () => {
  const { run } = session();
  await run("guest write --domain web1 --gpa 0x1000 --text up");
  await run("xl pause web1");
  const shown = await run("guest show --domain web1");
  assert.match(outText(shown), /is paused.*\n[\s\S]*SSDT/, "it started before it was paused");
  for (const line of ["probe", "ndctl", "read --gpa 0", "write --gpa 0 --text x"].map((words) => words.split(" "))) {
    const [verb, ...rest] = line;
    const refused = await run(`guest ${verb} --domain web1 ${rest.join(" ")}${verb === "ndctl" ? "list" : ""}`);
    assert.equal(refused.status, 4, verb);
    assert.match(refused.err, /web1 is paused[\s\S]*xl unpause web1/);
  }
  const paused = session();
  await paused.run("xl destroy web1");
  assert.equal((await paused.run("guest show --domain web1")).status, 3);
});

Deno.test("guest probe is ndctl's list over the guest's tables; it changes nothing", async () => {
  const { run } = sessionOn(host);
  const probed = await run("guest probe --domain web1");
  assert.deepEqual([probed.status, probed.err, probed.changed], [0, "", false]);
  const found = probed.value!;
  assert.equal(atPointer(found, "/dimms/0/handle"), 1);
  const record = host.fork().toolstack.records()[0]!;
  assert.equal(atPointer(found, "/regions/0/size"), record.vnvdimms[0]!.pages * 4096);
  assert.equal(outText(probed), outText(await run("guest ndctl --domain web1 list -RND")));
});

Deno.test("nfit-bare: the table is there and nobody reads it", async () => {
  const { run } = sessionOn(hostWithGuest(FIXTURE, withAcpi("nfit-bare")));
  const probed = await run("guest probe --domain web1");
  assert.deepEqual([probed.status, probed.value, outText(probed)], [0, [], "[\n]\n"]);
  assert.match(probed.err, /no ACPI0012 device/);
  assert.match(outText(await run("guest show --domain web1")), /NFIT[\s\S]*no ACPI0012 device/);
  assert.equal(outText(await run("guest ndctl --domain web1 list -BRND")), "");
});

Deno.test("nfit: the DIMM and its region, and no label commands", async () => {
  const { run } = sessionOn(hostWithGuest(FIXTURE, withAcpi("nfit")));
  assert.equal(atPointer((await run("guest probe --domain web1")).value!, "/regions/0/namespaces/0/mode"), "raw");
  const refused = await run("guest ndctl --domain web1 init-labels nmem0");
  assert.notEqual(refused.status, 0);
  assert.match(refused.err, /initialized 0 nmem/);
});

Deno.test("what is written is read back, and told where it lies", async () => {
  const { run } = session();
  const written = await run("guest write --domain web1 --gpa 0x1_4000_0ffe --data '00ff aa55'");
  assert.deepEqual([written.status, written.changed, written.out], [0, true, ""]);
  assert.match(written.err, /^4 bytes stored at gpa 0x140000ffe of web1\ngpa 0x140000ffe → mpa 0x\w+ → nmem\d dpa 0x/);
  const read = await run("guest read --domain web1 --gpa 0x140000ffc --length 8");
  assert.deepEqual([read.status, read.changed], [0, false]);
  assert.equal(outText(read), `140000ffc  ${"00 00 00 ff aa 55 00 00".padEnd(47)}  .....U..\n`);
  assert.equal(atPointer(read.value!, "/data"), "000000ffaa550000");
});

Deno.test("places follow the interleave set, DIMM by DIMM, as the machine decodes them", async () => {
  const it = session();
  await it.run("guest write --domain web1 --gpa 0x100000000 --fill 0x5a --length 20K");
  const read = await json(it, "guest read --domain web1 --gpa 0x100000000 --length 20K --json");
  const places = atPointer(read, "/places") as { mpa: number; length: number; handle: number; dpa: number }[];
  const { machine } = it.session.host().fork();
  assert.ok(new Set(places.map(({ handle }) => handle)).size > 1);
  for (const { mpa, length, handle, dpa } of places) {
    const at = machine.locate(mpa)!;
    assert.deepEqual([at.handle, at.dpa], [handle, dpa]);
    assert.ok(length <= at.run);
  }
  assert.equal(places.reduce((sum, { length }) => sum + length, 0), 20480);
});

Deno.test("text, bytes from a file, and bytes to a file", async () => {
  const files = memoryFiles({ "in.bin": Uint8Array.of(1, 2, 3) });
  const { run } = sessionOn(hostWithGuest(FIXTURE, ON_NAMESPACE), { files });
  await run("guest write --domain web1 --gpa 0x100000000 --text 'häl'");
  await run("guest write --domain web1 --gpa 0x100000004 --file in.bin");
  const read = await run("guest read --domain web1 --gpa 0x100000000 --length 7 -o out.bin");
  assert.equal(read.status, 0);
  assert.deepEqual([...files.written.get("out.bin")!], [0x68, 0xc3, 0xa4, 0x6c, 1, 2, 3]);
  assert.equal((await run("guest write --domain web1 --gpa 0 --file no/such.bin")).status, 3);
});

Deno.test("an EPT violation is told bit by bit, with the walk; nothing is stored", async (t) => {
  const { run } = session();
  const read = await run("guest read --domain web1 --gpa 0x100_0000_0000");
  assert.deepEqual([read.status, read.changed, read.out], [1, false, ""]);
  await t.assertSnapshot(read.err.replaceAll(/0x(b8)?0*[0-9a-f]+(000|107)\b(?! leaves)/g, "0x…"));
  const written = await run("guest write --domain web1 --gpa 0xdfffffff8 --data 00112233445566778899");
  assert.equal(written.status, 1);
  assert.match(written.err, /write of 0x\w+ leaves the guest: EPT violation \(exit 48, qualification 0x182\)/);
  const value = atPointer(written.value!, "/fault") as { qualification: number; exit: number };
  assert.deepEqual([value.exit, value.qualification], [48, 0x182]);
});

Deno.test("an error in the medium is a machine check, which Xen keeps and the guest's Linux knows of", async () => {
  const { run, session: its } = session();
  const { vnvdimms: [nv] } = its.host().fork().toolstack.records()[0]!;
  // Grown unnoticed: nobody has met it yet.
  const fork = its.host().fork();
  fork.machine.damage({ start: nv!.runs[0]!.mfn * 4096 + 0x5000, length: 256 });
  commit(its.host(), fork);
  const read = await run("guest read --domain web1 --gpa 0x100005000 --length 16");
  assert.deepEqual([read.status, read.changed], [1, true]);
  assert.match(read.err, /takes a machine check: an uncorrectable error in the medium/);
  assert.match(read.err, /gets a virtual machine check for gpa 0x100005000/);
  assert.deepEqual(its.host().fork().xen.broken.length, 1);
  const listed = await run("guest ndctl --domain web1 list -M");
  assert.deepEqual(atPointer(parseJson(outText(listed)), "/0/badblocks/0/offset"), 0x28);
  assert.equal((await run("guest read --domain web1 --gpa 0x100004000 --length 16")).status, 0);
});

Deno.test("a guest's read is counted with the looks: nothing changes, and with --read-only not even what it meets", async () => {
  const { run, session: its } = session();
  const before = its.host().generation;
  const looked = await run("guest read --domain web1 --gpa 0x100000000 --length 16");
  assert.deepEqual([looked.status, looked.changed, its.host().generation], [0, false, before]);

  const { vnvdimms: [nv] } = its.host().fork().toolstack.records()[0]!;
  const fork = its.host().fork();
  fork.machine.damage({ start: nv!.runs[0]!.mfn * 4096, length: 256 });
  commit(its.host(), fork);
  const line = "guest read --domain web1 --gpa 0x100000000 --length 16";
  const met = await run(line, { readOnly: true });
  assert.deepEqual([met.status, met.changed, its.host().fork().xen.broken], [1, false, []]);
  assert.match(met.err, /takes a machine check/);
  const rehearsed = await run(line, { dryRun: true });
  assert.deepEqual([rehearsed.changed, its.host().fork().xen.broken], [false, []]);
  assert.deepEqual([(await run(line)).changed, its.host().fork().xen.broken.length], [true, 1]);
});

Deno.test("usage faults are 2, unknown domains 3, domains without a device model 4", async () => {
  const { run } = session();
  const usage = [
    "guest show",
    "guest read --domain web1",
    "guest read --domain web1 --gpa ten",
    "guest read --domain web1 --gpa 0 --length 0",
    "guest read --domain web1 --gpa 0 --length 65M -o f",
    "guest read --domain web1 --gpa 0 --length 1048577",
    "guest write --domain web1 --gpa 0",
    "guest write --domain web1 --gpa 0 --text a --data 00",
    "guest write --domain web1 --gpa 0 --data 0",
    "guest write --domain web1 --gpa 0 --text ''",
    "guest write --domain web1 --gpa 0 --fill 256 --length 1",
    "guest write --domain web1 --gpa 0 --text a --length 1",
    "guest ndctl list",
  ];
  for (const line of usage) assert.equal((await run(line)).status, 2, line);
  for (const verb of ["show", "probe", "read --gpa 0", "write --gpa 0 --text a"]) {
    const [name, ...rest] = verb.split(" ");
    assert.equal((await run(`guest ${name} --domain other ${rest.join(" ")}`)).status, 3, verb);
    assert.equal((await run(`guest ${name} --domain 0 ${rest.join(" ")}`)).status, 3, verb);
  }
});

Deno.test("--read-only refuses stores, not looks", async () => {
  const { run } = session();
  const status = async (line: string): Promise<number> => (await run(line, { readOnly: true })).status;
  assert.equal(await status("guest show --domain web1"), 0);
  assert.equal(await status("guest probe --domain web1"), 0);
  assert.equal(await status("guest ndctl --domain web1 list"), 0);
  assert.equal(await status("guest read --domain web1 --gpa 0"), 0);
  assert.equal(await status("guest write --domain web1 --gpa 0 --text a"), 4);
  assert.equal(await status("guest ndctl --domain web1 disable-region region0"), 4);
});

Deno.test("a fixture without guests says how to start one", async () => {
  const { status, err } = await sessionFor(FIXTURE).run("guest show --domain web1");
  assert.equal(status, 3);
  assert.match(err, /no running domain "web1"[\s\S]*xl create/);
});
