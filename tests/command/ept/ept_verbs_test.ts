import assert from "node:assert/strict";
import { outText } from "../../../src/command/language/output.ts";
import { parseJson } from "../../../src/base/json.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { type Guest, hostWithGuest, ON_NAMESPACE, sessionWithGuest } from "../tables/guest_host.ts";
import { memoryFiles } from "../tables/memory_files.ts";
import { hostFrom, imageFrom, sessionFor, sessionOn } from "../../support/session.ts";

const host = hostWithGuest("server-two-socket", ON_NAMESPACE);
const { run } = sessionOn(host);
const json = async (line: string) => parseJson(outText(await run(line)));

Deno.test("ept show folds what is uniform, as deep as asked", async () => {
  const whole = outText(await run("ept show --domain web1"));
  assert.match(
    whole,
    /PDPT\[4–26\] +0x\S+ +→ 23 PDs of 512 × 2 MiB +0x0100000000 – 0x06c0000000 +0x1098200000 +namespace0\.3/,
  );
  for (const line of whole.split("\n")) assert.ok(line.length <= 120, line);
  const shallow = outText(await run("ept show --domain web1 --depth 1"));
  assert.equal(shallow.trim().split("\n").length, 4, "the headline, a blank, the headings and PML4[0]");
});

Deno.test("ept show --at lists the tables on the way to an address, whole", async () => {
  const rows = atPointer(await json("ept show --domain web1 --at 0x250000000 --json"), "/rows") as { level: string }[];
  assert.deepEqual([...new Set(rows.map((row) => row.level))], ["PML4", "PDPT", "PD"]);
});

Deno.test("ept lookup names every bit on the way and the DIMM at its end", async (t) => {
  await t.assertSnapshot(withoutTableAddresses(outText(await run("ept lookup --domain web1 0x2_5000_1234"))));
});

/** Where Xen's heap gave the tables their pages says nothing about the walk. */
const withoutTableAddresses = (text: string): string =>
  text.replace(/0x(?:b8)?0*[0-9a-f]{5,8}(?:000|01e|107|0[0-9a-f]8|400)\b/g, "0x…");

Deno.test("the walk's DIMM is where the machine's decoder says", async () => {
  const result = atPointer(await json("ept lookup --domain web1 0x250001234 --json"), "/result") as {
    mpa: number;
    handle: number;
    dpa: number;
    backed_by: string;
  };
  const place = host.fork().machine.locate(result.mpa)!;
  assert.deepEqual([place.handle, place.dpa], [result.handle, result.dpa]);
  assert.equal(result.backed_by, "namespace0.3");
});

Deno.test("an address that is not mapped is status 1 and the exit it takes", async () => {
  const executed = await run("ept lookup --domain web1 0xf0000000000");
  assert.equal(executed.status, 1);
  assert.match(
    outText(executed),
    /PML4\[30\] {2}0x0{16} {2}not present[\s\S]*EPT violation \(exit 48, qualification 0x181\)/,
  );
  assert.equal((await run("ept lookup --domain web1 0x1000000000000")).status, 1, "wider than the walk");
});

Deno.test("ept stats counts what the layout holds, and the pool that pays for it", async () => {
  const value = await json("ept stats --domain web1 --json");
  const domain = host.fork().xen.domain(1)!;
  assert.equal(atPointer(value, "/table_pages"), domain.tablePages, "Xen counts the same tables");
});

Deno.test("ept advise names the option that the guest's Linux accepts", async (t) => {
  await t.assertSnapshot(outText(await run("ept advise --domain web1")));
});

Deno.test("ept dump streams three files whose image has one page a table", async () => {
  for (const style of ["plain", "xen"]) {
    const files = memoryFiles();
    const session = sessionOn(host, { files });
    const executed = await session.run(`ept dump --domain web1 --style ${style} -o out/web1`);
    assert.equal(executed.status, 0, executed.err);
    assert.deepEqual([...files.written.keys()], ["out/web1.img", "out/web1.extents", "out/web1.json"]);
    const sidecar = parseJson(new TextDecoder().decode(files.written.get("out/web1.json")));
    assert.equal(atPointer(sidecar, "/format"), "ept-dump/1");
    assert.equal(atPointer(sidecar, "/image"), "web1.img");
    assert.equal(atPointer(sidecar, "/style"), style);
    const image = files.written.get("out/web1.img")!;
    assert.equal(
      image.length,
      4096 * ((await json("ept stats --domain web1 --json")) as { table_pages: number }).table_pages,
    );
    // The walk of the dump itself reaches the same frame as ept lookup.
    const base = Number(atPointer(sidecar, "/base_mpa"));
    assert.equal(walked(image, base, 0x250001234), 0x11e8201234);
  }
});

