/** What `label show` prints of one area: its division, both index blocks field by field, and a line for each label. */
import { hexDump } from "../../base/bytes.ts";
import { hex, shortSize } from "../../base/units.ts";
import {
  type ClaimClass,
  claimClassOf,
  describeLabelArea,
  explainLabel,
  LABEL_FLAG,
  type LabelAreaView,
  type LabelFault,
  nameOf,
  type SlotView,
} from "../../label/mod.ts";
import { columns } from "../tables/columns.ts";
import { counted } from "../tables/counted.ts";
import { harmless, quotedText } from "../tables/field_text.ts";
import { treeText } from "../tables/tree_text.ts";
import { indexTree, inIndexBlocks, slotTree } from "./area_tree.ts";
import { faultsText } from "./faults_text.ts";

/** With `fields` the labels are shown field by field instead. */
export function areaText(name: string, area: Uint8Array, faults: readonly LabelFault[], fields: boolean): string[] {
  const view = describeLabelArea(area);
  if (!view) return [`label area of ${name}: ${counted(area.length, "byte")}, ${faultsText(faults)}`];
  const head = headline(name, view, faults);
  if (faults.some(({ kind }) => kind === "blank area")) return [head];
  const slots = fields
    ? treeText(slotTree(area, view, view.slots, faults))
    : [...slotTable(view), ...slotFaults(faults.filter((fault) => !inIndexBlocks(view, fault)))];
  return [
    head,
    "",
    ...treeText(indexTree(view, faults)),
    ...(slots.length > 0 ? ["", ...slots] : []),
  ];
}

/** The index blocks and every slot that holds something as bytes, 16 a line. */
export function areaHex(area: Uint8Array): string[] {
  const view = describeLabelArea(area);
  if (!view) return hexDump(area);
  const { labelSize } = view.geometry;
  const parts = [
    ...view.index.map(({ block, offset, length }) => ({ title: `Index block ${block}`, offset, length })),
    ...view.slots.map(({ slot, state, offset }) => ({ title: `Slot ${slot}, ${state}`, offset, length: labelSize })),
  ];
  return parts.flatMap(({ title, offset, length }, i) => [
    ...(i === 0 ? [] : [""]),
    title,
    ...hexDump(area.subarray(offset, offset + length), offset),
  ]);
}

function headline(name: string, view: LabelAreaView, faults: readonly LabelFault[]): string {
  const { slots, labelSize } = view.geometry;
  const room = `${slots} slots of ${labelSize} bytes`;
  const division = view.version === undefined
    ? `no valid index block, room for ${room}`
    : `version ${view.version}, ${room}: ${statesText(view.slots)}`;
  return `label area of ${name}: ${counted(view.size, "byte")}, ${division}; ${faultsText(faults)}`;
}

/** `4 in use, 2 stale`. */
function statesText(slots: readonly SlotView[]): string {
  const counts = (["in use", "lost", "stale"] as const).map((state) => ({
    state,
    count: slots.filter((slot) => slot.state === state).length,
  }));
  return counts.filter(({ state, count }) => state === "in use" || count > 0)
    .map(({ state, count }) => `${count} ${state}`).join(", ");
}

/** What a namespace with this abstraction GUID is used as. */
const MODE: Readonly<Record<ClaimClass, string>> = {
  none: "raw",
  btt: "sector",
  btt2: "sector",
  pfn: "fsdax",
  dax: "devdax",
  unknown: "unknown",
};

/** What is wrong with the labels, below their table. */
const slotFaults = (faults: readonly LabelFault[]): string[] =>
  faults.length === 0 ? [] : [
    "",
    ...faults.map((fault) =>
      harmless(`${hex(fault.offset, 4)}  ${fault.severity.padEnd(7)}  ${explainLabel(fault).what}`)
    ),
  ];

const HEADINGS = ["SLOT", "STATE", "NAME", "DPA", "SIZE", "MODE", "PLACE", "UUID"];
const NUMERIC = [0, 4];
const DPA_DIGITS = 11;

function slotTable({ slots }: LabelAreaView): string[] {
  if (slots.length === 0) return [];
  const rows = slots.map(({ slot, state, kind, label }) => [
    String(slot),
    (label.flags & LABEL_FLAG.updating) === 0 ? state : `${state}, updating`,
    label.name[0] === 0 ? "" : quotedText(nameOf(label)),
    hex(label.dpa, DPA_DIGITS),
    shortSize(Number(label.rawSize)),
    kind === "CXL region" ? kind : MODE[claimClassOf(label.abstractionGuid)],
    `${label.position} of ${label.nlabel}`,
    label.uuid,
  ]);
  return columns([HEADINGS, ...rows], NUMERIC).map(harmless);
}
