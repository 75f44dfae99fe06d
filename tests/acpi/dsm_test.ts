import assert from "node:assert/strict";
import fc from "fast-check";
import * as dsm from "../../src/acpi/mod.ts";
import { concat, hexText } from "../../src/base/bytes.ts";
import { oneDimm } from "./nfit/tables.ts";

const hexBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (pair) => parseInt(pair, 16));
const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

Deno.test("D1: get label size, request and answer", () => {
  const page = dsm.encodeRequest(1, 1, dsm.LEAF_FUNCTION.getLabelSize, new Uint8Array());
  assert.equal(page.length, 4096);
  assert.equal(hexText(page.subarray(0, 12)), "010000000100000004000000");
  const payload = dsm.labelSizeAnswer.encode({ areaSize: 131072, maxTransfer: dsm.MAX_LABEL_TRANSFER });
  const answer = dsm.encodeAnswer(payload);
  assert.deepEqual(answer, hexBytes("10000000 00000000 00000200 ec0f0000"));
  assert.deepEqual(dsm.decodeAnswer(answer)._unsafeUnwrap(), payload);
  assert.deepEqual(dsm.labelSizeAnswer.decode(payload)._unsafeUnwrap(), {
    status: 0,
    areaSize: 131072,
    maxTransfer: 4076,
  });
});

Deno.test("D2: read eight bytes at offset 0", () => {
  const input = dsm.labelReadInput.encode({ offset: 0, length: 8 });
  const page = dsm.encodeRequest(1, 1, dsm.LEAF_FUNCTION.getLabelData, input);
  assert.equal(hexText(page.subarray(0, 20)), "0100000001000000050000000000000008000000");
  const request = dsm.decodeRequest(page)._unsafeUnwrap();
  assert.deepEqual([request.handle, request.fn, request.argument.length], [1, 5, 4084]);
  assert.deepEqual(dsm.labelReadInput.decode(request.argument)._unsafeUnwrap(), { offset: 0, length: 8 });
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const answer = dsm.encodeAnswer(dsm.labelReadAnswer.encode({ data }));
  assert.deepEqual(answer, concat(words(16, 0), data));
});

Deno.test("D3: function bitmaps", () => {
  const labels = dsm.functionBitmap([4, 5, 6]);
  assert.deepEqual(dsm.encodeAnswer(words(labels)), hexBytes("08000000 71000000"));
  assert.equal(dsm.functionBitmap([dsm.READ_FIT_FUNCTION]), 3);
  assert.equal(dsm.functionBitmap([]), 1);
  assert.equal(dsm.functionBitmap([31]), 0x80000001);
});

Deno.test("D4: the first and the last page of _FIT", () => {
  const fit = oneDimm().slice(40);
  const input = dsm.readFitInput.encode({ offset: 0 });
  const page = dsm.encodeRequest(dsm.FIT_HANDLE, 1, dsm.READ_FIT_FUNCTION, input);
  assert.equal(hexText(page.subarray(0, 16)), "00000100010000000100000000000000");
  const first = dsm.encodeAnswer(dsm.fitPage(fit, 0, false));
  assert.deepEqual(first, concat(words(0xc0, 0), fit));
  assert.deepEqual(dsm.encodeAnswer(dsm.fitPage(fit, 184, false)), hexBytes("08000000 00000000"));
  assert.equal(dsm.statusOf(dsm.fitPage(fit, 185, false)), dsm.DSM_STATUS.invalidInput);
  assert.equal(dsm.statusOf(dsm.fitPage(fit, 184, true)), dsm.DSM_STATUS.fitChanged);
  assert.equal(dsm.statusOf(dsm.fitPage(fit, 0, true)), dsm.DSM_STATUS.success);
});

Deno.test("_FIT comes in pages of 4088 bytes, the last one empty", () => {
  const fit = new Uint8Array(4088 * 2 + 8).map((_, i) => i);
  const pieces: Uint8Array[] = [];
  for (let offset = 0;; offset += pieces.at(-1)!.length) {
    const { data } = dsm.readFitAnswer.decode(dsm.fitPage(fit, offset, false))._unsafeUnwrap();
    pieces.push(data);
    if (data.length === 0) break;
  }
  assert.deepEqual(pieces.map((piece) => piece.length), [4088, 4088, 8, 0]);
  assert.deepEqual(concat(...pieces), fit);
});

Deno.test("D5: temperatures are sixteenths with a sign bit", () => {
  assert.equal(dsm.temperatureOf(0x0170), 23);
  assert.equal(dsm.temperatureOf(0x8050), -5);
  assert.equal(dsm.temperatureOf(0x0178), 23.5);
  assert.equal(dsm.encodedTemperature(23), 0x0170);
  assert.equal(dsm.encodedTemperature(23.9), 0x0170); // cut to whole degrees
  assert.equal(dsm.encodedTemperature(-5), 0x8050);
  fc.assert(fc.property(fc.integer({ min: -2047, max: 2047 }), (celsius) => {
    assert.equal(dsm.temperatureOf(dsm.encodedTemperature(celsius)), celsius);
  }));
});

