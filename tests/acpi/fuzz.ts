/** One round of fuzzing for ACPI tables and payloads: spoil captured bytes, read them in every way there is. */
import assert from "node:assert/strict";
import { type Result } from "neverthrow";
import * as acpi from "../../src/acpi/mod.ts";
import { sameBytes, viewOf } from "../../src/base/bytes.ts";
import { type FormatFault } from "../../src/base/structure.ts";
import { mutate, type Random } from "../fuzz/mutate.ts";
import { placed } from "../fuzz/placed.ts";
import { sealed } from "./support.ts";

/** A spoilt copy; mostly with its length, and often its checksum, right again, so that what lies behind is reached. */
function spoilt(table: Uint8Array, rng: Random, header: number): Uint8Array {
  const start = rng(8) === 0 ? 0 : header;
  const bytes = mutate(table, rng, { start, end: table.length });
  if (bytes.length < header || rng(8) === 0) return bytes;
  viewOf(bytes).setUint32(4, bytes.length, true);
  return rng(2) === 0 ? sealed(bytes) : bytes;
}

export function fuzzNfit(table: Uint8Array, rng: Random): void {
  const bytes = spoilt(table, rng, 40);
  if (rng(4) === 0 && bytes.length > 48) {
    const at = 40 + rng(bytes.length - 44); // any place may be taken for a structure's length
    viewOf(bytes).setUint16(at, [0, 1, 3, 4, 0xffff][rng(5)]!, true);
  }
  const findings = acpi.lintNfit(bytes);
  const { structures } = acpi.decodeLoosely(bytes);
  assert.ok(structures.length <= bytes.length / 4);
  assert.ok(findings.length <= 8 + 24 * structures.length);
  for (const finding of findings) placed({ ...finding, kind: "format", reason: finding.message }, bytes);
  acpi.describeNfit(bytes);
  if (rng(4) === 0) acpi.diffNfit(table, bytes);

  const decoded = acpi.decodeNfit(bytes);
  if (decoded.isErr()) return placed(decoded.error, bytes);
  assert.ok(sameBytes(acpi.encodeNfit(decoded.value), bytes), "the table does not survive the trip");
  const linux = acpi.readAsLinux(decoded.value, rng(2) === 0 ? "6.1" : "6.12");
  for (const region of acpi.linuxRegions(linux).regions) fuzzRegion(linux, region, rng);
}

/** Every address of a set that is taken for sound lies on one DIMM, and comes back. */
function fuzzRegion(linux: acpi.LinuxNfit, region: acpi.LinuxRegion, rng: Random): void {
  const lines = new Map(linux.interleaves.map((structure) => [structure.record.interleaveIndex, structure.record]));
  const members = region.mappings.map(({ memdev }, i) =>
    acpi.interleaveMember(memdev.record, lines.get(memdev.record.interleaveIndex), i)
  );
  if (!members.every((member) => member.isOk())) return;
  const set = acpi.interleaveSet(region.spa.record, members.map((member) => member._unsafeUnwrap()));
  if (set.isErr()) return void acpi.explainInterleave(set.error);
  for (let i = 0; i < 4; i++) {
    const spa = region.start + Math.floor(rng(2 ** 30) / 2 ** 30 * region.size);
    const place = acpi.spaToDpa(set.value, spa);
    if (region.mappings.length === 0) assert.equal(place, undefined);
    else assert.equal(acpi.dpaToSpa(set.value, place!.handle, place!.dpa)?.spa, spa);
  }
}

export function fuzzSsdt(table: Uint8Array, rng: Random): void {
  const bytes = spoilt(table, rng, 36);
  const decoded = acpi.decodeAml(bytes);
  if (decoded.isErr()) return placed(decoded.error, bytes);
  assert.ok(sameBytes(acpi.encodeAml(decoded.value), bytes), "the table does not survive the trip");
  acpi.aslText(decoded.value);
  for (const object of acpi.allObjects(acpi.objectTree(decoded.value.terms, true))) assert.ok(object.path);
}

export function fuzzSrat(table: Uint8Array, rng: Random): void {
  const bytes = spoilt(table, rng, 48);
  const decoded = acpi.decodeSrat(bytes);
  if (decoded.isErr()) return placed(decoded.error, bytes);
  assert.ok(sameBytes(acpi.encodeSrat(decoded.value), bytes), "the table does not survive the trip");
  acpi.nodeOfAddress(decoded.value, rng(2 ** 30));
  acpi.xenSratRefusal(decoded.value);
  acpi.proximityDomains(decoded.value);
}

const READERS = [
  acpi.decodeRequest,
  acpi.decodeAnswer,
  acpi.decodeArsStatus,
  acpi.decodeTranslation,
  acpi.decodeInjectStatus,
  acpi.labelSizeAnswer.decode,
  acpi.labelReadInput.decode,
  acpi.labelWriteInput.decode,
  acpi.smartAnswer.decode,
  acpi.thresholdAnswer.decode,
  acpi.injectSmartInput.decode,
  acpi.arsCapabilitiesAnswer.decode,
  acpi.startArsInput.decode,
  acpi.clearErrorAnswer.decode,
  acpi.readFitAnswer.decode,
];

/** Payloads of any length, read as anything. */
export function fuzzPayload(rng: Random): void {
  const bytes = mutate(new Uint8Array(rng(160)).map(() => (rng(3) === 0 ? rng(256) : 0)), rng);
  const read: Result<unknown, FormatFault> = READERS[rng(READERS.length)]!(bytes);
  read.mapErr((fault) => placed(fault, bytes));
}
