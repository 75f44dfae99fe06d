/** What hvmloader keeps of the device model's tables (reference/xen-vnvdimm.md 4.12, merge rule). */
import assert from "node:assert/strict";
import { ACPI_OWN_END } from "../../src/abi/hvm_layout.ts";
import { buildRsdp, buildRsdt, encodeLoader, FW_CFG_FILE, type LoaderCommand, QEMU_MAKER } from "../../src/acpi/mod.ts";
import { concat, isZero, sameBytes, utf8 } from "../../src/base/bytes.ts";
import { byteSum } from "../../src/base/checksum.ts";
import { type LoadedTables, loadTables } from "../../src/guest/firmware_tables.ts";
import { deviceModelFiles, type FileMap, reading } from "./device_model_files.ts";

/** A script's files with tables of these signatures, 36 bytes each, and nothing else. */
function filesWith(signatures: readonly string[]): FileMap {
  const table = (signature: string): Uint8Array => {
    const bytes = new Uint8Array(36);
    bytes.set(utf8(signature));
    bytes[4] = 36;
    return bytes;
  };
  const rsdt = 36 * signatures.length;
  const pointer = (file: string, offset: number): LoaderCommand => ({
    kind: "add pointer",
    file,
    source: FW_CFG_FILE.tables,
    offset,
    size: 4,
  });
  const script: LoaderCommand[] = [
    { kind: "allocate", file: FW_CFG_FILE.tables, align: 64, zone: "high" },
    { kind: "allocate", file: FW_CFG_FILE.rsdp, align: 16, zone: "fseg" },
    ...signatures.map((_, i) => pointer(FW_CFG_FILE.tables, rsdt + 36 + 4 * i)),
    pointer(FW_CFG_FILE.rsdp, 16),
  ];
  return new Map([
    [FW_CFG_FILE.tables, concat(...signatures.map(table), buildRsdt(signatures.map((_, i) => 36 * i), QEMU_MAKER))],
    [FW_CFG_FILE.rsdp, buildRsdp(rsdt, "BOCHS ")],
    [FW_CFG_FILE.loader, encodeLoader(script)],
  ]);
}

const load = (files: FileMap): LoadedTables => loadTables(reading(files)).loaded;
const signatures = ({ tables }: LoadedTables): string[] => tables.map(({ signature }) => signature);

Deno.test("SSDT and NFIT arrive whole, the page's address patched in, checksums right", () => {
  const files = deviceModelFiles(2);
  const { loaded, files: placed } = loadTables(reading(files));
  assert.deepEqual(signatures(loaded), ["SSDT", "NFIT"]);
  const [ssdt, nfit] = loaded.tables;
  const original = files.get(FW_CFG_FILE.tables)!;
  assert.ok(sameBytes(nfit!.bytes, original.subarray(ssdt!.bytes.length, ssdt!.bytes.length + nfit!.bytes.length)));
  assert.deepEqual([byteSum(ssdt!.bytes), byteSum(nfit!.bytes)], [0, 0]);
  const page = placed.find(({ name }) => name === FW_CFG_FILE.dsmPage)!;
  assert.equal(new DataView(ssdt!.bytes.buffer).getUint32(ssdt!.bytes.length - 4, true), page.gpa);
  assert.equal(page.gpa % 4096, 0);
  assert.equal(loaded.end, page.gpa + 4096);
});

Deno.test("the device model's own root tables are not left in guest memory", () => {
  const { loaded, files } = loadTables(reading(deviceModelFiles()));
  assert.ok(!files.some(({ name }) => name === FW_CFG_FILE.rsdp));
  const tables = files.find(({ name }) => name === FW_CFG_FILE.tables)!;
  const last = loaded.tables.at(-1)!;
  assert.ok(isZero(tables.bytes.subarray(last.gpa + last.bytes.length - tables.gpa)));
});

Deno.test("no device model files, no tables, and nothing is wrong", () => {
  assert.deepEqual(load(new Map()), { tables: [], end: ACPI_OWN_END });
});

Deno.test("a table that Xen builds itself keeps all out; SSDTs may repeat, others may not", () => {
  assert.deepEqual(signatures(load(filesWith(["SSDT", "NFIT", "SSDT"]))), ["SSDT", "NFIT", "SSDT"]);
  for (const own of ["FACS", "DSDT", "FACP", "APIC", "HPET", "WAET"]) {
    const loaded = load(filesWith(["NFIT", own]));
    assert.deepEqual([loaded.tables, loaded.fault?.errno], [[], "EEXIST"], own);
  }
  assert.equal(load(filesWith(["NFIT", "SSDT", "NFIT"])).fault?.errno, "EEXIST");
});

Deno.test("sixteen secondary tables in all, five of them Xen's", () => {
  const some = (count: number): string[] => Array.from({ length: count }, () => "SSDT");
  assert.equal(load(filesWith(some(11))).tables.length, 11);
  assert.equal(load(filesWith(some(12))).fault?.errno, "ENOSPC");
});

Deno.test("a root table that points nowhere, or at a table longer than its file, loads nothing", () => {
  const files = filesWith(["NFIT"]);
  const shifted = files.get(FW_CFG_FILE.rsdp)!.slice();
  shifted[17] = 0x10;
  assert.equal(load(new Map([...files, [FW_CFG_FILE.rsdp, shifted]])).fault?.errno, "EINVAL");
  const long = files.get(FW_CFG_FILE.tables)!.slice();
  long[5] = 1;
  assert.equal(load(new Map([...files, [FW_CFG_FILE.tables, long]])).fault?.errno, "EINVAL");
  long[5] = 0;
  long[4] = 35;
  assert.equal(load(new Map([...files, [FW_CFG_FILE.tables, long]])).fault?.errno, "EINVAL");
});

Deno.test("256 slots' tables fit", () => {
  const loaded = load(deviceModelFiles(255));
  assert.equal(loaded.fault, undefined);
  assert.deepEqual(signatures(loaded), ["SSDT", "NFIT"]);
});
