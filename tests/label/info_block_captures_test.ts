import assert from "node:assert/strict";
import { viewOf } from "../../src/base/bytes.ts";
import {
  arenaWrites,
  BTT_START,
  bttArenas,
  bttDiskSize,
  bttInfoBlock,
  discoverBtt,
  encodePfn,
  pfnInfoBlock,
  pfnLayout,
  type PfnSpec,
  validatePfn,
} from "../../src/label/mod.ts";
import { capturedNamespaces, readerOf } from "./captured_namespaces.ts";

const ALIGNMENTS = [0x1000, 0x200000, 0x40000000];
const namespaces = capturedNamespaces();

Deno.test("every captured PFN and DAX block follows from the namespace's place, size, alignment and uuids", () => {
  const held = namespaces.filter(({ kind }) => kind === "pfn" || kind === "dax");
  assert.ok(held.length >= 20, `${held.length} are there`);
  for (const { name, start, size, uuid, kind, holder, ...rest } of held) {
    const block = readerOf({ name, start, size, uuid, kind, holder, ...rest })(4096, 4096);
    const spec: PfnSpec = {
      flavour: kind === "pfn" ? "fsdax" : "devdax",
      map: holder.get("mode") === "pmem" ? "dev" : "mem",
      start,
      size,
      align: Number(holder.get("align")),
      uuid: holder.get("uuid")!,
      parentUuid: uuid,
    };
    const layout = pfnLayout(spec)._unsafeUnwrap();
    assert.deepEqual(encodePfn(spec, layout), block, name);
    assert.deepEqual(pfnInfoBlock.write(pfnInfoBlock.read(viewOf(block))._unsafeUnwrap()), block, name);

    const info = validatePfn(block, spec.flavour, { start, size, uuid, alignments: ALIGNMENTS })._unsafeUnwrap();
    assert.equal(info.dataStart, Number(holder.get("resource")), name);
    assert.equal(info.usable, Number(holder.get("size")), name);
    assert.equal(layout.usable, info.usable, name);
  }
});

Deno.test("every captured BTT: both info blocks and the log follow from size, sector size and uuids", () => {
  const held = namespaces.filter(({ kind }) => kind === "btt");
  assert.ok(held.length >= 10, `${held.length} are there`);
  for (const namespace of held) {
    const { name, size, uuid, holder } = namespace;
    const read = readerOf(namespace);
    const version = read(0, 1)[0] === 0 ? "1.1" : "2.0";
    const sector = Number(/\[([0-9]+)\]/.exec(holder.get("sector_size")!)![1]);
    const arenas = bttArenas(size, sector, version)._unsafeUnwrap();
    assert.equal(bttDiskSize(arenas), Number(holder.get("size")), name);
    for (const arena of arenas) {
      for (const write of arenaWrites(arena, { uuid: holder.get("uuid")!, parentUuid: uuid, version })) {
        if ("bytes" in write) {
          assert.deepEqual(read(write.offset, write.bytes.length), write.bytes, `${name} ${write.note}`);
        }
      }
      const block = read(arena.info, 4096);
      assert.deepEqual(bttInfoBlock.write(bttInfoBlock.read(viewOf(block))._unsafeUnwrap()), block, name);
    }
    const found = discoverBtt(read, { size, uuid, version })._unsafeUnwrap();
    assert.deepEqual(found.arenas, arenas.map((arena) => ({ ...arena, logSlots: [0, 1], errorFlag: false })), name);
    assert.deepEqual(found.repairs, [], name);
    assert.equal(arenas[0]!.info, BTT_START[version]);
  }
});

Deno.test("what is left of a former BTT at the end of a namespace makes no BTT", () => {
  const left = namespaces.filter(({ kind, pieces }) => kind !== "btt" && pieces.some(({ offset }) => offset > 0x10000));
  assert.ok(left.length > 0);
  for (const namespace of left) {
    const { size, uuid } = namespace;
    for (const version of ["1.1", "2.0"] as const) {
      assert.deepEqual(discoverBtt(readerOf(namespace), { size, uuid, version })._unsafeUnwrap(), {
        arenas: [],
        repairs: [],
      });
    }
  }
});
