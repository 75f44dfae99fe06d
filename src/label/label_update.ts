/**
 * Changing labels on one DIMM so that a power failure leaves the state before or the state after. Nothing in use is
 * overwritten: a label goes to a free slot, then the index block that is not current is rewritten, which makes it current.
 * Every function returns the writes in the order they must reach the medium, and the area as it is after them.
 * Source: Linux `drivers/nvdimm/label.c` __pmem_label_update, del_labels, nd_label_write_index.
 *
 * When Linux does it: each store to a namespace attribute (uuid, alt_name, size, sector_size, holder_class) that succeeds
 * is one change, whether or not the value differs. If the namespace then has capacity, the change is `updateLabel` with
 * `updating` on every DIMM of the region in mapping order, then without it on every DIMM again: two index writes a DIMM.
 * If its size is zero, it is `deleteLabels` on every DIMM: one. (No uuid yet, or bound, or claimed: none.)
 * A change that fails half way stays half done. So ndctl's commands cost, in index writes on each DIMM:
 *
 *   create-namespace     8 = uuid 1, alt_name 1, size 2, sector_size 2 (0 where not offered), holder_class 2
 *   destroy-namespace    3 = holder_class to none 2, size to zero 1; so does a create that is taken back
 *   create-namespace -e 12 = holder_class to none 2, then uuid, alt_name, size, sector_size, holder_class 2 each
 *
 * Found by replaying captured machines from blank label areas to their last byte (tests/label/replay_test.ts).
 */
import { err, ok, type Result } from "neverthrow";
import type { LabelArea } from "./area.ts";
import { firstFree, setFree } from "./free_slots.ts";
import { slotOffset } from "./geometry.ts";
import { type IndexNumber, nextSequence, writeIndex } from "./index_block.ts";
import { LABEL_FLAG, type LabelSpec, type NamespaceLabel, writeLabel } from "./namespace_label.ts";
import type { NotedWrite } from "./noted_write.ts";

export interface AreaChange {
  readonly area: LabelArea;
  readonly writes: readonly NotedWrite[];
}

/** Every slot of the DIMM is in use; Linux answers -ENXIO. */
export interface NoFreeSlot {
  readonly kind: "no free slot";
  readonly slots: number;
}

export interface UpdateOptions {
  /** The first of the two passes over the region's DIMMs. */
  readonly updating: boolean;
  /** The uuid the namespace had before; its labels are freed as well. */
  readonly formerUuid?: string;
}

/**
 * Writes one label and frees those it replaces: all in use on this DIMM with the same uuid. Costs one label, one index
 * block and a pass over the labels in use; no label is decoded again.
 */
export function updateLabel(
  area: LabelArea,
  spec: LabelSpec,
  options: UpdateOptions,
): Result<AreaChange, NoFreeSlot> {
  const slot = firstFree(area.free, area.slots);
  if (slot === undefined) return err({ kind: "no free slot", slots: area.slots });
  const { labelSize } = area.geometry;
  const { label, bytes } = writeLabel(spec, slot, options.updating ? LABEL_FLAG.updating : 0, labelSize);
  const note = `label slot ${slot}${options.updating ? " (updating)" : ""}`;
  const replaced = (other: NamespaceLabel) => other.uuid === spec.uuid || other.uuid === options.formerUuid;
  const index = rewriteIndex(area, replaced, label);
  return ok({ ...index, writes: [{ offset: slotOffset(area.geometry, slot), bytes, note }, ...index.writes] });
}

/** Frees all labels in use with the uuid. The index is rewritten even where nothing matches, as Linux does. */
export const deleteLabels = (area: LabelArea, uuid: string): AreaChange =>
  rewriteIndex(area, (label) => label.uuid === uuid);

/** The other index block with some labels freed and at most one added; it becomes the current one. */
function rewriteIndex(area: LabelArea, freed: (label: NamespaceLabel) => boolean, added?: NamespaceLabel): AreaChange {
  const free = area.free.slice();
  const labels = area.labels.filter((label) => !freed(label));
  if (labels.length < area.labels.length) {
    for (const label of area.labels) if (freed(label)) setFree(free, label.slot, true);
  }
  if (added) {
    setFree(free, added.slot, false);
    const after = labels.findIndex((label) => label.slot > added.slot);
    labels.splice(after < 0 ? labels.length : after, 0, added);
  }

  const block: IndexNumber = area.current === 0 ? 1 : 0;
  const sequence = area.nextSequence;
  const { geometry: g, slots } = area;
  const write: NotedWrite = {
    offset: block * g.indexSize,
    bytes: writeIndex(g, block, sequence, slots, free),
    note: `index block ${block}, seq ${sequence}`,
  };
  return {
    area: {
      geometry: g,
      current: block,
      sequence,
      nextSequence: nextSequence(sequence),
      major: 1,
      minor: g.labelSize === 128 ? 1 : 2,
      slots,
      free,
      labels,
    },
    writes: [write],
  };
}
