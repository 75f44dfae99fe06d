/** ACPI as far as persistent memory needs it: tables and payloads as records, and back to the same bytes. */
export { identifier, resealTable, sealTable, type TableHeader, tableHeader, type TableMaker } from "./table_header.ts";
export {
  decodeLoosely,
  decodeNfit,
  decodeStructures,
  encodeNfit,
  encodeStructures,
  type LooseNfit,
  type Nfit,
  type NfitStructure,
  nfitStructure,
  type StructureList,
  type StructureOf,
} from "./nfit/nfit.ts";
export * from "./nfit/structures.ts";
export { isVirtualDisk, RANGE_TYPE, RANGE_TYPE_TITLES, type RangeType, rangeTypeOf } from "./nfit/range_type.ts";
export { type DeviceHandle, handleFields, handleOf, handleText } from "./nfit/device_handle.ts";
export {
  type DimmIdentity,
  dimmIdentity,
  STATE_FLAG,
  stateErrorWords,
  stateFlagsText,
  stateFlagWords,
  uniqueId,
} from "./nfit/dimm_identity.ts";
export { type CookieMember, cookieMember, type SetCookies, setCookies, setPositions } from "./nfit/set_cookie.ts";
export {
  dpaToSpa,
  type InterleaveMember,
  interleaveMember,
  type InterleaveSet,
  interleaveSet,
  type Place,
  spaOffsetOf,
  spaToDpa,
} from "./nfit/interleave.ts";
export { type LinuxDimm, type LinuxNfit, persistenceDomain, readAsLinux } from "./nfit/linux_nfit.ts";
export { type LinuxMessage, type LinuxRefusal, type LinuxRelease, type LinuxTables } from "./nfit/linux_tables.ts";
export { type LinuxMapping, type LinuxRegion, type LinuxRegions, linuxRegions } from "./nfit/linux_regions.ts";
export { buildFit, buildNfit } from "./nfit/build_nfit.ts";
export { createNfit } from "./nfit/create_nfit.ts";
export {
  explainQemuDevice,
  QEMU_MAKER,
  QEMU_MAX_SLOTS,
  type QemuDeviceFault,
  qemuDeviceFaults,
  qemuFit,
  qemuHandle,
  qemuNfit,
  type QemuNvdimm,
  type QemuPersistence,
  qemuSerial,
  XEN_RFC_MAKER,
  xenNfit,
} from "./nfit/qemu_nfit.ts";
export {
  decodeSrat,
  encodeSrat,
  type MemoryRange,
  memoryRanges,
  nodeOfAddress,
  proximityDomains,
  type Srat,
  SRAT_STRUCTURES,
  type SratEntry,
  sratHeader,
  withMemoryRange,
  type XenSratRefusal,
  xenSratRefusal,
} from "./srat.ts";
export * from "./dsm/identity.ts";
export * from "./dsm/page.ts";
export * from "./dsm/label.ts";
export * from "./dsm/health.ts";
export * from "./dsm/security.ts";
export * from "./dsm/ars.ts";
export * from "./dsm/read_fit.ts";
export { statusOf, statusOnly } from "./dsm/payload.ts";
export { decodeAml, type DefinitionBlock, encodeAml } from "./aml/ssdt.ts";
export * from "./aml/term.ts";
export { allObjects, type AmlObject, type AmlObjectKind, type AmlValue, objectTree } from "./aml/namespace.ts";
export { aslText } from "./aml/asl_text.ts";
export { type GuestProfile, type GuestSsdt, guestSsdt, pageAddressOffset } from "./guest_ssdt.ts";
export { lintNfit } from "./nfit/lint/lint_nfit.ts";
export { type LintFinding } from "./nfit/lint/finding.ts";
export { explainInterleave, type InterleaveFault } from "./nfit/interleave_fault.ts";
export {
  type DescribedField,
  type DescribedNfit,
  type DescribedStructure,
  describeFit,
  describeNfit,
} from "./nfit/describe_nfit.ts";
export { diffNfit, type FieldDifference, type NfitDifference } from "./nfit/diff_nfit.ts";
export * from "./linker_loader.ts";
export * from "./root_tables.ts";
