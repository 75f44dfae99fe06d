/**
 * For each format the input that asks for the most objects by the byte: what decoding keeps in memory is printed as JSON,
 * in multiples of the input. Run by `allocation_test.ts` in a process of its own, with V8's gc exposed.
 */
import * as acpi from "../../src/acpi/mod.ts";
import { viewOf } from "../../src/base/bytes.ts";
import { fletcher64 } from "../../src/base/checksum.ts";
import { parseScript } from "../../src/command/batch/script.ts";
import {
  geometry,
  initialiseAsKernel,
  readBttInfo,
  readLabelArea,
  slotOffset,
  validatePfn,
} from "../../src/label/mod.ts";

const SIZE = 2 ** 18;
const NIL = "00000000-0000-0000-0000-000000000000";

/** A table of one pattern over and over behind its header. */
function table(signature: string, header: number, ...pattern: number[]): Uint8Array {
  const bytes = new Uint8Array(header + SIZE - SIZE % pattern.length);
  for (let at = header; at < bytes.length; at += pattern.length) bytes.set(pattern, at);
  bytes.set(new TextEncoder().encode(signature));
  viewOf(bytes).setUint32(4, bytes.length, true);
  return bytes;
}

/** Every slot holds a label in use. */
function fullArea(): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  const g = geometry(SIZE, 128)!;
  for (const write of initialiseAsKernel(SIZE, 128)._unsafeUnwrap().writes) bytes.set(write.bytes, write.offset);
  bytes.fill(0, 72, g.indexSize);
  viewOf(bytes).setBigUint64(64, fletcher64(bytes.subarray(0, g.indexSize), 64), true);
  for (let slot = 0; slot < g.slots; slot++) viewOf(bytes).setUint32(slotOffset(g, slot) + 120, slot, true);
  return bytes;
}

const inputs: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ["NFIT of unknown structures", table("NFIT", 40, 9, 0, 4, 0), acpi.decodeNfit],
  ["NFIT of structures too short", table("NFIT", 40, 1, 0, 4, 0), acpi.decodeNfit],
  ["NFIT of flush hints", table("NFIT", 40, 6, 0, 16, 0, ...new Array<number>(12).fill(0xff)), acpi.decodeNfit],
  ["SRAT of unknown entries", table("SRAT", 48, 9, 2), acpi.decodeSrat],
  ["SSDT of one-byte operations", table("SSDT", 36, 0xa3), acpi.decodeAml],
  ["SSDT of empty packages", table("SSDT", 36, 0x12, 2, 0), acpi.decodeAml],
  ["label area with every slot in use", fullArea(), readLabelArea],
  [
    "PFN info block",
    new Uint8Array(SIZE),
    (bytes) => validatePfn(bytes, "fsdax", { start: 0, size: SIZE, uuid: NIL, alignments: [4096] }),
  ],
  ["BTT info block", new Uint8Array(SIZE), (bytes) => readBttInfo(bytes, NIL)],
  [
    "script of one-letter lines",
    new TextEncoder().encode("a\n".repeat(SIZE / 2)),
    (bytes) => parseScript(new TextDecoder().decode(bytes)),
  ],
];

const collect = (globalThis as unknown as { gc(): void }).gc;
function inUse(): number {
  collect();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

const kept = inputs.map(([name, bytes, decode]) => {
  decode(bytes); // what is made once for all inputs
  const before = inUse();
  const decoded = decode(bytes);
  const times = (inUse() - before) / bytes.length;
  return { name, times: Math.round(times * 10) / 10, decoded: decoded !== undefined };
});
console.log(JSON.stringify(kept));
