import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { viewOf } from "../../src/base/bytes.ts";
import { NIL_UUID } from "../../src/base/guid.ts";
import { GiB, KiB, MiB, TiB } from "../../src/base/units.ts";
import {
  encodePfn,
  explainInfoBlock,
  type MapLocation,
  type PfnHost,
  pfnInfoBlock,
  pfnLayout,
  type PfnRecord,
  type PfnSpec,
  sealInfoBlock,
  validatePfn,
} from "../../src/label/mod.ts";

const START = 0x100000000;

Deno.test("V1: layout: where data starts, how many pages, what the end loses", () => {
  const rows: [number, number, number, MapLocation, [number, number, number, number]][] = [
    [START, GiB, 2 * MiB, "dev", [0x1200000, 257536, 0, 1054867456]],
    [START, GiB, 2 * MiB, "mem", [0x200000, 261632, 0, 1071644672]],
    [START, 4 * GiB, 2 * MiB, "dev", [0x4200000, 1031680, 0, 4225761280]],
    [START, 4 * GiB, GiB, "dev", [0x40000000, 786432, 0, 3221225472]],
    [START, 16 * MiB, 2 * MiB, "dev", [0x200000, 3584, 0, 14680064]],
    [START, 0x3e00000, 2 * MiB, "dev", [0x200000, 15360, 0, 62914560]],
    [0x240000000, TiB, 2 * MiB, "dev", [0x400200000, 264240640, 0, 1082329661440]],
    [0x108000000, 128 * MiB - 128 * KiB, 4 * KiB, "dev", [0x400000, 31232, 0x1e0000, 127926272]],
  ];
  for (const [start, size, align, map, [dataOffset, pages, endTrunc, usable]] of rows) {
    assert.deepEqual(pfnLayout({ start, size, align, map })._unsafeUnwrap(), { dataOffset, pages, endTrunc, usable });
  }
});

Deno.test("a start between sub-sections and a namespace that is all page map are refused", () => {
  const refused = (start: number, size: number, align: number) => {
    const fault = pfnLayout({ start, size, align, map: "dev" })._unsafeUnwrapErr();
    assert.ok(explainInfoBlock(fault).hint.length > 5);
    return fault.kind;
  };
  assert.equal(refused(START + MiB, GiB, 2 * MiB), "misaligned start");
  assert.equal(refused(START + 2 * MiB, 2 * MiB, 2 * MiB), "no room for data");
  assert.equal(refused(START, GiB, GiB), "no room for data");
  assert.ok(pfnLayout({ start: START, size: 2 * GiB, align: GiB, map: "dev" }).isOk());
});

const spec: PfnSpec = {
  flavour: "fsdax",
  map: "dev",
  start: START,
  size: GiB,
  align: 2 * MiB,
  uuid: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  parentUuid: "01234567-89ab-4def-8123-456789abcdef",
};
const layout = pfnLayout(spec)._unsafeUnwrap();
const block = encodePfn(spec, layout);
const host: PfnHost = { start: START, size: GiB, uuid: spec.parentUuid, alignments: [4 * KiB, 2 * MiB, GiB] };

Deno.test("V2: the block equals ndctl's write-infoblock byte for byte", () => {
  assert.equal(viewOf(block).getBigUint64(4088, true), 0x9881a467e71506e6n);
  assert.equal(
    createHash("sha256").update(block).digest("hex"),
    "6615cb9bd7a5852c41fb2a3fd362fd1d381809bdc38797a9c8235121711751f8",
  );
});

Deno.test("Linux takes the block it wrote", () => {
  assert.deepEqual(validatePfn(block, "fsdax", host)._unsafeUnwrap(), {
    flavour: "fsdax",
    uuid: spec.uuid,
    map: "dev",
    align: 2 * MiB,
    dataOffset: 0x1200000,
    startPad: 0,
    endTrunc: 0,
    dataStart: START + 0x1200000,
    usable: 1054867456,
  });
});

const changed = (change: Partial<PfnRecord>): Uint8Array =>
  sealInfoBlock(pfnInfoBlock.write({ ...pfnInfoBlock.read(viewOf(block))._unsafeUnwrap(), ...change }));

