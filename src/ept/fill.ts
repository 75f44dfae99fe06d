/**
 * The inner loop of a dump: entries that each are `step` more than the last, written by a small WebAssembly module. The
 * alternatives lose a factor of five to ten (DataView, halves in a Uint32Array, any BigInt); a plain scalar loop loses two.
 */

/** WebAssembly's own page of 64 KiB; the buffer is 16 of them. */
const WASM_PAGE = 65_536;
const PAGES = 16;
export const FILL_BYTES = PAGES * WASM_PAGE;

// Operations used below, by their number in the binary format (WebAssembly core specification 2.0, section 5.4).
const BLOCK = 0x02, LOOP = 0x03, END = 0x0b, BR = 0x0c, BR_IF = 0x0d, VOID = 0x40;
const GET = 0x20, SET = 0x21, I64_STORE = 0x37, I32_CONST = 0x41, I64_CONST = 0x42;
const I32_EQ = 0x46, I32_LT_U = 0x49, I32_ADD = 0x6a, I32_SUB = 0x6b, I32_SHL = 0x74;
const I64_ADD = 0x7c, I64_OR = 0x84, I64_SHL = 0x86, I64_EXTEND_U = 0xad;
const SIMD = 0xfd, V128_STORE = 0x0b, SPLAT = 0x12, EXTRACT = 0x1d, REPLACE = 0x1e;
/** i64x2.add is operation 206, two bytes in LEB128. */
const X2_ADD = [SIMD, 0xce, 0x01];
const I32 = 0x7f, I64 = 0x7e, V128 = 0x7b;

// Parameters and locals of `fill(at, count, low, high, step)`. `count` becomes the end address.
const AT = 0, COUNT = 1, LOW = 2, HIGH = 3, STEP = 4, VALUE = 5, STEP64 = 6, PAIR = 7, STEP_PAIR = 8;

/** Stores two entries at `at + offset` and makes the next two. The alignment hint is 2^4. */
const storePair = (offset: number): number[] => [
  ...[GET, AT, GET, PAIR, SIMD, V128_STORE, 4, offset],
  ...[GET, PAIR, GET, STEP_PAIR, ...X2_ADD, SET, PAIR],
];

const BODY = [
  ...[2, 2, I64, 2, V128], // locals: two i64, two v128
  // value = high << 32 | low; step64 = step; end = at + count * 8
  ...[GET, HIGH, I64_EXTEND_U, I64_CONST, 32, I64_SHL, GET, LOW, I64_EXTEND_U, I64_OR, SET, VALUE],
  ...[GET, STEP, I64_EXTEND_U, SET, STEP64],
  ...[GET, AT, GET, COUNT, I32_CONST, 3, I32_SHL, I32_ADD, SET, COUNT],
  // pair = (value, value + step); stepPair = (2 step, 2 step)
  ...[GET, VALUE, SIMD, SPLAT, GET, VALUE, GET, STEP64, I64_ADD, SIMD, REPLACE, 1, SET, PAIR],
  ...[GET, STEP64, I64_CONST, 1, I64_SHL, SIMD, SPLAT, SET, STEP_PAIR],
  // while (end - at >= 32) store four
  ...[BLOCK, VOID, LOOP, VOID, GET, COUNT, GET, AT, I32_SUB, I32_CONST, 32, I32_LT_U, BR_IF, 1],
  ...[...storePair(0), ...storePair(16), GET, AT, I32_CONST, 32, I32_ADD, SET, AT, BR, 0, END, END],
  // the last one to three, one by one
  ...[GET, PAIR, SIMD, EXTRACT, 0, SET, VALUE],
  ...[BLOCK, VOID, LOOP, VOID, GET, AT, GET, COUNT, I32_EQ, BR_IF, 1, GET, AT, GET, VALUE, I64_STORE, 3, 0],
  ...[GET, VALUE, GET, STEP64, I64_ADD, SET, VALUE, GET, AT, I32_CONST, 8, I32_ADD, SET, AT, BR, 0, END, END],
  END,
];

/** A number in LEB128, below 2^14. */
const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);
const sized = (bytes: readonly number[]): number[] => [...leb(bytes.length), ...bytes];
const named = (name: string): number[] => sized([...name].map((letter) => letter.charCodeAt(0)));

/** The module: one function type, one function, one memory, both exported. 211 bytes. */
const MODULE = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
  ...[1, ...sized([1, 0x60, 5, I32, I32, I32, I32, I32, 0])], // type 0: five i32 to nothing
  ...[3, ...sized([1, 0])], // function 0 is of type 0
  ...[5, ...sized([1, 0, PAGES])], // memory 0: 16 pages
  ...[7, ...sized([2, ...named("memory"), 2, 0, ...named("fill"), 0, 0])], // exports
  ...[10, ...sized([1, ...sized(BODY)])], // code
]);

export interface Filler {
  /** The buffer; the same bytes every time. */
  readonly bytes: Uint8Array;
  /**
   * Writes `count` entries from byte `at` on: the first is `high`:`low`, each next one `step` more. All are unsigned
   * 32 bits; 2^30 (a 1 GiB leaf) fits. The entries must lie in the buffer.
   */
  fill(at: number, count: number, low: number, high: number, step: number): void;
}

let compiled: WebAssembly.Module | undefined;

/** A buffer of 1 MiB with its own filler. Reuse it: the first touch of fresh memory costs ten times the fill. */
export function createFiller(): Filler {
  compiled ??= new WebAssembly.Module(MODULE);
  const { memory, fill } = new WebAssembly.Instance(compiled).exports as {
    memory: WebAssembly.Memory;
    fill: Filler["fill"];
  };
  return { bytes: new Uint8Array(memory.buffer), fill };
}
