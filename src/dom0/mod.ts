/** The Linux kernel's side of NVDIMMs, in dom0 and in guests: bus, DIMMs, regions, namespaces, personalities. */
export { DIMM_FAMILY } from "./dimm_commands.ts";
export { Dimm } from "./dimm.ts";
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
export { type BlockDevice } from "./files/block_device.ts";
export { type DiskExtent, Dom0Files, type FileOnDisk } from "./files/dom0_files.ts";
export { type Ext4Geometry, groupStart, hasBackup } from "./files/ext4/geometry.ts";
export { type Extent } from "./files/file_extents.ts";
export { type DirectoryEntry, type Entry } from "./files/file_operations.ts";
export { type FileEntry } from "./files/file_work.ts";
export { type FoundSuperblock, type Made, type MakeFault, type MakeRequest } from "./files/filesystems.ts";
export { type Partition } from "./files/gpt.ts";
export { type MountOptions, mountOptions } from "./files/mount_options.ts";
export { type MountFault, plainPath } from "./files/mounts.ts";
export { type PartitionFault, type PartitionSize } from "./files/partitioning.ts";
export {
  type Dom0FilesState,
  type Filesystem,
  type FilesystemType,
  type FstabEntry,
  type Mount,
  type StoredFile,
} from "./files/state.ts";
export { type XfsGeometry } from "./files/xfs/geometry.ts";
