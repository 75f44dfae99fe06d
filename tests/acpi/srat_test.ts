import assert from "node:assert/strict";
import {
  decodeNfit,
  decodeSrat,
  encodeSrat,
  memoryRanges,
  nodeOfAddress,
  proximityDomains,
  xenSratRefusal,
} from "../../src/acpi/mod.ts";
import { captured, capturedTables, patched } from "./support.ts";

const srat = (host: string) => decodeSrat(captured(`${host}/srat.bin`))._unsafeUnwrap();
const table = captured("server-two-socket/srat.bin");

Deno.test("every captured SRAT decodes and encodes to the same bytes", () => {
  const tables = capturedTables("srat");
  assert.ok(tables.length > 30);
  for (const { path, bytes } of tables) {
    const decoded = decodeSrat(bytes)._unsafeUnwrap();
    assert.deepEqual(encodeSrat(decoded), bytes, path);
    assert.deepEqual([...new Set(decoded.entries.map((e) => e.kind))].sort(), ["memory", "processor"], path);
  }
});

Deno.test("a two-socket server: two domains, each with its own persistent memory", () => {
  const server = srat("server-two-socket");
  assert.deepEqual(proximityDomains(server), [0, 1]);
  const pmem = memoryRanges(server).filter((r) => r.nonVolatile);
  assert.deepEqual(pmem.map((r) => [r.start, r.proximityDomain]), [[0x400000000, 0], [0x3000000000, 1]]);
  assert.equal(nodeOfAddress(server, 0x3fffffff), 0);
  assert.equal(nodeOfAddress(server, 0x40000000), 1);
  assert.equal(nodeOfAddress(server, 0xa0000), undefined); // the hole below 1 MiB
});

Deno.test("an NVDIMM's own entry wins over the hot-plug window behind it", () => {
  const host = srat("host-two-nodes");
  const [first, second] = decodeNfit(captured("host-two-nodes/nfit.bin"))._unsafeUnwrap().structures
    .flatMap((s) => (s.kind === "spaRange" ? [Number(s.record.rangeBase)] : []));
  assert.deepEqual([nodeOfAddress(host, first!), nodeOfAddress(host, second!)], [0, 1]);
  assert.ok(memoryRanges(host).some((r) => r.hotPluggable && r.start <= first!));
});

Deno.test("Xen refuses a table whose hot-plug window overlaps an NVDIMM, as its log says", () => {
  const refusal = xenSratRefusal(srat("xen-dom0-plain"));
  assert.ok(refusal?.kind === "overlap" && refusal.range.hotPluggable && refusal.with.nonVolatile);
  assert.equal(xenSratRefusal(srat("server-two-socket")), undefined);
});

Deno.test("disabled, empty and endless entries are no memory", () => {
  const at = 0x50; // the first memory entry
  const count = memoryRanges(srat("server-two-socket")).length;
  const left = (bytes: Uint8Array) => memoryRanges(decodeSrat(bytes)._unsafeUnwrap()).length;
  assert.equal(left(patched(table, at + 28, 4, 0)), count - 1);
  assert.equal(left(patched(table, at + 16, 8, 0n)), count - 1);
  assert.equal(left(patched(table, at + 8, 8, 2n ** 64n - 1n)), count - 1);
});

Deno.test("entries of other types, and those too short, are kept as they are", () => {
  for (const [offset, value] of [[0x50, 5], [0x51, 8], [0x51, 0], [0x51, 1], [0x51, 255]] as const) {
    const bytes = patched(table, offset, 1, value);
    assert.deepEqual(encodeSrat(decodeSrat(bytes)._unsafeUnwrap()), bytes);
  }
});

Deno.test("what is no SRAT is a fault with its place", () => {
  assert.equal(decodeSrat(table.slice(0, 47))._unsafeUnwrapErr().kind, "format");
  assert.match(decodeSrat(table.slice(0, 100))._unsafeUnwrapErr().reason, /says 280 bytes, 100 are there/);
  assert.equal(decodeSrat(patched(table, 0, 1, 0))._unsafeUnwrapErr().path, "SRAT header/signature");
});
