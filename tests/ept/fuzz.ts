/** One round of fuzzing for EPT entries: the reference's exact ones, spoilt, read as every level of any processor has them. */
import assert from "node:assert/strict";
import {
  type Capabilities,
  decodeEptp,
  encodeEptp,
  explainEptp,
  joinEntry,
  joinNpt,
  type Level,
  splitEntry,
  splitNpt,
  splitXenEntry,
  USUAL,
  viewEntry,
  withXenFields,
  xenFieldsOf,
} from "../../src/ept/mod.ts";
import { mutate, type Random } from "../fuzz/mutate.ts";
import reference from "./ept_vectors.json" with { type: "json" };

const ENTRIES = reference.entries.map(({ value }) => new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
const LEVELS: readonly Level[] = [1, 2, 3, 4, 5];

export function fuzzEntry(rng: Random): void {
  const bytes = new Uint8Array(8);
  bytes.set(mutate(ENTRIES[rng(ENTRIES.length)]!, rng).subarray(0, 8));
  const raw = new DataView(bytes.buffer).getBigUint64(0, true);
  const on = (): boolean => rng(2) === 0;
  const capabilities = {
    ...Object.fromEntries(Object.keys(USUAL).map((name) => [name, on()])),
    maxphyaddr: 32 + rng(21),
  } as unknown as Capabilities;

  const fields = splitEntry(raw);
  assert.equal(joinEntry(fields), raw);
  assert.equal(joinEntry(withXenFields(fields, xenFieldsOf(fields))), raw);
  assert.equal(joinNpt(splitNpt(raw)), raw);
  splitXenEntry(raw);
  for (const level of LEVELS) {
    const { bits } = viewEntry(raw, level, capabilities, on() ? "xen" : "none");
    const sum = bits.reduce((value, bit) => value | (bit.value << BigInt(bit.low)), 0n);
    assert.equal(sum, raw, "a view that leaves bits out");
  }
  const eptp = decodeEptp(raw, capabilities);
  if (eptp.isOk()) assert.equal(encodeEptp(eptp.value), raw);
  else assert.ok(explainEptp(eptp.error).what.length > 0);
}