Deno.test("what makes Linux look for another personality, and what fails the namespace", () => {
  const outcome = (bytes: Uint8Array, over: Partial<PfnHost> = {}, flavour: "fsdax" | "devdax" = "fsdax") => {
    const fault = validatePfn(bytes, flavour, { ...host, ...over })._unsafeUnwrapErr();
    assert.ok(explainInfoBlock(fault).what.includes(fault.reason));
    return [fault.errno, fault.reason];
  };
  const broken = block.slice();
  broken[200] = 1;
  assert.deepEqual(outcome(block, {}, "devdax"), ["ENODEV", "signature"]);
  assert.deepEqual(outcome(broken), ["ENODEV", "checksum"]);
  assert.deepEqual(outcome(block, { uuid: NIL_UUID }), ["ENODEV", "parent uuid"]);
  assert.deepEqual(outcome(changed({ mode: 0 })), ["ENXIO", "mode"]);
  assert.deepEqual(outcome(changed({ mode: 3 })), ["ENXIO", "mode"]);
  assert.deepEqual(outcome(changed({ pageSize: 65536 })), ["EOPNOTSUPP", "page size"]);
  assert.deepEqual(outcome(changed({ pageStructSize: 56 })), ["EOPNOTSUPP", "page struct size"]);
  const dax = changed({ signature: "NVDIMM_DAX_INFO", align: 2 * MiB });
  assert.ok(validatePfn(dax, "devdax", host).isOk());
  assert.deepEqual(outcome(dax, { alignments: [4 * KiB] }, "devdax"), ["EOPNOTSUPP", "unsupported alignment"]);
  assert.ok(validatePfn(block, "fsdax", { ...host, alignments: [4 * KiB] }).isOk(), "only devdax asks");
  assert.deepEqual(outcome(changed({ align: 2 ** 31 })), ["EOPNOTSUPP", "alignment exceeds capacity"]);
  assert.deepEqual(outcome(changed({ dataOffset: BigInt(GiB) })), ["EOPNOTSUPP", "data offset exceeds capacity"]);
  assert.deepEqual(outcome(changed({ dataOffset: 0x1201000n })), ["EOPNOTSUPP", "data offset misaligned"]);
  const small = changed({ align: 4 * KiB, startPad: 4 * KiB });
  assert.deepEqual(outcome(small), ["EOPNOTSUPP", "start misaligned"]);
  assert.deepEqual(outcome(changed({ endTrunc: 4096 })), ["EOPNOTSUPP", "end misaligned"]);
  assert.deepEqual(outcome(block, { size: GiB - 4096 }), ["EOPNOTSUPP", "end misaligned"]);
  assert.deepEqual(outcome(changed({ endTrunc: GiB - 0x1200000 })), ["EOPNOTSUPP", "no data"]);
  assert.deepEqual(outcome(block, { start: START + 4096 }), ["EOPNOTSUPP", "data offset misaligned"]);
});

Deno.test("a configured personality wants its own block with its own settings", () => {
  const expected = { uuid: spec.uuid, align: 2 * MiB, map: "dev" as const };
  const reason = (over: Partial<typeof expected> | { map: MapLocation }) =>
    validatePfn(block, "fsdax", host, { ...expected, ...over })._unsafeUnwrapErr();
  assert.ok(validatePfn(block, "fsdax", host, expected).isOk());
  assert.deepEqual([reason({ uuid: NIL_UUID }).errno, reason({ uuid: NIL_UUID }).reason], ["ENODEV", "uuid"]);
  assert.deepEqual([reason({ align: 4096 }).errno, reason({ align: 4096 }).reason], ["EOPNOTSUPP", "settings"]);
  assert.equal(reason({ map: "mem" }).reason, "settings");
});

Deno.test("fields that older versions of the block did not have are taken as their defaults", () => {
  const old = (minor: number, change: Partial<PfnRecord> = {}) =>
    validatePfn(changed({ minor, ...change }), "fsdax", host)._unsafeUnwrap();
  assert.equal(old(3, { pageSize: 0, pageStructSize: 0 }).align, 2 * MiB);
  const unaligned = { minor: 1, align: 7, pageStructSize: 0 };
  assert.equal(old(1, { ...unaligned, dataOffset: 0x1000000n }).align, 0x1000000);
  const odd = validatePfn(changed(unaligned), "fsdax", host)._unsafeUnwrapErr();
  assert.equal(odd.wanted, "SPA a multiple of 16777216", "the largest power of two below the data offset, fit or not");
  assert.equal(old(0, { startPad: 1, endTrunc: 1, dataOffset: 0x1000000n }).endTrunc, 0);
  const zero = validatePfn(changed({ minor: 1, dataOffset: 0n }), "fsdax", host)._unsafeUnwrapErr();
  assert.equal(zero.reason, "alignment exceeds capacity");
});
