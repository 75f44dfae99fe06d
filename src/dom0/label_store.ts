/**
 * What the kernel writes into labels when a namespace changes: on every DIMM of the region first a label marked UPDATING,
 * then on every DIMM the final one. Source: Linux 6.1 `drivers/nvdimm/label.c` nd_pmem_namespace_label_update, init_labels.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import {
  ABSTRACTION,
  deleteLabels,
  initialiseAsKernel,
  type LabelArea,
  type LabelSpec,
  updateLabel,
} from "../label/mod.ts";
import { type Range } from "../base/range.ts";
import { type Kernel } from "./kernel.ts";
import { commitLabels, labelAreaOf, labelDataOf } from "./label_data.ts";
import { type NamespaceDevice } from "./state.ts";
import { type Mapping, type RegionTopology } from "./topology.ts";

export interface LabelChange {
  /** DPA range on each DIMM, in mapping order. */
  readonly extents: readonly Range[];
  /** The uuid the namespace had before. */
  readonly formerUuid?: string;
}

/** Rewrites the namespace's labels. -ENXIO where a DIMM has no free slot or no label data. */
export function writeNamespaceLabels(
  kernel: Kernel,
  region: RegionTopology,
  namespace: NamespaceDevice & { readonly uuid: string },
  change: LabelChange,
): Result<void, Errno> {
  for (const updating of [true, false]) {
    for (const [position, mapping] of region.mappings.entries()) {
      const area = areaToWrite(kernel, mapping);
      if (area.isErr()) return err(area.error);
      const spec = specFor(region, namespace, position, area.value, change.extents[position]!);
      const former = change.formerUuid === undefined ? {} : { formerUuid: change.formerUuid };
      const update = updateLabel(area.value, spec, { updating, ...former });
      if (update.isErr()) return err("ENXIO");
      const written = commitLabels(kernel, mapping.dimm, update.value);
      if (written.isErr()) return written;
    }
  }
  return ok();
}

/** Frees every label of the uuid; each index block is rewritten even where there is none. */
export function deleteNamespaceLabels(kernel: Kernel, region: RegionTopology, uuid: string): Result<void, Errno> {
  for (const mapping of region.mappings) {
    const area = labelAreaOf(kernel, mapping.dimm);
    // No index block: nothing to delete, and del_labels writes nothing.
    if (!area) continue;
    const written = commitLabels(kernel, mapping.dimm, deleteLabels(area, uuid));
    if (written.isErr()) return written;
  }
  return ok();
}

/** The DIMM's area; one without index block is initialised in passing, as the kernel does (`init_labels`). */
function areaToWrite(kernel: Kernel, mapping: Mapping): Result<LabelArea, Errno> {
  const data = labelDataOf(kernel, mapping.dimm);
  if (!data) return err("ENXIO");
  if (data.area.isOk()) return ok(data.area.value);
  const fresh = initialiseAsKernel(data.configSize, 256);
  if (fresh.isErr()) return err("ENXIO");
  return commitLabels(kernel, mapping.dimm, fresh.value).map(() => fresh.value.area);
}

function specFor(
  region: RegionTopology,
  namespace: NamespaceDevice & { readonly uuid: string },
  position: number,
  area: LabelArea,
  extent: Range,
): LabelSpec {
  return {
    uuid: namespace.uuid,
    name: namespace.altName,
    nlabel: region.mappings.length,
    position,
    // By the version of this DIMM's own index block, not of mapping 0's.
    isetCookie: area.major === 1 && area.minor === 1 ? region.cookies.cookie1 : region.cookies.cookie2,
    lbaSize: namespace.lbaSize,
    dpa: extent.start,
    rawSize: extent.end - extent.start,
    typeGuid: region.typeGuid,
    abstractionGuid: namespace.claimClass === "unknown"
      ? keptGuid(area, namespace.uuid)
      : ABSTRACTION[namespace.claimClass],
  };
}

/** A class the kernel does not know is written back as it was found. */
const keptGuid = (area: LabelArea, uuid: string): string =>
  area.labels.find((label) => label.uuid === uuid)?.abstractionGuid ?? ABSTRACTION.none;
