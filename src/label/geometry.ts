/**
 * How a label storage area is divided: two index blocks, label slots, an unused tail. The sizes follow from the area's
 * size and the label size alone. Source: Linux `drivers/nvdimm/label.c` nvdimm_num_label_slots, sizeof_namespace_index.
 */
import { alignUp } from "../base/quantity.ts";

/** Bytes of one label: 128 in version 1.1, 256 in version 1.2 and in CXL labels. */
export type LabelSize = 128 | 256;

/** Both sizes in the order in which Linux probes an area for them. */
export const LABEL_SIZES: readonly [128, 256] = [128, 256];

/** Bytes of an index block before its bitmap of free slots. */
export const INDEX_HEADER_SIZE = 72;

/** Index blocks come in multiples of this. */
export const INDEX_ALIGN = 256;

/** Fewer slots could not hold a label and the copy that replaces it. */
const LEAST_SLOTS = 2;

/** All members are bytes, except `slots`. */
export interface Geometry {
  readonly configSize: number;
  readonly labelSize: LabelSize;
  /** Of each of the two index blocks; the second starts here. */
  readonly indexSize: number;
  /** Where slot 0 starts. */
  readonly labelOffset: number;
  /** Slots that fit. A valid index block may offer fewer. */
  readonly slots: number;
}

/** The division of an area of `configSize` bytes, or undefined where it is too small for two blocks and two labels. */
export function geometry(configSize: number, labelSize: LabelSize): Geometry | undefined {
  const guess = indexSizeFor(Math.floor(configSize / labelSize));
  const slots = Math.floor((configSize - 2 * guess) / labelSize);
  if (slots < LEAST_SLOTS) return undefined;
  const indexSize = indexSizeFor(slots);
  if (2 * indexSize > configSize - slots * labelSize) return undefined;
  return { configSize, labelSize, indexSize, labelOffset: 2 * indexSize, slots };
}

/** Where a slot starts in the area. */
export const slotOffset = (g: Geometry, slot: number): number => g.labelOffset + slot * g.labelSize;

const indexSizeFor = (slots: number): number => alignUp(INDEX_HEADER_SIZE + Math.ceil(slots / 8), INDEX_ALIGN);
