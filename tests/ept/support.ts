/** What the EPT tests share: the reference vectors' generator, a dump read back through windows, random runs. */
import fc from "fast-check";
import { compactJson } from "../../src/base/json.ts";
import {
  type Capabilities,
  createFiller,
  dump,
  imagePages,
  type Layout,
  layout,
  type LayoutOptions,
  type MappingRun,
  type Order,
  plainStyle,
  USUAL,
  xenStyle,
} from "../../src/ept/mod.ts";
import { type Image, judge, type Report } from "./sdm_walker.ts";

export const NO_1G: Capabilities = { ...USUAL, page1g: false };
export const ONLY_4K: Capabilities = { ...USUAL, page1g: false, page2m: false };

/** The file generator of the reference's V6: extents of a fragmented file, by a 64-bit linear congruential generator. */
export function* generatedRuns(extents: number, seed: bigint, maxLength: number, unit: number): Generator<MappingRun> {
  // The generator's state as two 32-bit halves times a constant: BigInt only for the state, one step a draw.
  let state = seed;
  const next = (n: number): number => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number((state >> 33n) % BigInt(n));
  };
  let gpa = 0x240000000;
  let mpa = 0x4000000000;
  for (let i = 0; i < extents; i++) {
    const length = (1 + next(maxLength)) * unit;
    mpa += next(512) * unit;
    yield { gpa, mpa, length };
    gpa += length;
    mpa += length;
  }
}

/** The image of a layout, generated page by page as a walker asks: never more than a few windows are held. */
export function imageOf(made: Layout): Image {
  const WINDOW = 256;
  const windows = new Map<number, Uint32Array>();
  const filler = createFiller();
  const pages = made.counts.tables;
  return {
    pages,
    page(index) {
      const first = index - (index % WINDOW);
      let window = windows.get(first);
      if (!window) {
        const [bytes] = imagePages(made, first, Math.min(pages, first + WINDOW), filler);
        window = new Uint32Array(bytes!.slice().buffer);
        if (windows.size === 16) windows.delete(windows.keys().next().value!);
        windows.set(first, window);
      }
      return window.subarray((index - first) * 1024, (index - first + 1) * 1024);
    },
  };
}

/** The independent walker's report on the layout's dump. */
export function judged(made: Layout, change: (sidecar: Record<string, unknown>) => void = () => {}): Report {
  const files = dump(made, { image: "x.img", extents: "x.extents" });
  const sidecar = JSON.parse(compactJson(files.sidecar));
  change(sidecar);
  return judge(sidecar, imageOf(made), files.extents());
}

export const laidOut = (runs: Iterable<MappingRun>, options: LayoutOptions = {}): Layout =>
  layout(runs, options)._unsafeUnwrap();

const PAGE = 4096;
/** Lengths and gaps around the sizes where something changes, in pages. */
const pages = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.constantFrom(511, 512, 513, 1024, 262143, 262144, 262145, 2 * 262144, 512 * 262144),
  fc.integer({ min: 1, max: 3000 }),
);

/** Sorted runs: some continue each other, some are congruent, some are neither; several types and orders. */
export const randomRuns: fc.Arbitrary<MappingRun[]> = fc.array(
  fc.record({
    gap: fc.oneof(fc.constant(0), pages),
    length: pages,
    shift: fc.constantFrom("continue", "same", "2m", "4k"),
    type: fc.constantFrom("ram_rw", "ram_rw", "ram_rw", "ram_ro", "ram_logdirty", "mmio_direct"),
    maxOrder: fc.constantFrom(undefined, undefined, undefined, 0, 9),
  }),
  { maxLength: 12 },
).map((pieces) => {
  const runs: MappingRun[] = [];
  let gpa = 0x100000000;
  for (const { gap, length, shift, type, maxOrder } of pieces) {
    const last = runs.at(-1);
    gpa += gap * PAGE;
    const bytes = length * PAGE;
    const mpa = shift === "continue" && last
      ? last.mpa + (gpa - last.gpa)
      : gpa + 0x1000000000 + (shift === "2m" ? 0x600000 : shift === "4k" ? 0x3000 : 0);
    if (gpa + bytes > 2 ** 45) break;
    runs.push({ gpa, mpa, length: bytes, type, ...(maxOrder === undefined ? {} : { maxOrder: maxOrder as Order }) });
    gpa += bytes;
  }
  return runs;
});

/** Both styles with their variants, every order, both depths, every set of page sizes. */
export const randomOptions: fc.Arbitrary<LayoutOptions> = fc.record({
  style: fc.constantFrom(
    plainStyle(),
    xenStyle(),
    xenStyle({ accessedDirty: false }),
    xenStyle({ executableSuperpages: false }),
    xenStyle({ devices: true, snoop: true }),
    xenStyle({ pml: true }),
    xenStyle({ access: "rx" }),
  ),
  capabilities: fc.constantFrom(USUAL, NO_1G, ONLY_4K, { ...USUAL, page2m: false }, { ...USUAL, maxphyaddr: 52 }),
  levels: fc.constantFrom(4, 5),
  maxOrder: fc.constantFrom(0, 9, 18),
  tableBase: fc.constantFrom(0x7e000, 0x100000000),
});
