/** The loader's errors, each with the case beside it that is none (reference/xen-vnvdimm.md 4.12). */
import assert from "node:assert/strict";
import { ACPI_OWN_END, ACPI_POPULATED_END } from "../../src/abi/hvm_layout.ts";
import { FW_CFG_FILE, LOADER_ENTRY_SIZE, type LoaderCommand } from "../../src/acpi/mod.ts";
import { runLoader } from "../../src/guest/table_loader.ts";
import { deviceModelFiles, type FileMap, reading, withByte, withScript } from "./device_model_files.ts";

const errnoOf = (files: FileMap): string => runLoader(reading(files)).match(() => "ok", ({ errno }) => errno);
const { tables, rsdp } = FW_CFG_FILE;
const allocate: LoaderCommand = { kind: "allocate", file: tables, align: 64, zone: "high" };

Deno.test("a missing script is ENODEV, one that is no multiple of 128 bytes EINVAL", () => {
  const files = deviceModelFiles();
  assert.equal(errnoOf(files), "ok");
  assert.equal(errnoOf(new Map([...files].filter(([name]) => name !== FW_CFG_FILE.loader))), "ENODEV");
  const script = files.get(FW_CFG_FILE.loader)!;
  for (const [cut, errno] of [[LOADER_ENTRY_SIZE, "ok"], [1, "EINVAL"], [LOADER_ENTRY_SIZE - 1, "EINVAL"]] as const) {
    const shorter = script.subarray(0, script.length - cut);
    assert.equal(errnoOf(new Map([...files, [FW_CFG_FILE.loader, shorter]])), errno, `cut by ${cut}`);
  }
});

Deno.test("unknown files are ENOENT, files used before they are placed ENOSPC, files placed twice EEXIST", () => {
  const files = deviceModelFiles();
  const pointer: LoaderCommand = { kind: "add pointer", file: tables, source: tables, offset: 0, size: 4 };
  const cases: readonly (readonly [string, readonly LoaderCommand[]])[] = [
    ["ok", [allocate, pointer]],
    ["ENOENT", [{ ...allocate, file: "etc/nothing" }]],
    ["ENOENT", [allocate, { ...pointer, source: "etc/nothing" }]],
    ["ENOENT", [{ kind: "add checksum", file: "etc/nothing", offset: 0, start: 0, length: 1 }]],
    ["ENOSPC", [pointer]],
    ["ENOSPC", [allocate, { ...pointer, source: rsdp }]],
    ["EEXIST", [allocate, allocate]],
  ];
  for (const [errno, script] of cases) assert.equal(errnoOf(withScript(files, script)), errno, JSON.stringify(script));
});

Deno.test("alignments are powers of two, zones 1 or 2, pointers 1, 2, 4 or 8 bytes, ranges inside their file", () => {
  const files = deviceModelFiles();
  const size = files.get(tables)!.length;
  for (const [align, errno] of [[1, "ok"], [4096, "ok"], [0, "EINVAL"], [3, "EINVAL"], [96, "EINVAL"]] as const) {
    assert.equal(errnoOf(withScript(files, [{ ...allocate, align }])), errno, `alignment ${align}`);
  }
  const alone = withScript(files, [allocate]);
  for (const [zone, errno] of [[1, "ok"], [2, "ok"], [0, "EINVAL"], [3, "EINVAL"]] as const) {
    assert.equal(errnoOf(withByte(alone, 0, 64, zone)), errno, `zone ${zone}`);
  }
  const pointing = (offset: number, size: number): FileMap =>
    withScript(files, [allocate, { kind: "add pointer", file: tables, source: tables, offset, size }]);
  for (const width of [1, 2, 4, 8]) {
    assert.equal(errnoOf(pointing(size - width, width)), "ok", `${width} bytes at the end`);
    assert.equal(errnoOf(pointing(size - width + 1, width)), "EINVAL", `${width} bytes past the end`);
  }
  for (const width of [0, 3, 5, 16]) assert.equal(errnoOf(withByte(pointing(0, 4), 1, 120, width)), "EINVAL");
  const summing = (offset: number, start: number, length: number): FileMap =>
    withScript(files, [allocate, { kind: "add checksum", file: tables, offset, start, length }]);
  assert.equal(errnoOf(summing(size - 1, 0, size)), "ok");
  assert.equal(errnoOf(summing(size, 0, size)), "EINVAL");
  assert.equal(errnoOf(summing(0, 1, size)), "EINVAL");
});

Deno.test("other commands are skipped", () => {
  const files = withScript(deviceModelFiles(), [allocate, { ...allocate, file: "etc/nothing" }]);
  assert.equal(errnoOf(withByte(files, 1, 0, 4)), "ok");
});

Deno.test("pointers are added to what stands there, and wrap in their width", () => {
  const files = deviceModelFiles();
  files.set(tables, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0));
  const at = (offset: number): LoaderCommand => ({
    kind: "add pointer",
    file: tables,
    source: tables,
    offset,
    size: 4,
  });
  const [placed] = runLoader(reading(withScript(files, [allocate, at(0), at(4)])))._unsafeUnwrap();
  const view = new DataView(placed!.bytes.buffer);
  assert.equal(view.getUint32(0, true), placed!.gpa - 1);
  assert.equal(view.getUint32(4, true), placed!.gpa + 1);
});

Deno.test("files are placed behind Xen's own tables, aligned, up to the last byte that is populated", () => {
  const files = deviceModelFiles();
  const room = ACPI_POPULATED_END - ACPI_OWN_END;
  for (const [bytes, errno] of [[room, "ok"], [room + 1, "ENOMEM"]] as const) {
    files.set(tables, new Uint8Array(bytes));
    assert.equal(errnoOf(withScript(files, [{ ...allocate, align: 1 }])), errno, `${bytes} bytes`);
  }
  files.set(tables, new Uint8Array(10));
  const page: LoaderCommand = { ...allocate, file: rsdp, align: 4096 };
  const placed = runLoader(reading(withScript(files, [allocate, page])))._unsafeUnwrap();
  assert.deepEqual(placed.map(({ gpa }) => gpa), [ACPI_OWN_END, ACPI_OWN_END + 4096]);
});
