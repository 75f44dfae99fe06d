import assert from "node:assert/strict";
import * as acpi from "../../../src/acpi/mod.ts";
import { memoryAffinity, processorAffinity, sratHeader, x2apicAffinity } from "../../../src/acpi/srat.ts";
import { smartDeclaration } from "../../../src/acpi/dsm/health.ts";
import { tableHeader } from "../../../src/acpi/table_header.ts";

/** Sizes as the specification gives them; tails come on top. */
const SIZES = [
  [tableHeader, 36],
  [acpi.nfitHeader, 40],
  [acpi.spaRange, 56],
  [acpi.spaRangeWithCookie, 64],
  [acpi.regionMapping, 48],
  [acpi.interleave, 16],
  [acpi.smbios, 8],
  [acpi.controlRegion, 32],
  [acpi.controlRegionWithWindows, 80],
  [acpi.blockWindow, 40],
  [acpi.flushHints, 16],
  [acpi.capabilities, 16],
  [sratHeader, 48],
  [processorAffinity, 16],
  [memoryAffinity, 40],
  [x2apicAffinity, 24],
  [smartDeclaration, 132],
] as const;

for (const [declaration, size] of SIZES) {
  Deno.test(`${declaration.name} has ${size} bytes`, () => assert.equal(declaration.size, size));
}

Deno.test("every field of the NFIT has the specification's words", () => {
  for (const [declaration] of SIZES.slice(1, 12)) {
    for (const [key, field] of Object.entries(declaration.fields)) {
      assert.ok("meaning" in field && field.meaning && "title" in field.meaning, `${declaration.name}/${key}`);
    }
  }
});
