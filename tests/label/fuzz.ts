/** One round of fuzzing for label areas and info blocks: mutate captured bytes, read them in every way there is. */
import { viewOf } from "../../src/base/bytes.ts";
import { prettyJson } from "../../src/base/json.ts";
import {
  applyWrites,
  type BttInfoFault,
  checkLabelAreas,
  deleteLabels,
  describeLabelArea,
  describeSlot,
  discoverBtt,
  explainInfoBlock,
  explainLabel,
  geometry,
  indexBlock,
  infoChecksum,
  type LabelArea,
  namespacesFromLabels,
  type PfnFault,
  readBttInfo,
  readCxlLabels,
  readLabelArea,
  readLabelsJson,
  reserveDpa,
  slotOffset,
  updateLabel,
  validatePfn,
} from "../../src/label/mod.ts";
import { fletcher64 } from "../../src/base/checksum.ts";
import { ABSTRACTION } from "../../src/label/mod.ts";
import { mutate, type Random } from "../fuzz/mutate.ts";
import { placed } from "../fuzz/placed.ts";
import { type CapturedNamespace, readerOf } from "./captured_namespaces.ts";

const PM = "66f0d379-b4f3-4074-ac43-0d3318b78cdb";

/** A mutated label area, its checksums often made right again so that what lies behind them is reached. */
export function fuzzLabelArea(area: Uint8Array, rng: Random): void {
  const small = area.slice(0, 512 + 256 * (2 + rng(30)));
  const bytes = mutate(rng(8) === 0 ? area : small, rng, { start: 0, end: 512 + 256 * 12 });
  if (rng(4) > 0) sealIndexes(bytes);
  if (rng(2) > 0) sealLabels(bytes);

  for (const fault of checkLabelAreas([bytes, area], REGIONS)) {
    explainLabel(fault);
    placed({ ...fault, kind: "format", path: fault.kind, reason: fault.kind }, [bytes, area][fault.area]!);
  }
  const view = describeLabelArea(bytes);
  for (const { slot } of view?.slots.slice(0, 4) ?? []) describeSlot(bytes, view!.geometry, slot);
  const json = readLabelsJson("nmem0", bytes, { human: rng(2) === 0 });
  if (json !== undefined) prettyJson(json);
  readCxlLabels(bytes);
  const read = readLabelArea(bytes);
  if (read.isErr()) explainLabel(read.error);
  else useArea(bytes, read.value);
}

const REGIONS = [{
  mappings: [{ area: 0, start: 0, size: 2 ** 30 }, { area: 1, start: 0, size: 2 ** 30 }],
  cookie1: 0x2468ac00123456n,
  cookie2: 0xba90120012b4dcn,
  altCookie: 1n,
  typeGuid: PM,
}];

/** What a kernel would do with an area it accepts; what it writes must read back as what it thinks it wrote. */
function useArea(bytes: Uint8Array, area: LabelArea): void {
  reserveDpa(area).mapErr(explainLabel);
  for (const ways of [1, 2]) {
    namespacesFromLabels({
      ...REGIONS[0]!,
      start: 2 ** 32,
      mappings: Array.from({ length: ways }, () => ({ start: 0, size: 2 ** 30, area })),
    }).mapErr(explainLabel);
  }
  const uuid = area.labels[0]?.uuid ?? "01234567-89ab-4def-8123-456789abcdef";
  const spec = {
    uuid,
    name: "fuzz",
    nlabel: 1,
    position: 0,
    isetCookie: 1n,
    lbaSize: 0,
    dpa: 0,
    rawSize: 4096,
    typeGuid: PM,
    abstractionGuid: ABSTRACTION.none,
  };
  for (const change of [updateLabel(area, spec, { updating: true }).unwrapOr(undefined), deleteLabels(area, uuid)]) {
    if (!change) continue;
    const again = readLabelArea(applyWrites(bytes, change.writes));
    if (again.isErr() || again.value.labels.length !== change.area.labels.length) {
      throw new Error("an accepted area does not read back after an update");
    }
  }
}

function sealIndexes(bytes: Uint8Array): void {
  for (const labelSize of [256, 128] as const) {
    const g = geometry(bytes.length, labelSize);
    if (!g) continue;
    for (const at of [0, g.indexSize]) {
      const header = indexBlock.read(viewOf(bytes), at);
      if (header.isErr() || header.value.labelSize !== labelSize >> 8) continue;
      viewOf(bytes).setBigUint64(at + 64, fletcher64(bytes.subarray(at, at + g.indexSize), 64), true);
    }
  }
}

function sealLabels(bytes: Uint8Array): void {
  const g = geometry(bytes.length, 256);
  if (!g) return;
  for (let slot = 0; slot < Math.min(12, g.slots); slot++) {
    const at = slotOffset(g, slot);
    viewOf(bytes).setBigUint64(at + 248, fletcher64(bytes.subarray(at, at + 256), 248), true);
  }
}

/** A mutated info block in place of a captured namespace's, probed as every personality. */
export function fuzzInfoBlock(namespace: CapturedNamespace, rng: Random): void {
  const { size, uuid, start, kind } = namespace;
  const version = kind === "btt" && readerOf(namespace)(0, 1)[0] !== 0 ? "2.0" : "1.1";
  const at = version === "2.0" ? 0 : 4096;
  const original = readerOf(namespace);
  const block = mutate(original(at, 4096), rng, { start: 0, end: 128 });
  const padded = new Uint8Array(4096);
  padded.set(block.subarray(0, 4096));
  if (rng(4) > 0) viewOf(padded).setBigUint64(4088, infoChecksum(padded), true);

  const host = { start, size, uuid, alignments: [4096, 0x200000, 0x40000000] };
  const refused = (fault: PfnFault | BttInfoFault): void => {
    explainInfoBlock(fault);
    placed({ ...fault, kind: "format" }, padded);
  };
  for (const flavour of ["fsdax", "devdax"] as const) validatePfn(padded, flavour, host).mapErr(refused);
  readBttInfo(padded, uuid).mapErr(refused);
  const logChange = rng(2) === 0 ? 1 + rng(255) : 0;
  const logAt = rng(16384);
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = original(offset, length);
    if (offset < at + 4096 && offset + length > at) bytes.set(padded.subarray(0, length), Math.max(0, at - offset));
    if (length === 16384) bytes[logAt]! ^= logChange;
    return bytes;
  };
  discoverBtt(read, { size, uuid, version }).mapErr(explainInfoBlock);
}
