/**
 * NFIT throughput: decode, encode, Linux's reading and the linter over a table of 100 000 structures, beside the floor
 * of a plain DataView loop that reads every field of the same table and keeps nothing but a sum. Run:
 * `deno run --allow-read tests/bench/nfit_bench.ts [structures]`; prints one JSON line.
 */
import assert from "node:assert/strict";
import {
  buildNfit,
  decodeNfit,
  encodeNfit,
  lintNfit,
  type NfitStructure,
  nfitStructure,
  QEMU_MAKER,
  RANGE_TYPE,
  readAsLinux,
} from "../../src/acpi/mod.ts";
import { best, rounded } from "./best.ts";

/** DIMMs by themselves, as many as the structure count holds: a range, a mapping and a control region each. */
export function bigTable(structures: number): Uint8Array {
  const list: NfitStructure[] = [];
  for (let i = 0; list.length < structures; i++) {
    const index = (i % 0xfffe) + 1;
    list.push(
      nfitStructure("spaRange", {
        rangeIndex: index,
        rangeType: RANGE_TYPE.pmem,
        rangeBase: BigInt(2 ** 32 + i * 2 ** 28),
        rangeLength: 1n << 28n,
      }),
      nfitStructure("regionMapping", {
        handle: i + 1,
        rangeIndex: index,
        controlRegionIndex: index,
        interleaveWays: 1,
      }),
      nfitStructure("controlRegion", { controlRegionIndex: index, serialNumber: i }, 80),
    );
  }
  return buildNfit(QEMU_MAKER, list.slice(0, structures));
}

/** What any reader must do at least: find each structure and load each of its fields. */
function floor(table: Uint8Array): number {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  let sum = 0;
  for (let at = 40; at < table.length;) {
    const type = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (type === 0) {
      sum += view.getUint16(at + 4, true) + view.getUint16(at + 6, true) + view.getUint32(at + 8, true);
      sum += view.getUint32(at + 12, true);
      for (let i = 16; i < 32; i++) sum += view.getUint8(at + i);
      for (let i = 32; i < 56; i += 8) sum += Number(view.getBigUint64(at + i, true) & 0xffn);
    } else if (type === 1) {
      sum += view.getUint32(at + 4, true);
      for (let i = 8; i < 16; i += 2) sum += view.getUint16(at + i, true);
      for (let i = 16; i < 40; i += 8) sum += Number(view.getBigUint64(at + i, true) & 0xffn);
      for (let i = 40; i < 48; i += 2) sum += view.getUint16(at + i, true);
    } else {
      for (let i = 4; i < 18; i += 2) sum += view.getUint16(at + i, true);
      sum += view.getUint8(at + 18) + view.getUint8(at + 19) + view.getUint16(at + 20, true);
      sum += view.getUint16(at + 22, true) + view.getUint32(at + 24, true);
      sum += view.getUint16(at + 28, true) + view.getUint16(at + 30, true);
      for (let i = 32; i < 72; i += 8) sum += Number(view.getBigUint64(at + i, true) & 0xffn);
      sum += view.getUint16(at + 72, true);
      for (let i = 74; i < 80; i++) sum += view.getUint8(at + i);
    }
    at += length;
  }
  return sum;
}

/** Times of all readers over one table, each with its rate and its ratio to the floor. */
export function measure(structures: number) {
  const table = bigTable(structures);
  const nfit = decodeNfit(table)._unsafeUnwrap();
  assert.equal(nfit.structures.length, structures);
  const floorMs = best(() => floor(table));
  const row = (ms: number) => ({
    ms: rounded(ms),
    structuresPerSecond: Math.round(structures / ms * 1000),
    megabytesPerSecond: rounded(table.length / ms / 1000),
    timesFloor: rounded(ms / floorMs),
  });
  return {
    structures,
    bytes: table.length,
    floor: row(floorMs),
    decode: row(best(() => decodeNfit(table))),
    encode: row(best(() => encodeNfit(nfit))),
    readAsLinux: row(best(() => readAsLinux(nfit))),
    lint: row(best(() => lintNfit(table))),
  };
}

if (import.meta.main) console.log(JSON.stringify(measure(Number(Deno.args[0] ?? 100_000))));