Deno.test("D6: one record of ARS status, whichever way the output length counts", () => {
  const record = { handle: 1, address: 0x1000n, length: 512n };
  const status = {
    status: 0,
    address: 0n,
    length: 1n << 30n,
    restartAddress: 0n,
    restartLength: 0n,
    type: 2,
    flags: 0,
  };
  const answer = dsm.encodeArsStatus({ ...status, records: [record] });
  assert.equal(answer.length, 72);
  assert.deepEqual(dsm.decodeArsStatus(answer)._unsafeUnwrap(), {
    ...status,
    outputLength: 72,
    recordCount: 1,
    records: [record],
  });
  for (const [outputLength, records] of [[68, 1], [72, 1], [67, 0], [44, 0], [3, 0]] as const) {
    const other = answer.slice();
    other.set(words(outputLength), 4);
    assert.equal(dsm.decodeArsStatus(other)._unsafeUnwrap().records.length, records, String(outputLength));
  }
  const endless = answer.slice();
  endless.set(words(0xffffffff), 44);
  assert.equal(dsm.decodeArsStatus(endless)._unsafeUnwrap().records.length, 1);
  assert.ok(dsm.decodeArsStatus(answer.slice(0, 47)).isErr());
});

Deno.test("SMART data has its fields where Intel put them", () => {
  const smart = dsm.smartAnswer.encode({
    health: dsm.HEALTH.critical,
    pmicTemperature: 0x1234,
    shutdownCount: 7,
    vendorSize: 92,
  });
  assert.equal(smart.length, 132);
  assert.deepEqual([smart[12], smart[20], smart[25], smart[26], smart[36]], [2, 7, 0x34, 0x12, 92]);
});

Deno.test("sizes of fixed payloads", () => {
  const sizes = [
    [dsm.thresholdAnswer, 12],
    [dsm.setThresholdInput, 7],
    [dsm.injectSmartInput, 15],
    [dsm.arsCapabilitiesInput, 16],
    [dsm.arsCapabilitiesAnswer, 16],
    [dsm.startArsInput, 24],
    [dsm.startArsAnswer, 8],
    [dsm.clearErrorInput, 16],
    [dsm.clearErrorAnswer, 16],
    [dsm.injectErrorInput, 17],
    [dsm.clearInjectedInput, 16],
    [dsm.translateSpaInput, 8],
    [dsm.labelSizeAnswer, 12],
  ] as const;
  for (const [payload, size] of sizes) {
    assert.equal(payload.encode({}).length, size);
    assert.ok(payload.decode(new Uint8Array(size)).isOk());
    assert.ok(payload.decode(new Uint8Array(size - 1)).isErr());
  }
});

Deno.test("translations and injected errors survive the trip; counts that lie yield what is there", () => {
  const translation = {
    status: 0,
    flags: 1,
    translatedLength: 4096n,
    devices: [{ handle: 1, dpa: 5n }, { handle: 17, dpa: 2n ** 63n }],
  };
  const bytes = dsm.encodeTranslation(translation);
  assert.deepEqual(dsm.decodeTranslation(bytes)._unsafeUnwrap(), translation);
  assert.equal(dsm.decodeTranslation(bytes.slice(0, 51))._unsafeUnwrap().devices.length, 1);
  const injected = { status: 0, records: [{ address: 1n, length: 2n }] };
  const injectBytes = dsm.encodeInjectStatus(injected);
  assert.deepEqual(dsm.decodeInjectStatus(injectBytes)._unsafeUnwrap(), injected);
  injectBytes.set(words(0xffffffff), 4);
  assert.deepEqual(dsm.decodeInjectStatus(injectBytes)._unsafeUnwrap(), injected);
});

Deno.test("an answer's length must be within the page", () => {
  const answer = (length: number) => dsm.decodeAnswer(concat(words(length), new Uint8Array(4)));
  for (const length of [4, 8]) assert.equal(answer(length)._unsafeUnwrap().length, length - 4);
  for (const length of [0, 3, 9, 0xffffffff]) assert.ok(answer(length).isErr());
  assert.ok(dsm.decodeAnswer(new Uint8Array(3)).isErr());
});

Deno.test("UUIDs stand in AML buffers in ACPI's mixed order", async () => {
  const { guidBytes } = await import("../../src/base/guid.ts");
  assert.equal(hexText(guidBytes(dsm.DSM_UUID.intel)), "30ac0943110de41191910800200c9a66");
  assert.equal(hexText(guidBytes(dsm.DSM_UUID.root)), "a4e7102f919ee41189d3123b93f75cba");
  assert.equal(hexText(guidBytes(dsm.DSM_UUID.qemuFit)), "f29c8b64a1cd12438ad949c4af32bd62");
});
