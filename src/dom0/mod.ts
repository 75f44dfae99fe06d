/** The Linux kernel's side of NVDIMMs, in dom0 and in guests: bus, DIMMs, regions, namespaces, personalities. */
export { Dom0, type Dom0Parts } from "./dom0.ts";
export { type Dom0Facts, NATIVE_FACTS, PV_FACTS } from "./facts.ts";
export { inDirectoryOrder, inLibraryOrder, kernfsHash } from "./kernfs_order.ts";
export * from "./state.ts";
export { BUS, childName } from "./device_table.ts";
export { type DimmTopology, type Mapping, type RegionTopology, type Topology } from "./topology.ts";
export {
  type DimmView,
  type NamespaceMode,
  type NamespaceView,
  type PersonalityView,
  type RegionView,
} from "./views.ts";
export { type BadSectors } from "./badblocks.ts";
export { type SmartData, type SmartInjectionInput, type SmartThresholds, type ThresholdInput } from "./health.ts";
export { type Security } from "./security.ts";
export { labelAreaOf } from "./label_data.ts";
export { DAX_ROOT, Sysfs, SYSFS_ROOT } from "./sysfs/tree.ts";
