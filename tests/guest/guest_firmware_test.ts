/** The guest's methods against its AML: every call answered by an interpreter of the table and by the model of it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeAml,
  DSM_PORT,
  DSM_UUID,
  guestSsdt,
  labelReadInput,
  labelWriteInput,
  MAX_LABEL_TRANSFER,
} from "../../src/acpi/mod.ts";
import { guidBytes } from "../../src/base/guid.ts";
import { GiB, PAGE_SIZE } from "../../src/base/units.ts";
import { acpiDevices, GuestFirmware } from "../../src/guest/mod.ts";
import { AmlMachine, type Value } from "../acpi/aml/machine.ts";
import { argv, DeviceModelHost, DOMAIN, PAGE } from "../device_model/device_model_host.ts";

const SLOTS = 3;
const AREA = 131072;

/** A device model with labels in slot 0, none in slot 1, nothing in slot 2; its guest's page. */
function machine(): { host: DeviceModelHost; page: Uint8Array } {
  const host = new DeviceModelHost();
  const labelled = { size: GiB, more: `,label-size=${AREA}`, backend: `,x-label-extents=4096:${AREA}` };
  host.models.spawn(DOMAIN, argv(512, [labelled, { size: GiB }]))._unsafeUnwrap();
  const page = new Uint8Array(PAGE_SIZE);
  host.pages.set(PAGE, page);
  return { host, page };
}

function byAml(page = PAGE as number) {
  const { host, page: bytes } = machine();
  const { terms } = decodeAml(guestSsdt("full", { slots: SLOTS, page })!)._unsafeUnwrap();
  const platform = { page: bytes, notify: (value: bigint) => host.models.out(DOMAIN, DSM_PORT, Number(value)) };
  return { host, aml: new AmlMachine(terms, platform) };
}

function byModel(page = PAGE as number) {
  const { host } = machine();
  const devices = acpiDevices([guestSsdt("full", { slots: SLOTS, page })!])!;
  const firmware = new GuestFirmware({
    load: (gpa, length) => host.memory.load(DOMAIN, gpa, length).unwrapOr(undefined),
    store: (gpa, bytes) => host.memory.store(DOMAIN, gpa, bytes).isOk(),
    out: (port, value) => host.models.out(DOMAIN, port, value),
  }, devices);
  return { host, firmware };
}

const device = (handle: number): string => handle === 0 ? "_SB.NVDR" : `_SB.NVDR.NV0${handle - 1}`;

interface Call {
  readonly handle: number;
  readonly uuid: string;
  readonly revision: number;
  readonly fn: number;
  readonly input: Uint8Array;
}

const amlAnswer = (aml: AmlMachine, { handle, uuid, revision, fn, input }: Call): Value =>
  aml.evaluate(`${device(handle)}._DSM`, guidBytes(uuid), BigInt(revision), BigInt(fn), fn === 0 ? [] : [input]);

const inputs = fc.oneof(
  fc.uint8Array({ maxLength: 16 }),
  fc.record({ offset: fc.constantFrom(0, 8, AREA - 8, AREA - 1, AREA), length: fc.constantFrom(0, 1, 4, 8, 9) })
    .map((range) => labelReadInput.encode(range)),
  fc.record({
    offset: fc.constantFrom(0, AREA - MAX_LABEL_TRANSFER, AREA),
    length: fc.constantFrom(1, 4075, 4076, 4077),
  })
    .map((range) => labelReadInput.encode(range)),
  fc.record({ offset: fc.nat(AREA), data: fc.uint8Array({ maxLength: 32 }) })
    .map(({ offset, data }) => labelWriteInput.encode({ offset, length: data.length, data })),
);
const calls = fc.record<Call>({
  handle: fc.integer({ min: 0, max: SLOTS }),
  uuid: fc.constantFrom(DSM_UUID.intel, DSM_UUID.root, DSM_UUID.microsoft, DSM_UUID.qemuFit),
  revision: fc.constantFrom(1, 1, 1, 0, 2),
  fn: fc.constantFrom(0, 0, 1, 4, 5, 6, 7),
  input: inputs,
});

