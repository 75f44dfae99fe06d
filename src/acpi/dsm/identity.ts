/** Who answers a `_DSM` call: UUIDs of root and leaf devices, families, status words (Linux `drivers/acpi/nfit/nfit.h`). */

/** By UUID text, as a `Firmware` port takes it. */
export const DSM_UUID = {
  root: "2f10e7a4-9e91-11e4-89d3-123b93f75cba",
  rootIntel: "c7d8acd4-2df8-4b82-9f65-a325335af149",
  intel: "4309ac30-0d11-11e4-9191-0800200c9a66",
  hpe1: "9002c334-acf3-4c0e-9642-a235f0d53bc6",
  hpe2: "5008664b-b758-41a0-a03c-27c2f2d04f7e",
  microsoft: "1ee68b36-d4bd-4a1a-9a16-4f8e53d46e05",
  hyperv: "5746c5f2-a9a2-4264-ad0e-e4ddc9e09e80",
  /** QEMU's private device behind handle 0x10000, which reads `_FIT`. */
  qemuFit: "648b9cf2-cda1-4312-8ad9-49c4af32bd62",
} as const;

/** Leaf families by their number in Linux (`ndctl.h` NVDIMM_FAMILY_*); papr, 5, has no ACPI UUID. Tried in this order. */
export const LEAF_FAMILIES: readonly { readonly family: number; readonly name: string; readonly uuid: string }[] = [
  { family: 0, name: "Intel", uuid: DSM_UUID.intel },
  { family: 1, name: "HPE1", uuid: DSM_UUID.hpe1 },
  { family: 2, name: "HPE2", uuid: DSM_UUID.hpe2 },
  { family: 3, name: "Microsoft", uuid: DSM_UUID.microsoft },
  { family: 4, name: "Hyper-V", uuid: DSM_UUID.hyperv },
];

/** Functions of an Intel leaf (Linux `nfit/intel.h`, ndctl `lib/intel.h`). */
export const LEAF_FUNCTION = {
  query: 0,
  smart: 1,
  smartThreshold: 2,
  getLabelSize: 4,
  getLabelData: 5,
  setLabelData: 6,
  latchShutdown: 10,
  setSmartThreshold: 17,
  injectSmart: 18,
  securityState: 19,
  freeze: 23,
  secureErase: 24,
  overwrite: 25,
  queryOverwrite: 26,
} as const;

/** Functions of the root device (Linux `ndctl.h` ND_CMD_ARS_*, ndctl `libndctl-nfit.h`). */
export const ROOT_FUNCTION = {
  query: 0,
  arsCapabilities: 1,
  startArs: 2,
  arsStatus: 3,
  clearError: 4,
  translateSpa: 5,
  injectError: 7,
  clearInjected: 8,
  injectStatus: 9,
} as const;

/** Low 16 bits of the first word of every answer but function 0's. */
export const DSM_STATUS = {
  success: 0,
  unsupported: 1,
  noSuchDevice: 2,
  invalidInput: 3,
  hardwareError: 4,
  retry: 5,
  busy: 6, // root functions; "unknown reason" for an Intel leaf
  functionSpecific: 7,
  outOfResources: 8,
  notReady: 9,
  /** QEMU's Read FIT: the list has changed since offset 0 was read. */
  fitChanged: 0x100,
} as const;

/** The bitmap that function 0 answers: bit 0 for itself, one bit for each function. */
export const functionBitmap = (functions: readonly number[]): number =>
  functions.reduce((mask, fn) => (mask | (1 << fn)) >>> 0, 1);
