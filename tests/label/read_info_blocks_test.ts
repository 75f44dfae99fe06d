import assert from "node:assert/strict";
import { concat, hexText, viewOf } from "../../src/base/bytes.ts";
import { NIL_UUID } from "../../src/base/guid.ts";
import { prettyJson } from "../../src/base/json.ts";
import { MiB } from "../../src/base/units.ts";
import {
  encodePfn,
  INFO_HEAD_SIZE,
  pfnInfoBlock,
  pfnLayout,
  pfnLayoutAsNdctl,
  type PfnSpec,
  readInfoBlocksJson,
  sealInfoBlock,
} from "../../src/label/mod.ts";
import { capturedNamespaces, readerOf } from "./captured_namespaces.ts";
import { printed } from "./captures.ts";

const UUID = "79f1cc98-8d93-45ac-8d9e-58ad8201496b";

/** The namespace that the session's command 184 read: fsdax, page map in memory, 64 MiB. */
const session: PfnSpec = {
  flavour: "fsdax",
  map: "mem",
  start: 0x120000000,
  size: 64 * MiB,
  align: 2 * MiB,
  uuid: "a609f9f4-6506-4b35-a22f-33926ef47f49",
  parentUuid: UUID,
};
const headOf = (spec: PfnSpec) => concat(new Uint8Array(4096), encodePfn(spec, pfnLayout(spec)._unsafeUnwrap()));

Deno.test("read-infoblock prints what it printed in a terminal session", () => {
  const head = headOf(session);
  const source = { dev: "namespace2.0", uuid: UUID };
  assert.equal(`${prettyJson(readInfoBlocksJson(head, source))}\n`, printed("transcript-ndctl-1", 184));
  const human = readInfoBlocksJson(head, source, { human: true, verify: true });
  assert.equal(`${prettyJson(human)}\n`, printed("transcript-ndctl-1", 185));
  assert.ok(printed("transcript-ndctl-1", 186).includes(hexText(head.subarray(0x1ff8, 0x2000), " ")));
});

Deno.test("every captured block is listed once, with the fields of its kind", () => {
  for (const namespace of capturedNamespaces()) {
    if (namespace.kind === "none") continue;
    const head = readerOf(namespace)(0, INFO_HEAD_SIZE);
    const [block, ...more] = readInfoBlocksJson(head, { dev: "n", uuid: namespace.uuid }, { verify: true });
    assert.equal(more.length, 0);
    assert.equal((block as { uuid: string }).uuid, namespace.holder.get("uuid"));
  }
});

Deno.test("verify leaves out blocks with a wrong sum or another parent's first byte; a file has no parent", () => {
  const head = headOf(session);
  const count = (bytes: Uint8Array, source: { dev: string; uuid: string } | { file: string }, verify = true) =>
    readInfoBlocksJson(bytes, source, { verify }).length;
  assert.equal(count(head, { dev: "n", uuid: UUID }), 1);
  assert.equal(count(head, { dev: "n", uuid: UUID.replace(/^79/, "78") }), 0);
  assert.equal(count(head, { dev: "n", uuid: "79ffffff-0000-4000-8000-000000000000" }), 1);
  assert.equal(count(head, { dev: "n", uuid: NIL_UUID }), 1);
  assert.equal(count(head, { file: "/run/ib" }), 1);
  const broken = head.with(5000, 1);
  assert.equal(count(broken, { file: "/run/ib" }), 0);
  assert.equal(count(broken, { file: "/run/ib" }, false), 1);
  assert.equal(count(new Uint8Array(INFO_HEAD_SIZE), { file: "/run/ib" }, false), 0);
});

Deno.test("a version of more than three characters makes ndctl give the block up", () => {
  const record = pfnInfoBlock.read(viewOf(headOf(session)), 4096)._unsafeUnwrap();
  const head = concat(new Uint8Array(4096), sealInfoBlock(pfnInfoBlock.write({ ...record, minor: 10 })));
  assert.deepEqual(readInfoBlocksJson(head, { file: "x" }), []);
});

Deno.test("write-infoblock lays out from any start and pads it", () => {
  const place = { map: "dev", start: 0, size: 128 * MiB, align: 2 * MiB } as const;
  const layout = pfnLayoutAsNdctl(place)._unsafeUnwrap();
  const spec: PfnSpec = {
    ...place,
    flavour: "fsdax",
    uuid: "0badcafe-0000-4000-8000-0000000000aa",
    parentUuid: NIL_UUID,
  };
  const sum = hexText(encodePfn(spec, layout).subarray(4088), " ");
  assert.ok(printed("transcript-ndctl-1", 180).includes(`001ff0 00 00 00 00 00 00 00 00 ${sum}`));
  const odd = pfnLayoutAsNdctl({ ...place, start: MiB })._unsafeUnwrap();
  assert.deepEqual([odd.startPad, odd.endTrunc, odd.dataOffset], [MiB, MiB, 3 * MiB]);
  assert.equal(odd.usable, 128 * MiB - 5 * MiB);
  assert.equal(pfnLayoutAsNdctl({ ...place, size: 2 * MiB })._unsafeUnwrapErr().kind, "no room for data");
  const wrapped = pfnLayoutAsNdctl({ ...place, map: "mem", start: MiB, size: 1.5 * MiB })._unsafeUnwrap();
  assert.ok(wrapped.usable < 0 && wrapped.pages > 2 ** 51, "as unsigned arithmetic does");
});
