/**
 * Fresh index blocks, as ndctl's init-labels writes them and as the kernel does for buses that label unconditionally.
 * Sources: ndctl `lib/dimm.c` ndctl_dimm_init_labels, write_label_index; Linux `drivers/nvdimm/label.c` init_labels.
 */
import { err, ok, type Result } from "neverthrow";
import type { AreaChange } from "./label_update.ts";
import { setFree, tailOf } from "./free_slots.ts";
import { type Geometry, geometry, INDEX_HEADER_SIZE, type LabelSize } from "./geometry.ts";
import { type IndexNumber, nextSequence, writeIndex } from "./index_block.ts";
import type { NotedWrite } from "./noted_write.ts";

/** 1.1 has labels of 128 bytes, 1.2 of 256. */
export type LabelVersion = "1.1" | "1.2";

/** The area cannot hold two index blocks and two labels. */
export interface AreaTooSmall {
  readonly kind: "area too small";
  readonly configSize: number;
  readonly labelSize: LabelSize;
}

/** Sequence numbers of block 0, which is current, and of block 1. */
const FIRST = 3;
const SECOND = 2;

/**
 * As `ndctl init-labels`: both index blocks over what is there. The bits past the last slot stay set, and bytes behind
 * them keep what `area` holds (zero after `zero-labels`). Labels are not wiped: their slots merely become free.
 */
export function initialiseAsNdctl(area: Uint8Array, version: LabelVersion): Result<AreaChange, AreaTooSmall> {
  return initialise(area, version === "1.1" ? 128 : 256, (block, g) => {
    const at = block * g.indexSize + INDEX_HEADER_SIZE;
    const free = area.slice(at, at + g.indexSize - INDEX_HEADER_SIZE);
    free.fill(0xff, 0, tailOf(g.slots).end / 8);
    return free;
  });
}

/**
 * As the kernel's own initialisation: the rest of each block is zero, the bits past the last slot are cleared. The blocks
 * in memory stay apart, so the first update repeats sequence 3 in block 1, which wins the tie.
 */
export function initialiseAsKernel(configSize: number, labelSize: LabelSize): Result<AreaChange, AreaTooSmall> {
  const area = new Uint8Array(configSize);
  return initialise(area, labelSize, (_, g) => {
    const free = new Uint8Array(g.indexSize - INDEX_HEADER_SIZE);
    const tail = tailOf(g.slots);
    free.fill(0xff, 0, tail.end / 8);
    for (let slot = tail.start; slot < tail.end; slot++) setFree(free, slot, false);
    return free;
  }).map((change) => ({ ...change, area: { ...change.area, nextSequence: nextSequence(SECOND) } }));
}

function initialise(
  area: Uint8Array,
  labelSize: LabelSize,
  bitmap: (block: IndexNumber, g: Geometry) => Uint8Array,
): Result<AreaChange, AreaTooSmall> {
  const g = geometry(area.length, labelSize);
  if (!g) return err({ kind: "area too small", configSize: area.length, labelSize });
  const write = (block: IndexNumber, sequence: number, free: Uint8Array): NotedWrite => ({
    offset: block * g.indexSize,
    bytes: writeIndex(g, block, sequence, g.slots, free),
    note: `index block ${block}, seq ${sequence}`,
  });
  const free = bitmap(0, g);
  return ok({
    area: {
      geometry: g,
      current: 0,
      sequence: FIRST,
      nextSequence: nextSequence(FIRST),
      major: 1,
      minor: labelSize === 128 ? 1 : 2,
      slots: g.slots,
      free,
      labels: [],
    },
    writes: [write(0, FIRST, free), write(1, SECOND, bitmap(1, g))],
  });
}
