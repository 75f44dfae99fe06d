/** An error in the medium from its making to its clearing (model section 6). */
import assert from "node:assert/strict";
import { utf8 } from "../../../src/base/bytes.ts";
import { type Json } from "../../../src/base/json.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { type Management } from "../../../src/host/mod.ts";
import { outText } from "../../../src/command/language/output.ts";
import { memoryFiles } from "../tables/memory_files.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

/** Firmware with scrub, clear and inject; QEMU's captured one has none of them. */
const FULL_ROOT = { dsmMask: 0x3bf, hasFit: false, clearErrorUnit: 256 };

interface Options {
  readonly root?: typeof FULL_ROOT;
  readonly management?: Management;
  readonly config?: readonly string[];
}

function session({ root = FULL_ROOT, management = "dom0", config = [] }: Options = {}) {
  const image = imageFrom("server-two-socket");
  const host = hostFrom({
    ...image,
    facts: { ...image.facts, management },
    machine: { ...image.machine, root },
  });
  const text = ['name = "web1"', 'type = "hvm"', "memory = 128", ...config, ""].join("\n");
  const made = sessionOn(host, { files: memoryFiles({ "web1.cfg": utf8(text) }) });
  const ok = async (line: string) => {
    const outcome = await made.run(line, { yes: true });
    assert.equal(outcome.status, 0, `${line}\n${outcome.err}`);
    return outcome;
  };
  return { ...made, ok, fork: () => made.session.host().fork() };
}

const LABELLED = ["vnvdimms = [ 'type=namespace, backend=namespace0.3, nr_label_pages=32' ]"];

async function withGuest(options: Options = {}) {
  const it = session({ config: LABELLED, ...options });
  await it.ok("xl pmem-setup --namespace namespace0.3");
  await it.ok("xl create web1.cfg");
  return it;
}

/** The lines of the way out, as printed. */
const wayOut = (value: Json | undefined): string[] => atPointer(value!, "/way_out") as string[];

Deno.test("an error in a vNVDIMM marks the frame, reaches the guest at its own address, and is no badblock of dom0's", async () => {
  const { ok, fork } = await withGuest();
  const { out, value } = await ok("host damage --domain web1 --gpa 0x110000123");
  assert.match(outText({ out }), /256 bytes from 0x\w+ are bad\n.*region0, nmem\d dpa 0x\w+, in namespace0\.3/);
  assert.match(
    outText({ out }),
    /marks mfn 0x\w+ broken; it stays mapped\n.*web1, gets a virtual machine check for gpa 0x110000100/,
  );
  const { xen, dom0, toolstack } = fork();
  assert.deepEqual(xen.domain(1)!.machineChecks, [0x110000100]);
  const mfn = atPointer(value!, "/mfn") as number;
  assert.deepEqual(xen.broken, [{ start: mfn, end: mfn + 1 }]);
  assert.equal(xen.pageInfo(mfn).broken, true);
  assert.deepEqual(dom0.badblocks(0), [], "dom0 learns of it at its next scrub");
  assert.equal(toolstack.record(1)!.name, "web1");
  assert.match(outText(await ok("xl dmesg")), /MCE: uncorrectable error at 0x\w+, mfn 0x\w+ d1 gpa 0x110000100: vmce/);
  await ok("ndctl start-scrub");
  await ok("ndctl wait-scrub");
  assert.equal(fork().dom0.badblocks(0).length, 1);
});

Deno.test("the way out that is printed leads out: guest, labels and data as before, zeroes where it was bad", async () => {
  const { ok, run, fork } = await withGuest();
  await ok("guest write --domain web1 --gpa 0x110000000 --fill 0x77 --length 8K");
  await ok("guest ndctl --domain web1 disable-region region0");
  await ok("guest ndctl --domain web1 init-labels nmem0");
  const { value } = await ok("host damage --domain web1 --gpa 0x110000400");
  assert.equal((await run("guest read --domain web1 --gpa 0x110000400 --length 8")).status, 1);
  const lines = wayOut(value);
  assert.deepEqual(lines.map((line) => line.split(" ").slice(0, 2).join(" ")), [
    "xl shutdown",
    "xl pmem-release",
    "ndctl clear-errors",
    "xl pmem-setup",
    "xl create",
  ]);
  for (const line of lines) await ok(line);
  const { xen, machine } = fork();
  assert.deepEqual([xen.broken, machine.poison()], [[], []]);
  const at = async (gpa: string) =>
    atPointer((await ok(`guest read --domain web1 --gpa ${gpa} --length 4`)).value!, "/data");
  assert.deepEqual([await at("0x110000000"), await at("0x110000400"), await at("0x110000600")], [
    "77777777",
    "00000000",
    "77777777",
  ]);
  const [domain] = fork().toolstack.records();
  assert.equal(fork().guest(domain!.domid)!.kernel().region(0).labelled, true, "its labels are there");
  await ok("host check");
});

