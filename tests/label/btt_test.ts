import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { viewOf } from "../../src/base/bytes.ts";
import { NIL_UUID } from "../../src/base/guid.ts";
import { GiB, KiB, MiB } from "../../src/base/units.ts";
import {
  applyWrites,
  arenaWrites,
  type BttArena,
  bttArenas,
  bttDiskSize,
  type BttHost,
  bttInfoBlock,
  type BttRecord,
  decodeMapEntry,
  discoverBtt,
  encodeBttInfo,
  encodeMapEntry,
  explainInfoBlock,
  findLogSlots,
  freshLog,
  type LogEntry,
  newerLogEntry,
  probeBtt,
  readLogGroup,
  sealInfoBlock,
  writeLogEntry,
} from "../../src/label/mod.ts";

const identity = {
  uuid: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  parentUuid: "01234567-89ab-4def-8123-456789abcdef",
  version: "2.0" as const,
};

Deno.test("V3: layout of one arena and of several", () => {
  const shape = (arena: BttArena) =>
    [arena.internalBlocks, arena.externalBlocks, arena.map, arena.log, arena.info2].map((n, i) =>
      i < 2 ? n : n - arena.info
    );
  const rows: ["1.1" | "2.0", number, number, number[][]][] = [
    ["1.1", GiB, 4096, [[261880, 261624, 0x3fefa000, 0x3fffa000, 0x3fffe000]]],
    ["1.1", GiB, 512, [[2080831, 2080575, 0x3f80a000, 0x3fffa000, 0x3fffe000]]],
    ["2.0", GiB, 4096, [[261881, 261625, 0x3fefb000, 0x3fffb000, 0x3ffff000]]],
    ["2.0", 16 * MiB, 4096, [[4085, 3829, 0xff7000, 0xffb000, 0xfff000]]],
    ["2.0", 513 * GiB, 4096, [
      [134086776, 134086520, 0x7fe007b000, 0x7fffffb000, 0x7ffffff000],
      [261881, 261625, 0x3fefb000, 0x3fffb000, 0x3ffff000],
    ]],
  ];
  for (const [version, size, sector, arenas] of rows) {
    const laid = bttArenas(size, sector, version)._unsafeUnwrap();
    assert.deepEqual(laid.map(shape), arenas);
    assert.equal(laid[0]!.data - laid[0]!.info, 0x1000);
  }
  const [first, second] = bttArenas(513 * GiB, 4096, "2.0")._unsafeUnwrap();
  assert.deepEqual([first!.next, second!.next, second!.info], [512 * GiB, 0, 512 * GiB]);
  assert.equal(second!.firstBlock, first!.externalBlocks);
  assert.equal(bttDiskSize([first!, second!]), (134086520 + 261625) * 4096);
});

Deno.test("a remainder below 16 MiB is no arena, and the whole must hold one", () => {
  const count = (size: number, version: "1.1" | "2.0" = "2.0") => bttArenas(size, 512, version).map((a) => a.length);
  assert.equal(count(512 * GiB + 16 * MiB - 4096)._unsafeUnwrap(), 1);
  assert.equal(bttArenas(512 * GiB + 16 * MiB - 4096, 512, "2.0")._unsafeUnwrap()[0]!.next, 0);
  assert.equal(count(512 * GiB + 16 * MiB)._unsafeUnwrap(), 2);
  assert.equal(count(16 * MiB)._unsafeUnwrap(), 1);
  assert.deepEqual(count(16 * MiB, "1.1")._unsafeUnwrapErr(), {
    kind: "too small for a BTT",
    size: 16 * MiB,
    least: 16 * MiB + 4 * KiB,
  });
  assert.equal(count(16 * MiB + 4 * KiB, "1.1")._unsafeUnwrap(), 1);
});

Deno.test("V4: the info block equals the reference and ndctl accepts it", () => {
  const [arena] = bttArenas(GiB, 4096, "2.0")._unsafeUnwrap();
  const block = encodeBttInfo(arena!, identity);
  assert.equal(viewOf(block).getBigUint64(4088, true), 0x2847e64cbe55b372n);
  assert.equal(
    createHash("sha256").update(block).digest("hex"),
    "c55d338ac8a0156e63501dbbb715bc1657e111d962c610a3d4eab7e091713d0e",
  );
});

Deno.test("a block is refused in Linux's order: signature, parent, checksum, version", () => {
  const [arena] = bttArenas(GiB, 4096, "2.0")._unsafeUnwrap();
  const block = encodeBttInfo(arena!, identity);
  const reason = (bytes: Uint8Array, parent = identity.parentUuid, version: "1.1" | "2.0" = "2.0") =>
    probeBtt(bytes, parent, version).match(() => "none", (fault) => fault.reason);
  const with_ = (at: number, value: number) => block.with(at, value);
  assert.equal(reason(block), "none");
  assert.equal(reason(with_(0, 0)), "signature");
  assert.equal(reason(block, NIL_UUID), "parent uuid");
  assert.equal(reason(with_(40, 9)), "parent uuid");
  assert.equal(reason(with_(2000, 9)), "checksum");
  assert.equal(reason(block, identity.parentUuid, "1.1"), "version");
  const orphan = encodeBttInfo(arena!, { ...identity, parentUuid: NIL_UUID });
  assert.equal(reason(orphan, "ffffffff-0000-4000-8000-000000000000"), "none", "no parent fits every namespace");
});