Deno.test("ept dump lets others in between its chunks, and tells how far it is", async () => {
  const small: Guest = {
    ...ON_NAMESPACE,
    config: [...ON_NAMESPACE.config, "nvdeck_ept_order = 0", "shadow_memory = 128"],
  };
  const files = memoryFiles();
  const { session } = sessionOn(hostWithGuest("server-two-socket", small), { files });
  const steps = session.execute(["ept", "dump", "--domain", "web1", "-o", "web1"]);
  const told: { readonly what: string; readonly done: number; readonly total: number }[] = [];
  for (let step = await steps.next(); !step.done; step = await steps.next()) told.push(step.value);
  const image = told.filter(({ what }) => what === "writing web1.img");
  assert.ok(image.length > 10, `${image.length} steps`);
  assert.deepEqual(image.at(-1), {
    what: "writing web1.img",
    done: files.written.get("web1.img")!.length,
    total: files.written.get("web1.img")!.length,
  });
  assert.ok(image.every(({ done }, i) => done - (image[i - 1]?.done ?? 0) <= 2 ** 20));
});

/** A walk of the image with nothing but shifts and masks. */
function walked(image: Uint8Array, base: number, gpa: number): number {
  const view = new DataView(image.buffer, image.byteOffset);
  let table = base;
  for (let shift = 39; shift >= 12; shift -= 9) {
    const entry = view.getBigUint64(table - base + 8 * (Math.floor(gpa / 2 ** shift) % 512), true);
    const address = Number(entry & 0xffffffffff000n);
    if (shift === 12 || (entry & 0x80n) !== 0n) return address - (address % 2 ** shift) + (gpa % 2 ** shift);
    table = address;
  }
  throw new Error("no leaf");
}

Deno.test("a guest limited to 4 KiB leaves is told what larger ones would save", async () => {
  const small: Guest = {
    ...ON_NAMESPACE,
    config: [...ON_NAMESPACE.config, "nvdeck_ept_order = 0", "shadow_memory = 128"],
  };
  const executed = await sessionWithGuest("server-two-socket", small).run("ept advise --domain web1");
  assert.match(
    outText(executed),
    /pages of 4 KiB at most, where 2 MiB would fit[\s\S]*→ with nvdeck_ept_order = 18: 12 095 × 2 MiB/,
  );
});

Deno.test("domains are found by name and by number; others are no such object", async () => {
  assert.equal((await run("ept stats --domain 1")).status, 0);
  const executed = await run("ept stats --domain web2");
  assert.deepEqual([executed.status, executed.err], [
    3,
    'nvdeck: there is no running domain "web2"\nrunning: web1\n',
  ]);
  assert.equal((await run("ept show --domain 0")).status, 3);
  assert.equal((await sessionFor("host-unarmed").run("ept show --domain web1")).status, 3);
});

Deno.test("misuse is a usage fault that says what is missing", async () => {
  const lines = [
    "ept",
    "ept show",
    "ept lookup --domain web1",
    "ept lookup --domain web1 here",
    "ept lookup --domain web1 0 --access jump",
    "ept show --domain web1 --depth 0",
    "ept show --domain web1 --at there",
    "ept dump --domain web1",
    "ept dump --domain web1 -o x --style fancy",
  ];
  for (const line of lines) assert.equal((await run(line)).status, 2, line);
});

Deno.test("under management xen a guest's frames are walked to the DIMM all the same", async () => {
  const image = imageFrom("server-two-socket");
  const session = sessionOn(hostFrom({ ...image, facts: { ...image.facts, management: "xen" } }));
  const vnvdimm = "type=mfn, backend=0x440200, nr_pages=0x90000, nr_label_pages=32";
  const lines = [
    "xl pmem-setup -m 0x400000 0x420000",
    "xl pmem-setup -d 0x420000 0xc00000 0x400000 0x420000",
    `xl create fixtures/guests/frames1.cfg "vnvdimms=['${vnvdimm}']"`,
  ];
  for (const line of lines) assert.equal((await session.run(line)).status, 0, line);
  const walk = outText(await session.run("ept lookup --domain frames1 0x100000000"));
  assert.match(walk, /→ mpa 0x440200000 .*\n {2}region0 → nmem0 dpa 0x10080000 {3}nv0\n/);
  const advice = outText(await session.run("ept advise --domain frames1"));
  assert.match(advice, /^nv0 {2}0x100000000 – 0x18ffe0000 {2}2\.25 GiB: 1 151 × 2 MiB, 480 × 4 KiB/);
  assert.match(advice, /→ with 128\.00 KiB more behind it/);
  assert.doesNotMatch(advice, /multiple of 1 GiB/);
});
