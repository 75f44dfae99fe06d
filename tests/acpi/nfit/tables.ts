/** Tables the NFIT tests are made of. */
import { buildNfit, nfitStructure, qemuNfit, type QemuNvdimm, RANGE_TYPE } from "../../../src/acpi/mod.ts";
import { GiB } from "../../../src/base/units.ts";

const FOUR_GIB = 4 * GiB;

export const ONE_DIMM: QemuNvdimm = { slot: 0, base: FOUR_GIB, length: GiB };

/** QEMU's table for one DIMM: SPA range at 40, mapping at 96, control region at 144, 224 bytes. */
export const oneDimm = (): Uint8Array => qemuNfit([ONE_DIMM])!;
export const AT = { spa: 40, mapping: 96, controlRegion: 144 } as const;

export const twoDimms = (): Uint8Array =>
  qemuNfit([ONE_DIMM, { slot: 1, base: 5 * GiB, length: GiB, unarmed: true }], "cpu")!;

const CONSOLE = {
  oemId: "INTEL ",
  oemTableId: "CONSOLE ",
  oemRevision: 1,
  creatorId: "XENC",
  creatorRevision: 1,
};

/** Vector N11 of the reference: a 64-byte SPA range, a 32-byte control region, a flush hint, capabilities. */
export const cookieTable = (): Uint8Array =>
  buildNfit(CONSOLE, [
    nfitStructure("spaRange", {
      rangeIndex: 1,
      flags: 6,
      rangeType: RANGE_TYPE.pmem,
      rangeBase: BigInt(FOUR_GIB),
      rangeLength: BigInt(GiB),
      attribute: 0x8008n,
      locationCookie: 0x1122334455667788n,
    }, 64),
    nfitStructure("regionMapping", {
      handle: 0x1231,
      rangeIndex: 1,
      controlRegionIndex: 1,
      regionSize: BigInt(GiB),
      interleaveWays: 1,
    }),
    nfitStructure("controlRegion", {
      controlRegionIndex: 1,
      vendorId: 0x8980,
      deviceId: 0x4151,
      revisionId: 0x0100,
      subsystemVendorId: 0x8980,
      subsystemDeviceId: 0x7a17,
      subsystemRevisionId: 0x1500,
      validFields: 1,
      manufacturingLocation: 0x0a,
      manufacturingDate: 0x1618,
      serialNumber: 0x78563412,
      interfaceCode: 0x0301,
    }),
    nfitStructure("flushHints", { handle: 0x1231, hintCount: 1, hints: [0x418000000n] }),
    nfitStructure("capabilities", { highestValid: 1, capabilities: 3 }),
  ]);

/** `ways` DIMMs interleaved by lines of 4 KiB, 1 GiB each; handles 1, 2, …; one line table for all. */
export function interleaved(ways: number, lines = 4): Uint8Array {
  const numbers = Array.from({ length: ways }, (_, i) => i);
  return buildNfit(CONSOLE, [
    nfitStructure("spaRange", {
      rangeIndex: 1,
      rangeType: RANGE_TYPE.pmem,
      rangeBase: BigInt(FOUR_GIB),
      rangeLength: BigInt(ways * GiB),
    }),
    ...numbers.map((i) =>
      nfitStructure("regionMapping", {
        handle: i + 1,
        rangeIndex: 1,
        controlRegionIndex: i + 1,
        regionSize: BigInt(GiB),
        regionOffset: BigInt(i * 4096),
        interleaveIndex: 1,
        interleaveWays: ways,
      })
    ),
    nfitStructure("interleave", {
      interleaveIndex: 1,
      lineCount: lines,
      lineSize: 4096,
      lineOffsets: Array.from({ length: lines }, (_, i) => i * ways),
    }),
    ...numbers.map((i) =>
      nfitStructure("controlRegion", { controlRegionIndex: i + 1, serialNumber: i + 1, interfaceCode: 0x0301 })
    ),
  ]);
}
