/** libxl's part: configurations, the life of domains, whose persistent memory is whose. */
export { Toolstack } from "./toolstack.ts";
export { type Started } from "./autostart.ts";
export { type Tools, type ToolstackParts } from "./parts.ts";
export { DEFAULT_XL_FACTS, type HostXlFacts, parseXlInfo } from "./host_facts.ts";
export { type Assignment, assignmentId, type Remains } from "./assignment.ts";
export { type HeldAssignment } from "./assignments.ts";
export { type DaxFile, type DaxFiles, type FileExtent, type MountedOn, NO_FILES } from "./backend/dax_files.ts";
export { type FrameRun, framesIn } from "./backend/frame_run.ts";
export {
  type BackendIdentity,
  type DimmPlace,
  type FileIdentity,
  type FramesIdentity,
  type NamespaceIdentity,
} from "./backend/identity.ts";
export { framesNow, type InterleaveSet, interleaveSets } from "./backend/interleave_sets.ts";
export { type NamespaceBacking, namespaceBacking, namespaceBackings } from "./backend/namespace_backing.ts";
export { type Backend, findBackend } from "./backend/backend.ts";
export { type BackendRefusal, explainBackend } from "./backend/backend_refusal.ts";
export { type Handover } from "./backend/claims.ts";
export { type DomainConfig, type VnvdimmConfig } from "./config/domain_config.ts";
export { configJson } from "./config/config_json.ts";
export { type ConfigRefusal, parseConfig, type ParsedConfig } from "./config/parse_config.ts";
export { parseVnvdimm } from "./config/vnvdimm.ts";
export { type Created, type CreateOptions, type DomainSource } from "./domain/create.ts";
export { type CreateFailure, type CreateFault, explainCreate } from "./domain/create_failure.ts";
export { type Ending, type NoDomain } from "./domain/life.ts";
export { type MemoryPlan, planMemory } from "./domain/memory_plan.ts";
export { qemuArguments } from "./domain/qemu_arguments.ts";
export { type DomainRecord, type VnvdimmRecord } from "./domain_record.ts";
export { namespaceId, type NamespaceReport, type PmemReport, type RangeReport, reportId } from "./pmem_report.ts";
export { type Cost, DEFAULT_ALIGN, type Geometry } from "./pmem/geometry.ts";
export { type RangeRequest } from "./pmem/ranges.ts";
export { type ReleaseRequest } from "./pmem/release.ts";
export { type Replayed } from "./pmem/replay.ts";
export { reportOf } from "./pmem/reports.ts";
export { type SetupPlan, type SetupRequest } from "./pmem/setup.ts";
export { type SetupNow } from "./pmem/setup_now.ts";
export { explainSetup, type Explanation, type SetupRefusal } from "./pmem/setup_refusal.ts";
export { type AutostartFile, type ToolstackState } from "./state.ts";
export { type Attached, type AttachRefusal, explainAttach } from "./vnvdimm/attach.ts";
export { congruentAddress, congruentAddresses } from "./vnvdimm/congruent.ts";
export { type StoreNodes } from "./xenstore.ts";
export { accessText } from "./xenstore_access.ts";
export { type XenDomain } from "./xen/domains.ts";