Deno.test("map entries: four states, and what the driver reads of them", () => {
  assert.deepEqual(decodeMapEntry(0, 7), { state: "initial", block: 7 });
  assert.deepEqual(decodeMapEntry(0xc0000005, 7), { state: "normal", block: 5 });
  assert.deepEqual(decodeMapEntry(0x40000005, 7), { state: "error", block: 5 });
  assert.deepEqual(decodeMapEntry(0x80000005, 7), { state: "zero", block: 5 });
  for (const state of ["normal", "error", "zero"] as const) {
    for (const block of [0, 1, 0x3fffffff]) {
      assert.deepEqual(decodeMapEntry(encodeMapEntry({ state, block }), 9), { state, block });
    }
  }
  assert.equal(encodeMapEntry({ state: "initial", block: 3 }), 0);
});

const entry = (block: number, oldMap: number, newMap: number, sequence: number): LogEntry => ({
  block,
  oldMap,
  newMap,
  sequence,
});

/** A fresh log with some entries put in: [lane, place, entry]. */
const logWith = (...entries: [number, number, LogEntry][]): Uint8Array =>
  applyWrites(
    freshLog(1000),
    entries.map(([lane, i, e]) => ({ offset: lane * 64 + i * 16, bytes: writeLogEntry(e), note: "" })),
  );

Deno.test("which log entries are in use is found from what is not zero", () => {
  const slots = (log: Uint8Array) => findLogSlots(log, 256).match((found) => found as readonly number[], (f) => f.kind);
  assert.deepEqual(slots(freshLog(1000)), [0, 1], "never written: the new layout");
  assert.deepEqual(slots(logWith([5, 1, entry(9, 1, 2, 2)])), [0, 1]);
  assert.deepEqual(slots(logWith([5, 2, entry(9, 1, 2, 2)])), [0, 2], "kernels before 4.15");
  assert.equal(slots(logWith([5, 3, entry(9, 1, 2, 2)])), "log slots");
  assert.equal(slots(logWith([5, 1, entry(9, 1, 2, 2)], [9, 2, entry(9, 1, 2, 2)])), "log padding");
  assert.equal(slots(logWith([5, 1, entry(9, 1, 2, 2)], [9, 0, entry(0, 0, 0, 0)])), "log padding");
  assert.equal(slots(new Uint8Array(256 * 64)), "log slots");
});

Deno.test("of two log entries the follower is newer; equal or wild sequences are corruption", () => {
  const newer = (a: number, b: number) => {
    const log = logWith([0, 0, entry(1, 2, 3, a)], [0, 1, entry(1, 2, 3, b)]);
    return newerLogEntry(readLogGroup(log, 0), [0, 1], 0).unwrapOr(undefined);
  };
  const table = [0, 1, 2, 3].map((a) => [0, 1, 2, 3].map((b) => newer(a, b)));
  assert.deepEqual(table, [
    [1, 1, 1, 1],
    [0, undefined, 1, 0],
    [1, 0, undefined, 1],
    [1, 1, 0, undefined],
  ]);
  assert.equal(newer(4, 2), undefined);
});

/** A namespace in memory with a fresh BTT on it. */
function namespaceWithBtt(
  size: number,
  version: "1.1" | "2.0",
): { bytes: Uint8Array; arenas: BttArena[]; host: BttHost } {
  const arenas = bttArenas(size, 4096, version)._unsafeUnwrap();
  const bytes = new Uint8Array(size);
  for (const arena of arenas) {
    for (const write of arenaWrites(arena, { ...identity, version })) {
      if ("bytes" in write) bytes.set(write.bytes, write.offset);
    }
  }
  return { bytes, arenas, host: { size, uuid: identity.parentUuid, version } };
}

const discover = ({ bytes, host }: { bytes: Uint8Array; host: BttHost }) =>
  discoverBtt((offset, length) => bytes.slice(offset, offset + length), host);

Deno.test("a BTT just laid out is found as it was laid out", () => {
  for (const version of ["1.1", "2.0"] as const) {
    const made = namespaceWithBtt(32 * MiB, version);
    const found = discover(made)._unsafeUnwrap();
    assert.deepEqual(found.arenas, made.arenas.map((a) => ({ ...a, logSlots: [0, 1], errorFlag: false })));
    assert.deepEqual(found.repairs, []);
  }
});

Deno.test("a namespace without the first block has no BTT; the other version's is not seen", () => {
  const made = namespaceWithBtt(32 * MiB, "2.0");
  assert.deepEqual(discover({ ...made, host: { ...made.host, version: "1.1" } })._unsafeUnwrap().arenas, []);
  made.bytes[0] = 0;
  assert.deepEqual(discover(made)._unsafeUnwrap().arenas, []);
});

