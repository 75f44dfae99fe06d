import assert from "node:assert/strict";
import { lintNfit } from "../../../src/acpi/mod.ts";
import { nfitHex, nfitText } from "../../../src/command/nfit/nfit_text.ts";
import { nfitJson } from "../../../src/command/nfit/nfit_json.ts";
import { nfitTree } from "../../../src/command/nfit/nfit_tree.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { tableOf } from "../tables/captured.ts";

Deno.test("a QEMU table reads field by field, with what refers to what", async (t) => {
  await t.assertSnapshot(nfitText({ title: "nfit.bin", bytes: tableOf("host-unarmed") }));
});

Deno.test("no line of any captured table is wider than 120 columns", () => {
  for (const host of ["server-two-socket", "iset-four-way", "host-four-mixed", "xen-dom0-carved"]) {
    for (const line of nfitText({ title: "nfit.bin", bytes: tableOf(host) }).split("\n")) {
      assert.ok(line.length <= 120, line);
    }
  }
});

Deno.test("hex shows every byte once, below the name of its structure", () => {
  const bytes = tableOf("host-unarmed");
  const rows = nfitHex(bytes).split("\n").filter((row) => /^[0-9a-f]{4} {2}/.test(row));
  const shown = rows.map((row) => row.slice(6, 53).trim().replaceAll(" ", "")).join("");
  assert.equal(shown, [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
});

Deno.test("a fault of the linter stands at its field, and at its structure if it is about that", () => {
  const bytes = tableOf("host-unarmed").slice();
  bytes[40 + 56 + 12] = 9; // the mapping's SPA range index
  const mapping = nfitTree(bytes).find((node) => node.name.startsWith("#1 "))!;
  const field = mapping.children.find((child) => child.name === "SPA Range Structure Index")!;
  assert.equal(field.note, "→ nothing");
  assert.match(field.fault!, /9/);
  const faults = nfitTree(bytes).flatMap((node) => [node, ...node.children]).filter((node) => node.fault);
  const places = new Set(lintNfit(bytes).map(({ offset, length }) => `${offset}+${length}`));
  assert.equal(faults.length, places.size);
});

Deno.test("node ids are unique in a table, and fields lie inside their structures", () => {
  const tree = nfitTree(tableOf("server-two-socket"));
  const nodes = tree.flatMap((node) => [node, ...node.children]);
  assert.equal(new Set(nodes.map((node) => node.id)).size, nodes.length);
  for (const node of tree) {
    for (const field of node.children) {
      assert.ok(field.offset >= node.offset && field.offset + field.length <= node.offset + node.length);
    }
  }
});

Deno.test("JSON keeps raw values under the field's name", () => {
  const value = nfitJson(tableOf("server-two-socket"));
  assert.equal(atPointer(value, "/checksum_ok"), true);
  assert.equal(atPointer(value, "/structures/0/record/range_base"), 0x400000000n);
  assert.deepEqual(atPointer(value, "/structures/2/fields/5/refers_to"), [0]);
});

Deno.test("any bytes can be shown", () => {
  const bytes = tableOf("server-two-socket");
  for (const length of [0, 1, 39, 40, 41, 44, 95, 96, 97, bytes.length - 1]) {
    const cut = bytes.slice(0, length);
    nfitText({ title: "cut", bytes: cut });
    nfitHex(cut);
    nfitJson(cut);
  }
});

Deno.test("addresses of a host are said in mfn, those of a guest in gfn", () => {
  const bytes = tableOf("host-unarmed");
  const base = (frames: "mfn" | "gfn" | undefined) =>
    nfitTree(bytes, { frames })[1]!.children.find(({ name }) => name === "System Physical Address Range Base")!.note;
  assert.deepEqual([base("mfn"), base("gfn"), base(undefined)], ["→ mfn 0x100000", "→ gfn 0x100000", undefined]);
});
