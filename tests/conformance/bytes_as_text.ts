/**
 * Label areas and info blocks as lines of text: identifiers as UUIDs, checksums as whether they hold, the rest in hex. Two
 * runs that draw different identifiers then compare by their names. Only for tests.
 */
import { fletcher64 } from "../../src/base/checksum.ts";
import { hexText, isZero, textOf, viewOf } from "../../src/base/bytes.ts";
import { uuidText } from "../../src/base/guid.ts";
import {
  BTT_SIGNATURE,
  geometry,
  INFO_BLOCK_SIZE,
  infoChecksumHolds,
  type LabelSize,
  PFN_SIGNATURE,
  readLabelArea,
  slotOffset,
} from "../../src/label/mod.ts";

/** Offset of a label's checksum; version 1.1 has none. */
const LABEL_CHECKSUM = 248;

export function areaLines(area: Uint8Array): string[] {
  const labelSize: LabelSize = readLabelArea(area).map((found) => found.geometry.labelSize).unwrapOr(128);
  const g = geometry(area.length, labelSize);
  if (!g) return [hexText(area)];
  const lines = [0, 1].map((i) => `index ${i} ${hexText(area.subarray(i * g.indexSize, (i + 1) * g.indexSize))}`);
  for (let slot = 0; slotOffset(g, slot) + labelSize <= area.length; slot++) {
    const at = slotOffset(g, slot);
    // Labels of version 1.2 stay behind as garbage when an area is initialised for 1.1: two small slots each.
    const old = labelSize === 128 && slot % 2 === 0 && sumHolds(area.subarray(at, at + 256));
    const label = area.subarray(at, at + (old ? 256 : labelSize));
    if (!isZero(label)) lines.push(`slot ${slot} ${labelText(label)}`);
    if (old) slot++;
  }
  return lines;
}

function labelText(label: Uint8Array): string {
  const uuid = uuidText(label.subarray(0, 16));
  if (label.length === 128) return `${uuid} ${hexText(label.subarray(16))}`;
  const rest = hexText(label.subarray(16, LABEL_CHECKSUM));
  return `${uuid} ${rest} checksum ${sumHolds(label) ? "holds" : "wrong"}`;
}

function sumHolds(label: Uint8Array): boolean {
  if (label.length < 256) return false;
  const sum = viewOf(label).getBigUint64(LABEL_CHECKSUM, true);
  return sum !== 0n && fletcher64(label, LABEL_CHECKSUM) === sum;
}

const SIGNATURES = [BTT_SIGNATURE, ...Object.values(PFN_SIGNATURE)];

/** A piece of a namespace, block by block; blocks of zeroes are left out. */
export function pieceLines(offset: number, bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += INFO_BLOCK_SIZE) {
    const block = bytes.subarray(at, at + INFO_BLOCK_SIZE);
    if (!isZero(block)) lines.push(`0x${(offset + at).toString(16)} ${blockText(block)}`);
  }
  return lines;
}

function blockText(block: Uint8Array): string {
  const signature = SIGNATURES.find((text) => textOf(block.subarray(0, text.length)) === text);
  if (signature === undefined || block.length < INFO_BLOCK_SIZE) return hexText(block);
  const [uuid, parent] = [uuidText(block.subarray(16, 32)), uuidText(block.subarray(32, 48))];
  const rest = hexText(block.subarray(48, INFO_BLOCK_SIZE - 8)).replace(/0+$/, "");
  return `${signature} ${uuid} of ${parent} ${rest} checksum ${infoChecksumHolds(block) ? "holds" : "wrong"}`;
}
