import assert from "node:assert/strict";
import {
  createNfit,
  decodeNfit,
  explainQemuDevice,
  qemuDeviceFaults,
  qemuFit,
  qemuNfit,
  type QemuNvdimm,
  type QemuPersistence,
  xenNfit,
} from "../../../src/acpi/mod.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { capturedTables, capturedText, sha256 } from "../support.ts";
import { ONE_DIMM, oneDimm, twoDimms } from "./tables.ts";

Deno.test("N1: QEMU's own test table, one DIMM in slot 1 of node 2", () => {
  const table = qemuNfit([{ slot: 1, base: 0x108000000, length: 128 * MiB, node: 2 }], "cpu")!;
  assert.deepEqual([table.length, table[9]], [240, 0xd5]);
  assert.equal(sha256(table), "6a2f220396b936163a88b786a76ebb93e307b8f45547f0174098d2b99875ea33");
});

Deno.test("N2: one DIMM, no persistence", () => {
  assert.deepEqual([oneDimm().length, oneDimm()[9]], [224, 0xa4]);
  assert.equal(sha256(oneDimm()), "c4eb6159ce590114ed0bde30534b0a3b8c3c3ade8bcedfe925ca4079387e3255");
});

Deno.test("N3: a second DIMM, not armed, and persistence by the CPU", () => {
  assert.deepEqual([twoDimms().length, twoDimms()[9]], [424, 0x8f]);
  assert.equal(sha256(twoDimms()), "270006c7f0510b4fb0715a822e41d1d721a9e5b6f047812da01966f6d8a14e32");
});

Deno.test("N12: ndctl create-nfit", () => {
  const table = createNfit([{ base: 4 * GiB, length: GiB }]);
  assert.deepEqual([table.length, table[9]], [96, 0x1e]);
  assert.equal(sha256(table), "355e538324837e8b9a7723d6a4fc5e22317550af9590634e50453070e7b6c980");
});

Deno.test("the Xen RFC v4 series: its golden checksums", () => {
  const first = xenNfit([{ slot: 0, base: 0x1c0000000, length: 0x278000000 }])!;
  assert.deepEqual([first.length, first[9]], [224, 0xbf]);
  assert.equal(new TextDecoder().decode(first.subarray(16, 24)), "BXPCNFIT");
  assert.equal(xenNfit([{ slot: 0, base: 4 * GiB, length: 4 * GiB }])![9], 0x71);
  const two = xenNfit([{ slot: 0, base: 4 * GiB, length: 4 * GiB }, { slot: 1, base: 8 * GiB, length: GiB }])!;
  assert.deepEqual([two.length, two[9]], [408, 0xce]);
});

Deno.test("without devices there is no table, and nothing in _FIT", () => {
  assert.equal(qemuNfit([], "cpu"), undefined);
  assert.equal(qemuFit([], "cpu").length, 0);
});

Deno.test("_FIT holds what the table holds behind its header", () => {
  assert.deepEqual(qemuFit([ONE_DIMM]), oneDimm().slice(40));
});

/** What the tests take from a QEMU command line. */
interface QemuLine {
  /** By slot: size without labels, node, armed or not. */
  readonly devices: ReadonlyMap<number, Omit<QemuNvdimm, "slot" | "base">>;
  readonly persistence: QemuPersistence | undefined;
}

function qemuLine(line: readonly string[]): QemuLine {
  const backends = new Map<string, number>();
  const devices = new Map<number, Omit<QemuNvdimm, "slot" | "base">>();
  let persistence: QemuPersistence | undefined;
  line.forEach((option, i) => {
    const [what, ...pairs] = (line[i + 1] ?? "").split(",");
    const keys = Object.fromEntries(pairs.map((pair) => pair.split("="))) as Record<string, string | undefined>;
    if (option === "-object") backends.set(keys["id"]!, Number(keys["size"]));
    if (option === "-machine") persistence = keys["nvdimm-persistence"] as QemuPersistence | undefined;
    if (option !== "-device" || what !== "nvdimm") return;
    const slot = Number(keys["slot"] ?? [0, 1, 2, 3].find((free) => !devices.has(free)));
    const length = backends.get(keys["memdev"]!)! - Number(keys["label-size"] ?? 0);
    devices.set(slot, { length, node: Number(keys["node"] ?? 0), unarmed: keys["unarmed"] === "on" });
  });
  return { devices, persistence };
}

/** QEMU lists devices in the order of a hash, and packs them where it finds room: both are taken from its table. */
function devicesOf(table: Uint8Array, line: QemuLine): QemuNvdimm[] {
  return decodeNfit(table)._unsafeUnwrap().structures.flatMap((structure) => {
    if (structure.kind !== "spaRange") return [];
    const slot = structure.record.rangeIndex / 2 - 1;
    return [{ slot, base: Number(structure.record.rangeBase), ...line.devices.get(slot)! }];
  });
}

Deno.test("every NFIT that QEMU made is made again from its command line, byte for byte", () => {
  let count = 0;
  for (const { path, bytes } of capturedTables("nfit")) {
    const meta = JSON.parse(capturedText(`${path.split("/")[0]}/meta.json`)) as { boots: { qemu: string[] }[] };
    const boot = Number(/boot(\d)/.exec(path)?.[1] ?? 0);
    const line = qemuLine(meta.boots[boot]!.qemu);
    if (line.devices.size === 0) continue; // the table was written by hand
    const devices = devicesOf(bytes, line);
    assert.equal(devices.length, line.devices.size, path);
    assert.deepEqual(qemuDeviceFaults(devices), [], path);
    assert.deepEqual(qemuNfit(devices, line.persistence), bytes, path);
    count++;
  }
  assert.ok(count >= 30, `${count} tables`);
});

Deno.test("devices QEMU would not start with are refused, each for its reason", () => {
  const kinds = (...devices: QemuNvdimm[]) => qemuDeviceFaults(devices).map((fault) => fault.kind);
  assert.deepEqual(kinds(ONE_DIMM, { ...ONE_DIMM, slot: 1, base: 5 * GiB }), []);
  assert.deepEqual(kinds(ONE_DIMM, { ...ONE_DIMM, base: 5 * GiB }), ["slot-busy"]);
  assert.deepEqual(kinds(ONE_DIMM, { ...ONE_DIMM, slot: 1, base: 5 * GiB - 1 }), ["overlap"]);
  assert.deepEqual(kinds({ ...ONE_DIMM, slot: 255 }), []);
  assert.deepEqual(kinds({ ...ONE_DIMM, slot: 256 }), ["slot"]);
  assert.deepEqual(kinds({ ...ONE_DIMM, length: 0 }), ["empty"]);
  assert.deepEqual(kinds({ ...ONE_DIMM, base: 2 ** 52 - GiB }), []);
  assert.deepEqual(kinds({ ...ONE_DIMM, base: 2 ** 52 - GiB + 1 }), ["address"]);
  for (
    const fault of qemuDeviceFaults([{ slot: 999, base: 2 ** 52, length: 1 }, { slot: 999, base: 2 ** 52, length: 0 }])
  ) {
    assert.match(explainQemuDevice(fault).what, /slot|999/);
  }
});
