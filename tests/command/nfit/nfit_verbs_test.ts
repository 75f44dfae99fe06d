import assert from "node:assert/strict";
import { sessionFor } from "../../support/session.ts";
import { outText } from "../../../src/command/language/output.ts";
import { qemuNfit } from "../../../src/acpi/mod.ts";
import { captured, pathOf, tableOf } from "../tables/captured.ts";
import { memoryFiles } from "../tables/memory_files.ts";

Deno.test("nfit export of a host is its nfit.bin, byte for byte", async () => {
  for (const host of ["server-two-socket", "host-four-mixed"]) {
    const executed = await sessionFor(host).run("nfit export");
    assert.equal(executed.status, 0);
    assert.deepEqual(executed.out, tableOf(host));
  }
});

Deno.test("nfit export -o writes the file and says so on standard error", async () => {
  const files = memoryFiles();
  const executed = await sessionFor("host-unarmed", { files }).run("nfit export -o out.bin");
  assert.deepEqual(files.written.get("out.bin"), tableOf("host-unarmed"));
  assert.equal(executed.out, "");
  assert.equal(executed.err, "NFIT of host-unarmed: 408 bytes written to out.bin\n");
});

Deno.test("bytes are refused on a terminal, unless one insists", async () => {
  const { run } = sessionFor("host-unarmed", { terminal: true });
  const refused = await run("nfit export");
  assert.equal(refused.status, 2);
  assert.match(refused.err, /^nvdeck: .*\nadd -o FILE/);
  assert.equal((await run("nfit export -o -")).status, 0);
});

Deno.test("a truncated table is one message, status 1, and what there is of it", async () => {
  const files = memoryFiles({ "cut.bin": tableOf("server-two-socket").slice(0, 700) });
  const executed = await sessionFor("host-unarmed", { files }).run("nfit show --file cut.bin");
  assert.equal(executed.status, 1);
  assert.equal(
    executed.err,
    "nvdeck: cut.bin: the header says 1512 bytes, 700 are there (at 0x4)\n" +
      "what there is is shown; nfit lint names every fault\n",
  );
  assert.match(String(executed.out), /#0 SPA Range/);
});

Deno.test("- is standard input", async () => {
  const { run } = sessionFor("host-unarmed", { input: tableOf("host-persist-cpu") });
  const shown = await run("nfit show --file -");
  assert.match(outText(shown), /^standard input: 424 bytes, 7 structures, sum ok, no faults\n/);
  const same = await run(`nfit diff --file - --file ${pathOf("host-persist-cpu", "nfit.bin")}`);
  assert.deepEqual([same.status, outText(same)], [0, ""]);
});

Deno.test("what is no NFIT is refused by name and place", async () => {
  const { run } = sessionFor("server-two-socket");
  const srat = await run(`nfit show --file ${pathOf("server-two-socket", "srat.bin")}`);
  assert.equal(srat.status, 1);
  assert.equal(
    srat.err,
    `nvdeck: ${pathOf("server-two-socket", "srat.bin")}: the signature is "SRAT", not "NFIT" (at 0x0)\n` +
      "nfit show takes an NFIT, header included\n",
  );
  const missing = await run("nfit show --file no/such.bin");
  assert.equal(missing.status, 3);
  assert.match(missing.err, /^nvdeck: no\/such\.bin: No such file or directory\n/);
});

Deno.test("unknown verbs, options and words are usage faults", async () => {
  const { run } = sessionFor("host-unarmed");
  for (const line of ["nfit", "nfit shew", "nfit show --bogus", "nfit show word", "nfit show --file a --domain b"]) {
    assert.equal((await run(line)).status, 2, line);
  }
});

Deno.test("a domain that does not run is no such object, and those that do are named", async () => {
  const executed = await sessionFor("host-unarmed").run("nfit show --domain web1");
  assert.equal(executed.status, 3);
  assert.equal(
    executed.err,
    'nvdeck: there is no running domain "web1"\nno guest runs; xl create FILE starts one\n',
  );
});

Deno.test("nfit lint exits 1 on errors and says what Linux makes of the table", async () => {
  const bytes = tableOf("host-unarmed").slice();
  bytes[9]! ^= 1;
  const files = memoryFiles({ "bad.bin": bytes });
  const { run } = sessionFor("host-unarmed", { files });
  const sound = await run("nfit lint");
  assert.deepEqual([sound.status, sound.out], [0, "Linux: 2 DIMMs, 2 regions\n"]);
  assert.equal(sound.err, "NFIT of host-unarmed: no faults\n");
  const bad = await run("nfit lint --file bad.bin");
  assert.equal(bad.status, 1);
  assert.match(String(bad.out), /^0x0009 {2}error {4}header\/Checksum: /);
  assert.equal(bad.err, "bad.bin: 1 error\n");
});

Deno.test("nfit diff compares this host's table with another, or two with each other", async () => {
  const { run } = sessionFor("host-unarmed");
  const same = await run(`nfit diff --file ${pathOf("host-unarmed", "nfit.bin")}`);
  assert.deepEqual([same.status, same.out], [0, ""]);
  const other = pathOf("carve-modes", "nfit.bin");
  const forward = await run(`nfit diff --file ${other} --file ${pathOf("host-unarmed", "nfit.bin")}`);
  const backward = await run(`nfit diff --file ${other}`);
  assert.deepEqual([forward.status, backward.status], [1, 1]);
  assert.notEqual(forward.out, backward.out);
  assert.equal((await run("nfit diff")).status, 2);
});

Deno.test("nfit build makes QEMU's own bytes for every captured command line", async () => {
  for (const host of ["host-unarmed", "host-four-mixed", "carve-modes-v12", "carve-two-dimms", "host-two-256k"]) {
    const files = memoryFiles();
    const line = buildLine(host);
    const executed = await sessionFor("host-unarmed", { files }).run(line);
    assert.equal(executed.status, 0, executed.err);
    assert.deepEqual(files.written.get("out.bin"), tableOf(host), line);
  }
});

/** The devices of a capture, in the order of its table, as one would type them. */
function buildLine(host: string): string {
  const view = new DataView(captured(host, "nfit.bin").buffer);
  const devices: string[] = [];
  for (let at = 40; at < view.byteLength; at += view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 0) continue;
    const slot = view.getUint16(at + 4, true) / 2 - 1;
    const [base, length] = [view.getBigUint64(at + 32, true), view.getBigUint64(at + 40, true)];
    const unarmed = (view.getUint16(at + 56 + 44, true) & 8) !== 0 ? ",unarmed" : "";
    devices.push(
      `--qemu slot=${slot},base=0x${base.toString(16)},length=${length},node=${
        view.getUint32(at + 12, true)
      }${unarmed}`,
    );
  }
  return `nfit build ${devices.join(" ")} -o out.bin`;
}

