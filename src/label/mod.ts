/** Label storage areas and info blocks: what is written on the DIMMs about namespaces, and how to change it safely. */
export { type Geometry, geometry, LABEL_SIZES, type LabelSize, slotOffset } from "./geometry.ts";
export { countFree, isFree, usedSlots } from "./free_slots.ts";
export {
  indexBlock,
  type IndexFault,
  type IndexNumber,
  type IndexRecord,
  newerIndex,
  nextSequence,
  rawIndex,
  readIndex,
  writeIndex,
} from "./index_block.ts";
export {
  ABSTRACTION,
  type ClaimClass,
  claimClassOf,
  LABEL_FLAG,
  LABEL_NAME_SIZE,
  type LabelSpec,
  labelV11,
  labelV12,
  nameOf,
  type NamespaceLabel,
  readLabel,
  writeLabel,
} from "./namespace_label.ts";
export { availableSlots, type LabelArea, type NoIndex, readLabelArea, slotFault } from "./area.ts";
export { applyWrites, type NotedWrite, type NotedZeroes } from "./noted_write.ts";
export { type AreaChange, deleteLabels, type NoFreeSlot, updateLabel, type UpdateOptions } from "./label_update.ts";
export { type AreaTooSmall, initialiseAsKernel, initialiseAsNdctl, type LabelVersion } from "./initialise.ts";
export {
  compareAsLinux,
  expectedCookie,
  type LabelledMapping,
  type LabelledNamespace,
  type LabelledRegion,
  namespacesFromLabels,
  type RegionFault,
} from "./namespaces.ts";
export { type DpaConflict, type DpaReservation, reserveDpa } from "./reservations.ts";
export { type LabelFault, type LabelFinding, type Severity } from "./label_faults.ts";
export { checkLabelArea } from "./check_area.ts";
export { type CheckedRegion, checkLabelAreas } from "./check_sets.ts";
export {
  describeLabelArea,
  describeSlot,
  type FieldRow,
  type IndexView,
  type LabelAreaView,
  type SlotState,
  type SlotView,
} from "./describe.ts";
export { hexJson, sizeJson } from "./ndctl_json.ts";
export { readLabelsJson, type ReadLabelsOptions } from "./read_labels.ts";
export { CXL_LABEL_TYPE, type CxlLabel, cxlNamespaceLabel, cxlRegionLabel, readCxlLabels } from "./cxl.ts";
export { INFO_BLOCK_OFFSET, INFO_BLOCK_SIZE, infoChecksum, infoChecksumHolds, sealInfoBlock } from "./info_block.ts";
export {
  encodePfn,
  type MapLocation,
  PFN_PAGE_SIZE,
  PFN_SIGNATURE,
  type PfnFlavour,
  pfnInfoBlock,
  type PfnLayout,
  pfnLayout,
  pfnLayoutAsNdctl,
  type PfnLayoutFault,
  type PfnPlace,
  type PfnRecord,
  type PfnSpec,
  SUBSECTION_SIZE,
} from "./pfn_info.ts";
export { type PfnExpected, type PfnFault, type PfnHost, type PfnInfo, validatePfn } from "./pfn_validate.ts";
export {
  ARENA_MAX_SIZE,
  ARENA_MIN_SIZE,
  BTT_LANES,
  BTT_SECTOR_SIZES,
  BTT_START,
  type BttArena,
  bttArenas,
  bttDiskSector,
  bttDiskSize,
  type BttTooSmall,
  type BttVersion,
  LOG_GROUP_SIZE,
  MAP_ENTRY_SIZE,
} from "./btt_layout.ts";
export {
  BTT_SIGNATURE,
  type BttIdentity,
  bttInfoBlock,
  type BttInfoFault,
  type BttRecord,
  encodeBttInfo,
  probeBtt,
  readBttInfo,
} from "./btt_info.ts";
export { arenaWrites } from "./btt_layout_writes.ts";
export { blockOf, decodeMapEntry, encodeMapEntry, hasError, type MapEntry } from "./btt_map.ts";
export {
  findLogSlots,
  freshLog,
  LOG_ENTRY_SIZE,
  type LogEntry,
  type LogFault,
  type LogSlots,
  newerLogEntry,
  readLogGroup,
  writeLogEntry,
} from "./btt_log.ts";
export {
  type BttFault,
  type BttHost,
  discoverBtt,
  type FoundArena,
  type FoundBtt,
  type ReadNamespace,
} from "./btt_discover.ts";
export { INFO_HEAD_SIZE, type InfoSource, readInfoBlocksJson, type ReadInfoBlocksOptions } from "./read_info_blocks.ts";
export { explainLabel, type Explanation, type LabelRefusal } from "./explain.ts";
export { explainInfoBlock, type InfoBlockRefusal } from "./explain_info_block.ts";
