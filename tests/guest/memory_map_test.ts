import assert from "node:assert/strict";
import { ramLayout } from "../../src/abi/hvm_layout.ts";
import { memoryMap } from "../../src/guest/mod.ts";
import { GiB, MiB } from "../../src/base/units.ts";

/** Entries as Linux prints them at boot. */
const printed = (ramBytes: number, acpiEnd: number): string[] =>
  memoryMap(ramLayout(ramBytes), acpiEnd).map(({ start, end, type }) =>
    `${start.toString(16).padStart(8, "0")}-${(end - 1).toString(16).padStart(8, "0")} ${type}`
  );

Deno.test("the map of a guest of 1 GiB is what a guest of Xen 4.17 reports", () => {
  assert.deepEqual(printed(GiB - 16 * MiB, 0xfc00b000), [
    "00000000-0009fbff usable",
    "0009fc00-0009ffff reserved",
    "000f0000-000fffff reserved",
    "00100000-3effefff usable",
    "3efff000-3effffff reserved",
    "fc000000-fc00afff ACPI NVS",
    "fc00b000-ffffffff reserved",
  ]);
});

Deno.test("RAM beyond the hole continues at 4 GiB, as a guest of Xen 4.16 reports", () => {
  assert.deepEqual(printed(4 * GiB - 8 * MiB, 0xfc00b000), [
    "00000000-0009fbff usable",
    "0009fc00-0009ffff reserved",
    "000f0000-000fffff reserved",
    "00100000-efffefff usable",
    "effff000-efffffff reserved",
    "fc000000-fc00afff ACPI NVS",
    "fc00b000-ffffffff reserved",
    "100000000-10f7fffff usable",
  ]);
});

Deno.test("the device model's tables lengthen the ACPI entry, and nothing else changes", () => {
  const [without, withTables] = [printed(GiB, 0xfc00b000), printed(GiB, 0xfc00d000)];
  const differ = without.flatMap((line, i) => (line === withTables[i] ? [] : [withTables[i]]));
  assert.deepEqual(differ, ["fc000000-fc00cfff ACPI NVS", "fc00d000-ffffffff reserved"]);
});