Deno.test("any sequence of _DSM calls has the answers and the effects that the AML has", () => {
  fc.assert(
    fc.property(fc.array(calls, { maxLength: 12 }), (sequence) => {
      const [one, other] = [byAml(), byModel()];
      for (const call of sequence) {
        const { handle, uuid, revision, fn, input } = call;
        assert.deepEqual(other.firmware.dsm(handle, uuid, revision, fn, input), amlAnswer(one.aml, call));
      }
      assert.deepEqual(other.host.host, one.host.host);
    }),
    { numRuns: 60 },
  );
});

Deno.test("_FIT is the AML's, read in pieces and read again when a device comes in between", () => {
  const [one, other] = [byAml(), byModel()];
  assert.deepEqual(other.firmware.fit(), one.aml.evaluate("_SB.NVDR._FIT"));
  const plug = { driver: "nvdimm", id: "xen_nvdimm3", memdev: "mem3" };
  const backend = { "qom-type": "memory-backend-xen", id: "mem3", "host-addr": "0", size: String(PAGE_SIZE * 4096) };
  for (const { host } of [one, other]) host.models.qmp(DOMAIN, "device_add", { ...plug, "x-backend": backend });
  assert.deepEqual(other.firmware.fit(), one.aml.evaluate("_SB.NVDR._FIT"));
});

Deno.test("the label methods are the AML's, on success and on every error", () => {
  const [one, other] = [byAml(), byModel()];
  for (const handle of [1, 2, 3]) {
    const methods = other.firmware.labelMethods(handle)!;
    const { status, size, maxTransfer } = methods.lsi();
    assert.deepEqual([status, size, maxTransfer].map(BigInt), one.aml.evaluate(`${device(handle)}._LSI`));
    for (const [offset, data] of [[0, [1, 2, 3]], [AREA - 4, [9, 9, 9, 9]], [AREA, [1]]] as const) {
      const bytes = Uint8Array.from(data);
      const written = one.aml.evaluate(`${device(handle)}._LSW`, BigInt(offset), BigInt(bytes.length), bytes);
      assert.equal(BigInt(methods.lsw!(offset, bytes, "")), written);
      const read = methods.lsr(offset, bytes.length);
      const theirs = one.aml.evaluate(`${device(handle)}._LSR`, BigInt(offset), BigInt(bytes.length));
      assert.deepEqual([BigInt(read.status), read.bytes], theirs, `handle ${handle}, offset ${offset}`);
    }
  }
});

Deno.test("a page that was never placed leaves the AML to answer by itself", () => {
  const [one, other] = [byAml(0), byModel(0)];
  for (const fn of [0, 4]) {
    const call = { handle: 1, uuid: DSM_UUID.intel, revision: 1, fn, input: new Uint8Array() };
    assert.deepEqual(other.firmware.dsm(1, DSM_UUID.intel, 1, fn, call.input), amlAnswer(one.aml, call));
  }
  assert.deepEqual(other.firmware.fit(), one.aml.evaluate("_SB.NVDR._FIT"));
});

Deno.test("objects without methods answer nothing", () => {
  const devices = acpiDevices([guestSsdt("nfit", { slots: 2 })!])!;
  const firmware = new GuestFirmware({ load: () => undefined, store: () => false, out: () => {} }, devices);
  assert.deepEqual(firmware.children(), [1, 2]);
  assert.equal(firmware.fit(), undefined);
  assert.equal(firmware.dsm(0, DSM_UUID.root, 1, 0, new Uint8Array()), undefined);
  assert.equal(firmware.dsm(1, DSM_UUID.intel, 1, 0, new Uint8Array()), undefined);
  assert.equal(firmware.labelMethods(1), undefined);
});
