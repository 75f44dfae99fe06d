/**
 * Label areas as libndctl handles them, past the driver. Source: ndctl `ndctl/lib/dimm.c` ndctl_dimm_init_labels,
 * ndctl_dimm_validate_labels, ndctl_dimm_zero_label_extent.
 */
import { type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { initialiseAsNdctl, type LabelVersion, readLabelArea } from "../../label/mod.ts";

export const wholeArea = (dom0: Dom0, dimm: DimmView): Result<Uint8Array, Errno> =>
  dom0.dimm(dimm.number).labelAreaSize().andThen((size) => dom0.dimm(dimm.number).readLabelArea(0, size));

/** Writes two fresh index blocks; labels that were there stay as garbage. The slots they offer, or undefined on failure. */
export function initialiseLabels(dom0: Dom0, dimm: DimmView, version: LabelVersion): number | undefined {
  const area = wholeArea(dom0, dimm);
  if (area.isErr()) return undefined;
  const fresh = initialiseAsNdctl(area.value, version);
  if (fresh.isErr()) return undefined;
  reportLostLabels(dom0, dimm, area.value);
  for (const write of fresh.value.writes) {
    if (dom0.dimm(dimm.number).writeLabelArea(write.offset, write.bytes, write.note).isErr()) return undefined;
  }
  return fresh.value.area.slots;
}

/** Slots of the index block in force; undefined where there is none. */
export function validLabels(area: Uint8Array): number | undefined {
  return readLabelArea(area).map(({ slots }) => slots).unwrapOr(undefined);
}

/** Namespaces whose labels are about to go lose their place, and so their data. */
export function reportLostLabels(dom0: Dom0, dimm: DimmView, area: Uint8Array): void {
  for (const label of readLabelArea(area).map(({ labels }) => labels).unwrapOr([])) {
    dom0.losing({
      object: `label of ${label.uuid} on ${dimm.name}`,
      owner: undefined,
      bytes: Number(label.rawSize),
      identity: label.uuid,
    });
  }
}
