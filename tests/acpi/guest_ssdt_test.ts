import assert from "node:assert/strict";
import { AmlMachine, type Value } from "./aml/machine.ts";
import {
  allObjects,
  type AmlObject,
  type AmlOperation,
  type AmlTerm,
  ANSWER_PAYLOAD,
  decodeAml,
  decodeRequest,
  DSM_STATUS,
  DSM_UUID,
  encodeAml,
  encodeAnswer,
  FIT_HANDLE,
  fitPage,
  functionBitmap,
  guestSsdt,
  labelReadAnswer,
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  MAX_LABEL_TRANSFER,
  objectTree,
  pageAddressOffset,
  readFitInput,
  statusOnly,
} from "../../src/acpi/mod.ts";
import { byteSum } from "../../src/base/checksum.ts";
import { guidBytes } from "../../src/base/guid.ts";
import { captured, capturedTables, sealed, sha256 } from "./support.ts";
import { oneDimm } from "./nfit/tables.ts";

const PAGE = 0x2ffff000;
const decoded = (bytes: Uint8Array) => decodeAml(bytes)._unsafeUnwrap();
const ours = (slots: number, labels?: ReadonlySet<number>): Uint8Array =>
  guestSsdt("full", { slots, page: PAGE, ...(labels && { labels }) })!;

/** Everything but where it stands. */
const withoutOffsets = (objects: readonly AmlObject[]): unknown =>
  objects.map((object) => ({ ...object, offset: 0, children: withoutOffsets(object.children) }));

const isQemus = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.subarray(28, 32)) === "BXPC";

Deno.test("the object tree is QEMU's, method bodies included, for every captured SSDT", () => {
  let count = 0;
  for (const { path, bytes } of capturedTables("ssdt")) {
    if (!isQemus(bytes)) continue; // written by hand
    const theirs = decoded(bytes).terms;
    const slots = [...allObjects(objectTree(theirs))].filter((o) => /^NV[0-9A-F]{2}$/.test(o.name)).length;
    const page = Number(new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4).getUint32(0, true));
    const own = decoded(guestSsdt("full", { slots, page })!).terms;
    for (const bodies of [false, true]) {
      assert.deepEqual(withoutOffsets(objectTree(own, bodies)), withoutOffsets(objectTree(theirs, bodies)), path);
    }
    count++;
  }
  assert.ok(count >= 30, `${count} tables`);
});

Deno.test("N4: QEMU's own test table, of three slots, is a captured one of four without the last", () => {
  const { header, terms: [scope, mema], beyond } = decoded(captured("host-four-mixed/ssdt.bin"));
  const inner = scope as AmlOperation;
  const root = inner.terms![0] as AmlOperation;
  const constant: AmlTerm = { kind: "integer", value: 0x07fff000n, width: 4 };
  const table = encodeAml({
    header: { ...header, length: 1815 },
    terms: [
      { ...inner, terms: [{ ...root, terms: root.terms!.slice(0, -1) }] },
      { ...(mema as AmlOperation), operands: [(mema as AmlOperation).operands[0]!, constant] },
    ],
    beyond,
  });
  assert.equal(table.length, 1815);
  assert.equal(sealed(table)[9], 0xac);
  assert.equal(sha256(sealed(table)), "81511dc3fbced013d6dcd25813e0a809201429be4421acaa10b036a4064dfb90");
  const own = decoded(guestSsdt("full", { slots: 3, page: 0x07fff000 })!).terms;
  assert.deepEqual(withoutOffsets(objectTree(own, true)), withoutOffsets(objectTree(decoded(table).terms, true)));
});

Deno.test("profiles: nfit has the root device and its children's addresses only, nfit-bare nothing", () => {
  assert.equal(guestSsdt("nfit-bare", { slots: 4 }), undefined);
  const objects = [...allObjects(objectTree(decoded(guestSsdt("nfit", { slots: 3 })!).terms))];
  assert.deepEqual(objects.map((o) => `${o.kind} ${o.path}`), [
    "scope \\_SB",
    "device \\_SB.NVDR",
    "name \\_SB.NVDR._HID",
    ...["NV00", "NV01", "NV02"].flatMap((n) => [`device \\_SB.NVDR.${n}`, `name \\_SB.NVDR.${n}._ADR`]),
  ]);
});

Deno.test("label methods can be left out slot by slot", () => {
  const paths = [...allObjects(objectTree(decoded(ours(2, new Set([1]))).terms))].map((o) => o.path);
  assert.ok(!paths.includes("\\_SB.NVDR.NV00._LSI") && paths.includes("\\_SB.NVDR.NV01._LSI"));
  assert.ok(paths.includes("\\_SB.NVDR.NV00._DSM"));
});