Deno.test("a crash between log and map is mended from the log", () => {
  const made = namespaceWithBtt(32 * MiB, "2.0");
  const [arena] = made.arenas;
  const free = arena!.externalBlocks + 3;
  made.bytes.set(writeLogEntry(entry(10, 10, free, 2)), arena!.log + 3 * 64 + 16);
  const { repairs } = discover(made)._unsafeUnwrap();
  assert.deepEqual(repairs.map(({ offset, note }) => [offset, note]), [
    [arena!.map + 40, "BTT map entry 10 (from the log)"],
  ]);
  made.bytes = applyWrites(made.bytes, repairs);
  assert.deepEqual(discover(made)._unsafeUnwrap().repairs, [], "and then there is nothing to mend");
  assert.equal(viewOf(made.bytes).getUint32(arena!.map + 40, true), (0xc0000000 | free) >>> 0);
});

Deno.test("what Linux cannot use is refused with its errno", () => {
  const fault = (change: Partial<BttRecord>, also?: (bytes: Uint8Array, arena: BttArena) => void) => {
    const made = namespaceWithBtt(32 * MiB, "2.0");
    const record = bttInfoBlock.read(viewOf(made.bytes))._unsafeUnwrap();
    made.bytes.set(sealInfoBlock(bttInfoBlock.write({ ...record, ...change })));
    also?.(made.bytes, made.arenas[0]!);
    const found = discover(made)._unsafeUnwrapErr();
    assert.ok(explainInfoBlock(found).what.length > 5);
    return [found.kind, found.errno];
  };
  assert.deepEqual(fault({ lanes: 255 }), ["lanes", "EINVAL"]);
  assert.deepEqual(fault({ lanes: 2 ** 31 }), ["lanes", "ENOMEM"]);
  assert.deepEqual(fault({ logOffset: BigInt(32 * MiB) }), ["out of range", "EFAULT"]);
  assert.deepEqual(fault({ logOffset: 2n ** 64n - 1n }), ["out of range", "EFAULT"]);
  assert.deepEqual(fault({ dataOffset: 2n ** 63n }), ["out of range", "EFAULT"]);
  assert.deepEqual(fault({ nextOffset: BigInt(16 * MiB) }), ["corrupted arena", "ENODEV"]);
  assert.deepEqual(fault({ nextOffset: 2n ** 40n }), ["out of range", "EFAULT"]);
  assert.deepEqual(
    fault({}, (bytes, arena) => bytes.set(writeLogEntry(entry(1, 2, 3, 1)), arena.log + 16)),
    ["log", "EIO"],
  );
  assert.deepEqual(
    fault({}, (bytes, arena) => bytes.set(writeLogEntry(entry(1, 2, 3, 1)), arena.log + 48)),
    ["log", "ENXIO"],
  );
  assert.deepEqual(
    fault({}, (bytes, arena) => bytes.set(writeLogEntry(entry(2 ** 31, 2, 3, 2)), arena.log + 16)),
    ["log block", "EIO"],
  );
  const made = namespaceWithBtt(32 * MiB, "2.0");
  assert.deepEqual(discoverBtt(() => undefined, made.host)._unsafeUnwrapErr().kind, "media error");
});

Deno.test("a fault of an arena says where it is in the namespace, and in which field", () => {
  const place = (change: Partial<BttRecord>, also?: (bytes: Uint8Array, arena: BttArena) => void) => {
    const made = namespaceWithBtt(32 * MiB, "1.1");
    const [arena] = made.arenas;
    const record = bttInfoBlock.read(viewOf(made.bytes), arena!.info)._unsafeUnwrap();
    made.bytes.set(sealInfoBlock(bttInfoBlock.write({ ...record, ...change })), arena!.info);
    also?.(made.bytes, arena!);
    const fault = discover(made)._unsafeUnwrapErr();
    assert.ok("path" in fault, fault.kind);
    return [fault.path, fault.offset - arena!.log, fault.offset - arena!.info, fault.length];
  };
  const [path, , fromInfo, length] = place({ lanes: 255 });
  assert.deepEqual([path, fromInfo, length], ["arena 0/BTT info block/lanes", 72, 4]);
  const second = place({ nextOffset: BigInt(16 * MiB) });
  assert.deepEqual([second[0], second[2], second[3]], ["arena 1/BTT info block/signature", 16 * MiB, 16]);
  const inLog = (block: number, sequence: number, at: number) =>
    place({}, (bytes, arena) => bytes.set(writeLogEntry(entry(block, 2, 3, sequence)), arena.log + 5 * 64 + at));
  const [sequence, offset, , width] = inLog(1, 1, 16);
  assert.deepEqual([sequence, offset, width], ["arena 0/BTT log/lane 5/entry 1/sequence", 5 * 64 + 28, 4]);
  const [block, at, , size] = inLog(2 ** 31, 2, 16);
  assert.deepEqual([block, at, size], ["arena 0/BTT log/lane 5/entry 1/block", 5 * 64 + 16, 4]);
  assert.equal(inLog(1, 1, 48)[0], "arena 0/BTT log", "which entries are in use is a matter of all lanes");
});
