import assert from "node:assert/strict";
import { domainTables, hostTables, nfitView, sratView, ssdtView } from "../../../src/command/console/tables_view.ts";
import { type FieldNode } from "../../../src/command/language/console_host.ts";
import { hostFrom, imageFrom } from "../../support/session.ts";
import { captured, tableOf } from "../tables/captured.ts";
import { hostWithGuest, ON_NAMESPACE } from "../tables/guest_host.ts";

const flat = (nodes: readonly FieldNode[]): FieldNode[] => nodes.flatMap((node) => [node, ...flat(node.children)]);
const outline = (nodes: readonly FieldNode[], depth = 0): string[] =>
  nodes.flatMap((node) => [
    `${"  ".repeat(depth)}${
      [node.name, node.value, node.note].filter((part) => part).join("  ")
    }  ${node.offset}+${node.length}`,
    ...outline(node.children, depth + 1),
  ]);

Deno.test("a host shows the tables that its firmware has, in one order", () => {
  const views = hostTables(hostFrom(imageFrom("server-two-socket")).fork());
  assert.deepEqual(views.map(({ signature }) => signature), ["NFIT", "SRAT", "SSDT"]);
  for (const view of views) assert.ok(view.checksumOk, view.signature);
});

Deno.test("ids are unique in a table, and every node lies in the bytes", () => {
  for (const host of ["server-two-socket", "host-four-mixed", "xen-dom0-carved"]) {
    const views = [nfitView(tableOf(host)), ssdtView(tableOf(host, "ssdt.bin")), sratView(tableOf(host, "srat.bin"))];
    for (const { tree, bytes, signature } of views) {
      const nodes = flat(tree);
      assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length, `${host} ${signature}`);
      for (const node of nodes) assert.ok(node.offset + node.length <= bytes.length, `${signature} ${node.id}`);
    }
  }
});

Deno.test("the structures of an NFIT and an SRAT cover every byte", () => {
  for (
    const { tree, bytes } of [
      nfitView(tableOf("server-two-socket")),
      sratView(tableOf("server-two-socket", "srat.bin")),
    ]
  ) {
    let at = 0;
    for (const node of tree) {
      assert.equal(node.offset, at);
      at += node.length;
    }
    assert.equal(at, bytes.length);
  }
});

Deno.test("an SSDT shows its objects with the bytes that declare them", async (t) => {
  const { tree } = ssdtView(tableOf("host-unarmed", "ssdt.bin"));
  await t.assertSnapshot(outline(tree.slice(1)).join("\n"));
});

Deno.test("an SRAT shows whose memory is where", async (t) => {
  const { tree } = sratView(captured("server-two-socket", "srat.bin"));
  await t.assertSnapshot(tree.map((node) => `${node.name}  ${node.value}`).join("\n"));
});

Deno.test("faults and notes come from the linter", () => {
  const bytes = tableOf("host-unarmed").slice();
  bytes[9]! ^= 1;
  const view = nfitView(bytes);
  assert.equal(view.checksumOk, false);
  assert.equal(view.notes.length, 1);
  assert.match(view.tree[0]!.children[3]!.fault!, /sum/);
});

Deno.test("bytes that are no table are still shown", () => {
  for (const bytes of [new Uint8Array(), new Uint8Array(10), new Uint8Array(60)]) {
    for (const view of [nfitView(bytes), sratView(bytes), ssdtView(bytes)]) {
      assert.ok(view.notes.length > 0, view.signature);
      assert.ok(bytes.length === 0 || view.tree.length > 0);
    }
  }
});

Deno.test("a guest has the tables of its profile", () => {
  const fork = hostWithGuest("server-two-socket", ON_NAMESPACE).fork();
  const views = domainTables(fork, "web1")._unsafeUnwrap();
  assert.deepEqual(views.map(({ signature }) => signature), ["NFIT", "SSDT"]);
  assert.match(domainTables(fork, "nobody")._unsafeUnwrapErr().what, /no running domain "nobody"/);
});