Deno.test("tables read back to the same bytes, sum to zero, and end in the page's address", () => {
  for (const slots of [0, 1, 2, 4, 16, 256]) {
    const table = ours(slots);
    assert.deepEqual(encodeAml(decoded(table)), table);
    assert.equal(byteSum(table), 0);
    assert.equal(new DataView(table.buffer).getUint32(pageAddressOffset(table), true), PAGE);
  }
});

/** A DIMM with a label area in slot 0, none in slot 1; a `_FIT` that may change while it is read. */
class Responder {
  readonly page = new Uint8Array(4096);
  readonly labels = new Uint8Array(131072).map((_, i) => i * 7);
  readonly seen: { handle: number; revision: number; fn: number; argument: Uint8Array }[] = [];
  fit = oneDimm().slice(40);
  changes = 0;

  notify(value: bigint): void {
    assert.equal(value, BigInt(PAGE));
    const request = decodeRequest(this.page)._unsafeUnwrap();
    this.seen.push(request);
    this.page.set(encodeAnswer(this.#answer(request)));
  }

  #answer({ handle, revision, fn, argument }: Responder["seen"][number]): Uint8Array {
    if (revision !== 1) return statusOnly(DSM_STATUS.unsupported);
    if (handle === FIT_HANDLE) {
      const { offset } = readFitInput.decode(argument)._unsafeUnwrap();
      return fitPage(this.fit, offset, offset > 0 && this.changes-- > 0);
    }
    if (handle !== 1) return fn === 0 ? statusOnly(0) : statusOnly(DSM_STATUS.noSuchDevice);
    if (fn === 0) return statusOnly(functionBitmap([4, 5, 6]));
    if (fn === 4) return labelSizeAnswer.encode({ areaSize: this.labels.length, maxTransfer: MAX_LABEL_TRANSFER });
    const { offset, length } = labelReadInput.decode(argument)._unsafeUnwrap();
    if (length > MAX_LABEL_TRANSFER || offset + length > this.labels.length) return statusOnly(DSM_STATUS.invalidInput);
    if (fn === 5) return labelReadAnswer.encode({ data: this.labels.slice(offset, offset + length) });
    if (fn !== 6) return statusOnly(DSM_STATUS.unsupported);
    this.labels.set(labelWriteInput.decode(argument)._unsafeUnwrap().data.subarray(0, length), offset);
    return statusOnly(DSM_STATUS.success);
  }
}

const started = (table: Uint8Array) => {
  const responder = new Responder();
  return { responder, machine: new AmlMachine(decoded(table).terms, responder) };
};
const dsm = (uuid: string, fn: number, input?: Uint8Array, revision = 1n): Value[] => [
  guidBytes(uuid),
  revision,
  BigInt(fn),
  input ? [input] : [],
];
const LEAF = "_SB.NVDR.NV00";
const qemus = captured("host-four-mixed/ssdt.bin");

Deno.test("_DSM gives the same answers as QEMU's table, for the same requests", () => {
  const calls: [string, Value[]][] = [
    [LEAF, dsm(DSM_UUID.intel, 0)],
    [LEAF, dsm(DSM_UUID.intel, 0, new Uint8Array(0))],
    [LEAF, dsm(DSM_UUID.intel, 4)],
    [LEAF, dsm(DSM_UUID.intel, 5, labelReadInput.encode({ offset: 256, length: 1 }))],
    [LEAF, dsm(DSM_UUID.intel, 5, labelReadInput.encode({ offset: 0, length: 4 }))],
    [
      LEAF,
      dsm(
        DSM_UUID.intel,
        5,
        labelReadInput.encode({ offset: 131072 - MAX_LABEL_TRANSFER, length: MAX_LABEL_TRANSFER }),
      ),
    ],
    [LEAF, dsm(DSM_UUID.intel, 5, labelReadInput.encode({ offset: 131072, length: 1 }))],
    [LEAF, dsm(DSM_UUID.intel, 6, labelWriteInput.encode({ offset: 8, length: 3, data: Uint8Array.of(1, 2, 3) }))],
    [LEAF, dsm(DSM_UUID.intel, 7)],
    [LEAF, dsm(DSM_UUID.intel, 4, undefined, 2n)],
    [LEAF, dsm(DSM_UUID.microsoft, 0)],
    [LEAF, dsm(DSM_UUID.microsoft, 1)],
    ["_SB.NVDR.NV01", dsm(DSM_UUID.intel, 0)],
    ["_SB.NVDR.NV03", dsm(DSM_UUID.intel, 4)],
    ["_SB.NVDR", dsm(DSM_UUID.root, 0)],
    ["_SB.NVDR", dsm(DSM_UUID.intel, 0)],
  ];
  const [own, theirs] = [started(ours(4)), started(qemus)];
  for (const [device, args] of calls) {
    const [a, b] = [own, theirs].map(({ machine }) => machine.evaluate(`${device}._DSM`, ...args));
    assert.deepEqual(a, b, `${device} function ${args[2]}`);
  }
  assert.deepEqual(own.responder.seen, theirs.responder.seen);
  assert.deepEqual(own.responder.labels, theirs.responder.labels);
});

Deno.test("the whole page is an answer, and so is a single byte", () => {
  const { machine, responder } = started(ours(1));
  const read = (length: number) =>
    machine.evaluate(
      `${LEAF}._DSM`,
      ...dsm(DSM_UUID.intel, 5, labelReadInput.encode({ offset: 0, length })),
    ) as Uint8Array;
  for (const length of [1, 3, 4, 5, 8, MAX_LABEL_TRANSFER]) {
    assert.deepEqual(read(length), labelReadAnswer.encode({ data: responder.labels.slice(0, length) }));
  }
  assert.ok(MAX_LABEL_TRANSFER + 4 < ANSWER_PAYLOAD);
});

Deno.test("while firmware has not placed the page, every function is unsupported", () => {
  const { machine, responder } = started(guestSsdt("full", { slots: 1 })!);
  assert.deepEqual(machine.evaluate(`${LEAF}._DSM`, ...dsm(DSM_UUID.intel, 0)), Uint8Array.of(0));
  assert.deepEqual(machine.evaluate(`${LEAF}._DSM`, ...dsm(DSM_UUID.intel, 4)), Uint8Array.of(1));
  assert.deepEqual(machine.evaluate(`${LEAF}._LSI`), [1n, 0n, 0n]);
  assert.deepEqual(machine.evaluate(`${LEAF}._LSR`, 0n, 8n), [1n, new Uint8Array()]);
  assert.deepEqual(machine.evaluate(`${LEAF}._LSW`, 0n, 1n, Uint8Array.of(1)), 1n);
  assert.deepEqual(machine.evaluate("_SB.NVDR._FIT"), new Uint8Array());
  assert.equal(responder.seen.length, 0);
});

Deno.test("label methods: information, read, write", () => {
  const { machine, responder } = started(ours(1));
  assert.deepEqual(machine.evaluate(`${LEAF}._LSI`), [0n, 131072n, 4076n]);
  for (const length of [1, 4, 8, 9, 512]) {
    const read = machine.evaluate(`${LEAF}._LSR`, 1024n, BigInt(length));
    assert.deepEqual(read, [0n, responder.labels.slice(1024, 1024 + length)]);
  }
  const data = new Uint8Array(MAX_LABEL_TRANSFER).map((_, i) => i ^ 0x55);
  assert.equal(machine.evaluate(`${LEAF}._LSW`, 4096n, BigInt(data.length), data), 0n);
  assert.deepEqual(responder.labels.slice(4096, 4096 + data.length), data);
});

Deno.test("label methods return the status of an error", () => {
  const { machine } = started(ours(2));
  assert.deepEqual(machine.evaluate("_SB.NVDR.NV01._LSI"), [2n, 0n, 0n]);
  assert.deepEqual(machine.evaluate(`${LEAF}._LSR`, 131072n, 1n), [3n, new Uint8Array()]);
  assert.equal(machine.evaluate(`${LEAF}._LSW`, 131072n, 1n, Uint8Array.of(1)), 3n);
});

Deno.test("QEMU's _LSW loses its data under ACPICA's rules, ours does not", () => {
  const theirs = started(qemus);
  const before = theirs.responder.labels.slice(0, 4);
  theirs.machine.evaluate(`${LEAF}._LSW`, 0n, 4n, Uint8Array.of(9, 9, 9, 9));
  assert.notDeepEqual(theirs.responder.labels.slice(0, 4), Uint8Array.of(9, 9, 9, 9));
  assert.notDeepEqual(theirs.responder.labels.slice(0, 4), before);
});

Deno.test("_FIT is read whole, whatever its size", () => {
  for (const size of [0, 8, 184, 4087, 4088, 4089, 4096, 3 * 4088 + 4]) {
    for (const table of [ours(1), qemus]) {
      const { machine, responder } = started(table);
      responder.fit = new Uint8Array(size).map((_, i) => i * 3);
      assert.deepEqual(machine.evaluate("_SB.NVDR._FIT"), responder.fit, String(size));
    }
  }
});

Deno.test("_FIT starts over when the list changes in between", () => {
  for (const table of [ours(1), qemus]) {
    const { machine, responder } = started(table);
    responder.fit = new Uint8Array(10_000).map((_, i) => i);
    responder.changes = 2;
    assert.deepEqual(machine.evaluate("_SB.NVDR._FIT"), responder.fit);
    const offsets = responder.seen.map(({ argument }) => readFitInput.decode(argument)._unsafeUnwrap().offset);
    assert.deepEqual(offsets, [0, 4088, 0, 4088, 0, 4088, 8176, 10_000]);
  }
});
