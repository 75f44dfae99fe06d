/**
 * What `ndctl read-labels -j` prints for one DIMM: every slot whose label names its own slot, in use or not.
 * Source: ndctl `dimm.c` dump_json, dump_index_json, dump_label_json; `lib/dimm.c` ndctl_dimm_sizeof_namespace_label.
 */
import { textOf, viewOf } from "../base/bytes.ts";
import { guidBytes, uuidText } from "../base/guid.ts";
import type { Json } from "../base/json.ts";
import { geometry, INDEX_ALIGN, LABEL_SIZES, type LabelSize } from "./geometry.ts";
import { indexBlock } from "./index_block.ts";
import { LABEL_NAME_SIZE, labelSlot, type NamespaceLabel, readLabel } from "./namespace_label.ts";
import { hexJson, sizeJson } from "./ndctl_json.ts";

export interface ReadLabelsOptions {
  /** -u: flags, cookie and dpa in hex, rawsize as a size. */
  readonly human?: boolean;
  /** -I: the index blocks alone. */
  readonly indexOnly?: boolean;
}

/** The object for one DIMM; undefined where ndctl counts the DIMM as not read: no area, or one too small for labels. */
export function readLabelsJson(dev: string, area: Uint8Array, options: ReadLabelsOptions = {}): Json | undefined {
  // For the index alone ndctl reads as much as the smallest labels make it (`ndctl_dimm_read_label_index`), and stays at that.
  const labelSize = options.indexOnly ? LABEL_SIZES[0] : assumedLabelSize(area);
  const g = geometry(area.length, labelSize);
  if (!g) return undefined;
  const index = [0, g.indexSize].map((at) => indexJson(area, at));
  if (options.indexOnly) return { dev, index };
  const label: Json[] = [];
  for (let slot = 0, at = g.labelOffset; at + labelSize <= area.length; slot++, at += labelSize) {
    if (labelSlot(area, at) !== slot) continue;
    label.push(labelJson(readLabel(area, at, labelSize), labelSize, options.human ?? false));
  }
  return label.length === 0 ? undefined : { dev, index, label };
}

/** 256 if more of the headers at 0 and 256 say version 1.2 than 1.1: ndctl looks before it knows how long a block is. */
export function assumedLabelSize(area: Uint8Array): LabelSize {
  let balance = 0;
  for (const at of [0, INDEX_ALIGN]) {
    const header = indexBlock.read(viewOf(area), at);
    if (header.isErr() || header.value.major !== 1) continue;
    if (header.value.minor === 1) balance--;
    else if (header.value.minor === 2) balance++;
  }
  return balance > 0 ? 256 : 128;
}

function indexJson(area: Uint8Array, at: number): Json {
  const header = indexBlock.read(viewOf(area), at)._unsafeUnwrap();
  return {
    signature: header.signature.slice(0, 15),
    major: header.major,
    minor: header.minor,
    labelsize: 1 << (7 + header.labelSize),
    seq: header.sequence | 0,
    nslot: header.slots | 0,
  };
}

function labelJson(label: NamespaceLabel, labelSize: LabelSize, human: boolean): Json {
  return {
    uuid: label.uuid,
    name: cString(label.name.subarray(0, LABEL_NAME_SIZE - 1)),
    slot: label.slot,
    position: label.position,
    nlabel: label.nlabel,
    flags: hexJson(label.flags, human),
    isetcookie: hexJson(label.isetCookie, human),
    lbasize: BigInt.asIntN(64, label.lbaSize),
    dpa: hexJson(label.dpa, human),
    rawsize: sizeJson(label.rawSize, human),
    ...(labelSize === 128
      ? {}
      : { type_guid: unparsed(label.typeGuid), abstraction_guid: unparsed(label.abstractionGuid) }),
  };
}

/** ndctl prints a GUID's bytes as if they were a UUID's: the first three groups appear byte-swapped. */
const unparsed = (guid: string): string => uuidText(guidBytes(guid));

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return textOf(end < 0 ? bytes : bytes.subarray(0, end));
}
