/**
 * Single records of every binary format: reading and writing them beside the floor of a plain DataView loop that loads, or
 * stores, the same fields and keeps nothing. (Whole tables and areas: `nfit_bench.ts`, `label_bench.ts`; whole EPTs:
 * `ept_bench.ts`.) Run: `deno run --allow-env --allow-read tests/bench/formats_bench.ts`
 */
import assert from "node:assert/strict";
import * as abi from "../../src/abi/mod.ts";
import * as acpi from "../../src/acpi/mod.ts";
import { type Field, type Fields, type Structure } from "../../src/base/structure.ts";
import { joinEntry, splitEntry } from "../../src/ept/mod.ts";
import { bttInfoBlock, cxlNamespaceLabel, indexBlock, labelV11, labelV12, pfnInfoBlock } from "../../src/label/mod.ts";
import { sameBytes } from "../../src/base/bytes.ts";
import { random } from "../fuzz/mutate.ts";
import { best } from "./best.ts";

/** Bytes read or written by a round, so that formats of all sizes take about the same time. */
const BYTES = 4 * 2 ** 20;

const row = (what: string, count: number, bytes: number, ms: number, floorMs: number): void =>
  console.log(
    `  ${what.padEnd(6)} ${(count / ms / 1000).toFixed(2).padStart(7)} million/s ${
      (bytes / ms / 1000).toFixed(0).padStart(6)
    } MB/s   ${(ms / floorMs).toFixed(1).padStart(5)} times the floor of ${(bytes / floorMs / 1000).toFixed(0)} MB/s`,
  );

/** Loads every field of a structure and sums it up: numbers whole, anything else byte by byte. */
function loadAll(view: DataView, at: number, fields: readonly Field[], size: number): number {
  let sum = 0;
  for (const { kind, offset, size: bytes } of fields) {
    if (kind === "u8") sum += view.getUint8(at + offset);
    else if (kind === "u16") sum += view.getUint16(at + offset, true);
    else if (kind === "u32") sum += view.getUint32(at + offset, true);
    else if (kind === "u64") sum += view.getUint32(at + offset, true) + view.getUint32(at + offset + 4, true);
    else for (let i = offset; i < (bytes === 0 ? size : offset + bytes); i++) sum += view.getUint8(at + i);
  }
  return sum;
}

function storeAll(view: DataView, at: number, fields: readonly Field[], size: number): void {
  for (const { kind, offset, size: bytes } of fields) {
    if (kind === "u8") view.setUint8(at + offset, 1);
    else if (kind === "u16") view.setUint16(at + offset, 1, true);
    else if (kind === "u32") view.setUint32(at + offset, 1, true);
    else if (kind === "u64") {
      view.setUint32(at + offset, 1, true);
      view.setUint32(at + offset + 4, 1, true);
    } else for (let i = offset; i < (bytes === 0 ? size : offset + bytes); i++) view.setUint8(at + i, 1);
  }
}

/** One structure laid end to end, `size` bytes each with its tail. */
function measure(name: string, declared: Structure<Fields>, size = declared.size): void {
  const rng = random(1);
  const count = Math.floor(BYTES / size);
  const input = Uint8Array.from({ length: count * size }, () => rng(255) + 1); // no NUL, so that text fills its field
  const output = new Uint8Array(input.length);
  const [from, to] = [new DataView(input.buffer), new DataView(output.buffer)];
  const fields = Object.values(declared.fields);
  const records = Array.from({ length: count }, (_, i) => declared.load(from, i * size, size));

  let sum = 0;
  const readFloor = best(() => {
    for (let i = 0; i < count; i++) sum += loadAll(from, i * size, fields, size);
  });
  const writeFloor = best(() => {
    for (let i = 0; i < count; i++) storeAll(to, i * size, fields, size);
  });
  let last: unknown;
  const read = best(() => {
    for (let i = 0; i < count; i++) last = declared.load(from, i * size, size);
  });
  const write = best(() => {
    for (let i = 0; i < count; i++) declared.put(to, i * size, records[i]!);
  });
  assert.ok(sum > 0 && last !== undefined && sameBytes(output, input));
  console.log(`${name}, ${size} bytes`);
  row("read", count, input.length, read, readFloor);
  row("write", count, input.length, write, writeFloor);
}

/** EPT entries: fields of each, and back, beside loading and storing the 64 bits as two words. */
function measureEntries(): void {
  const rng = random(2);
  const count = BYTES / 64;
  const input = BigUint64Array.from({ length: count }, () => (BigInt(rng(2 ** 32)) << 32n) | BigInt(rng(2 ** 32)));
  const output = new BigUint64Array(count);
  const [from, to] = [new DataView(input.buffer), new DataView(output.buffer)];
  const records = Array.from(input, splitEntry);
  let sum = 0;
  const readFloor = best(() => {
    for (let i = 0; i < count; i++) sum += from.getUint32(8 * i, true) + from.getUint32(8 * i + 4, true);
  });
  const writeFloor = best(() => {
    for (let i = 0; i < count; i++) {
      to.setUint32(8 * i, i, true);
      to.setUint32(8 * i + 4, i, true);
    }
  });
  const read = best(() => {
    for (let i = 0; i < count; i++) sum += splitEntry(input[i]!).memoryType;
  });
  const write = best(() => {
    for (let i = 0; i < count; i++) output[i] = joinEntry(records[i]!);
  });
  assert.ok(sum > 0);
  assert.deepEqual(output, input);
  console.log("EPT entry, 8 bytes");
  row("read", count, 8 * count, read, readFloor);
  row("write", count, 8 * count, write, writeFloor);
}

measure("SPA range", acpi.spaRange);
measure("region mapping", acpi.regionMapping);
measure("control region", acpi.controlRegionWithWindows);
measure("interleave of 64 lines", acpi.interleave, 16 + 4 * 64);
measure("SRAT memory affinity", acpi.SRAT_STRUCTURES.memory);
measure("label 1.1", labelV11);
measure("label 1.2", labelV12);
measure("CXL namespace label", cxlNamespaceLabel);
measure("index block of 128 KiB", indexBlock, 256);
measure("PFN info block", pfnInfoBlock);
measure("BTT info block", bttInfoBlock);
measure("xen_pmem_map", abi.pmemMap);
measure("xen_sysctl_nvdimm_pmem_setup", abi.nvdimmSetup);
measure("xen_domctl_getdomaininfo", abi.domainInfo);
measureEntries();