Deno.test("nfit build takes sizes and several devices after one --qemu, and capabilities", async () => {
  const files = memoryFiles();
  const { run } = sessionFor("host-unarmed", { files });
  await run("nfit build --persistence cpu -o a --qemu slot=0,base=4G,length=1G slot=1,base=5g,length=1g,unarmed");
  const devices = [
    { slot: 0, base: 2 ** 32, length: 2 ** 30 },
    { slot: 1, base: 5 * 2 ** 30, length: 2 ** 30, unarmed: true },
  ];
  assert.deepEqual(files.written.get("a"), qemuNfit(devices, "cpu"));
});

Deno.test("nfit build refuses what QEMU would not start with", async () => {
  const { run } = sessionFor("host-unarmed");
  const bad: readonly (readonly [string, RegExp])[] = [
    ["", /--qemu .* is missing/],
    ["--qemu slot=0,base=4G", /slot, base and length are needed/],
    ["--qemu slot=0,base=4G,length=1G,colour=red", /"colour" is none of/],
    ["--qemu slot=0,slot=1,base=4G,length=1G", /slot stands twice/],
    ["--qemu slot=0,base=here,length=1G", /base is not a number/],
    ["--qemu slot=256,base=4G,length=1G", /slot 256 does not exist\nslots are 0 to 255/],
    ["--qemu slot=0,base=4G,length=0", /has no bytes/],
    ["--qemu slot=0,base=4G,length=1G slot=1,base=4G,length=1G", /overlap/],
    ["--qemu slot=0,base=4G,length=1G --persistence disk", /cpu or mem-ctrl/],
  ];
  for (const [options, message] of bad) {
    const executed = await run(`nfit build ${options} -o x`);
    assert.equal(executed.status, 2, options);
    assert.match(executed.err, message);
  }
});