Deno.test("an error that dom0's firmware clears is forgotten by Xen; one in another frame is not", async () => {
  const { ok, fork } = session();
  const [namespace] = fork().dom0.namespaces().filter(({ name }) => name === "namespace0.3");
  const start = namespace!.extent.start + 512 * 2 ** 20;
  await ok(`host damage --spa ${start} --length 512`);
  await ok(`host damage --spa ${start + 4096 * 3}`);
  assert.equal(fork().xen.broken.length, 2);
  const other = fork();
  other.dom0.clearError({ start, end: start + 512 })._unsafeUnwrap();
  assert.deepEqual(other.xen.broken, [{ start: start / 4096 + 3, end: start / 4096 + 4 }]);
});

Deno.test("errors of several frames are as many checks; of Xen's, of label pages and of nobody's, nobody is told", async () => {
  const { ok, fork } = await withGuest();
  const [nv] = fork().toolstack.records()[0]!.vnvdimms;
  const outcomes = async (
    words: string,
  ) => (atPointer((await ok(`host damage ${words}`)).value!, "/frames") as { outcome: string; gpa: number | null }[]);
  const across = await outcomes("--domain web1 --gpa 0x110000f00 --length 512");
  assert.deepEqual(across.map(({ outcome, gpa }) => [outcome, gpa]), [
    ["vmce", 0x110000f00],
    ["vmce", 0x110001000],
  ]);
  const label = (nv!.runs[0]!.mfn + nv!.pages) * 4096;
  assert.deepEqual((await outcomes(`--spa ${label}`))[0]!.outcome, "unmapped");
  const structures = fork().xen.regions("mgmt")[0]!.start * 4096;
  assert.deepEqual((await outcomes(`--spa ${structures}`))[0]!.outcome, "xen");
  const { start, end } = fork().dom0.namespace("namespace1.3")!.extent;
  assert.deepEqual((await outcomes(`--spa ${start}`))[0]!.outcome, "dom0");
  await ok("xl pmem-setup --namespace namespace1.3");
  assert.deepEqual((await outcomes(`--spa ${end - 4096}`))[0]!.outcome, "free");
});

Deno.test("a guest that cannot take the check is stopped, and its configuration says what then", async () => {
  const actions = [
    ["destroy", 0, /is carried out\n$/],
    ["preserve", 1, /is carried out\n$/],
    ["restart", 0, /web1 was not started again: .*\n$/], // Xen maps no broken frame anew
  ] as const;
  for (const [action, left, says] of actions) {
    const it = session({ config: [...LABELLED, `on_crash = "${action}"`] });
    await it.ok("xl pmem-setup --namespace namespace0.3");
    await it.ok("xl create -p web1.cfg");
    const { out } = await it.ok("host damage --domain web1 --gpa 0x110000000");
    assert.match(outText({ out }), /cannot take a machine check at gpa 0x110000000 and is stopped \(crash\)/);
    assert.match(outText({ out }), says);
    assert.equal(it.fork().toolstack.records().length, left, action);
    assert.equal(outText({ out }).includes("xl shutdown web1"), left > 0, "only what runs is shut down");
  }
});

Deno.test("where there is no way out, the reason is said", async () => {
  const plain = await withGuest({ root: { ...FULL_ROOT, dsmMask: 1 } });
  assert.match(
    outText(await plain.ok("host damage --domain web1 --gpa 0x110000000")),
    /no way out: this firmware clears no/,
  );
  const { ok, fork } = session({ management: "xen" });
  const raw = fork().xen.regions("raw")[0]!.start * 4096;
  assert.match(outText(await ok(`host damage --spa ${raw}`)), /no way out: Xen hides the NFIT from dom0/);
});

Deno.test("making an error is a loss: told, and confirmed", async () => {
  const { run } = await withGuest();
  const line = "host damage --domain web1 --gpa 0x110000000";
  const dry = await run(line, { dryRun: true });
  assert.equal(dry.status, 6);
  assert.match(outText(dry), /losses:\n +namespace0\.3 at 0x\w+: 256 bytes, of web1/);
  assert.deepEqual([(await run(line)).status, (await run(line, { readOnly: true })).status], [4, 4]);
});

Deno.test("an address that is no persistent memory, or is in two regions, is refused", async () => {
  const { run, fork } = await withGuest();
  const [region] = fork().dom0.regions();
  const end = region!.start + region!.size;
  const status = async (words: string): Promise<number> => (await run(`host damage ${words}`, { yes: true })).status;
  assert.equal(await status(`--spa ${end - 256}`), 0);
  assert.equal(await status(`--spa ${end - 256} --length 257`), 3);
  assert.equal(await status("--spa 0x1000"), 3);
  assert.equal(await status("--domain web1 --gpa 0x1000"), 3, "the guest's RAM");
  assert.equal(await status("--domain web1 --gpa 0xfff000000000"), 3);
  assert.equal(await status("--domain other --gpa 0"), 3);
  for (
    const words of ["", "--gpa 0", "--domain web1", "--spa 0 --gpa 0 --domain web1", "--spa x", "--spa 0 --length 0"]
  ) {
    assert.equal(await status(words), 2, words);
  }
  assert.equal(await status(`--spa ${region!.start} --length 1048577`), 2);
});
