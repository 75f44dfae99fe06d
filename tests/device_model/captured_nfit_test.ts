/**
 * The device model on the command lines of the captured QEMUs: the same devices at the same addresses, the same structures.
 * Only the order of devices (QEMU's is that of a hash) and the RFC's table id differ; the whole table in QEMU's own order is
 * compared in acpi/nfit/qemu_nfit_test.ts.
 */
import assert from "node:assert/strict";
import { decodeNfit } from "../../src/acpi/mod.ts";
import { hexText } from "../../src/base/bytes.ts";
import { GiB, parseSize } from "../../src/base/units.ts";
import { bootNfit } from "../../src/device_model/fw_cfg.ts";
import { startProcess } from "../../src/device_model/mod.ts";
import { capturedTables, capturedText } from "../acpi/support.ts";

/** Where q35 ends RAM below 4 GiB if there is more of it (`hw/i386/pc_q35.c`). */
const Q35_LOW_RAM = 2 * GiB;

/** A stock QEMU's words as one under Xen has them: sizes in bytes, RAM in MiB, the placeholder for files. */
function underXen(line: readonly string[]): string[] {
  const bytes = (text: string) => String(parseSize(text.replace(/B$/, "")));
  return line.map((word, i) => {
    switch (line[i - 1]) {
      case "-machine":
        return word.replace(/^[^,]+,nvdimm=on/, `xenfv,nvdimm,max-ram-below-4g=${Q35_LOW_RAM}`);
      case "-object":
        return word.replace(/^memory-backend-file/, "memory-backend-xen");
      case "-m":
        return word.replace(/size=(\w+)/, (_, size) => String(parseSize(size)! / 2 ** 20))
          .replace(/maxmem=(\w+)/, (_, size) => `maxmem=${bytes(size)}`);
      default:
        return word;
    }
  });
}

/** The bytes of each structure, whatever their order. */
const structures = (table: Uint8Array): string[] =>
  decodeNfit(table)._unsafeUnwrap().structures.map(({ raw }) => hexText(raw)).sort();

Deno.test("every captured QEMU's NVDIMMs lie where QEMU put them, and its NFIT's structures are ours", () => {
  let count = 0;
  for (const { path, bytes } of capturedTables("nfit")) {
    const meta = JSON.parse(capturedText(`${path.split("/")[0]}/meta.json`)) as { boots: { qemu: string[] }[] };
    const line = meta.boots[Number(/boot(\d)/.exec(path)?.[1] ?? 0)]!.qemu;
    if (!line.some((word) => word.startsWith("nvdimm,"))) continue; // the table was written by hand
    const started = startProcess(1, underXen(line));
    assert.ok(started.isOk(), `${path}: ${started.isErr() ? started.error : ""}`);
    assert.deepEqual(structures(bootNfit(started.value)!), structures(bytes), path);
    count++;
  }
  assert.ok(count >= 30, `${count} tables`);
});
