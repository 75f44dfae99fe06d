/** libxl's part: configurations, the life of domains, whose persistent memory is whose. */
export { type Assignment, assignmentId, type Remains } from "./assignment.ts";
export {
  type BackendIdentity,
  type DimmPlace,
  type FileIdentity,
  type FramesIdentity,
  type NamespaceIdentity,
} from "./backend/identity.ts";
export { type DomainRecord, type VnvdimmRecord } from "./domain_record.ts";
export { namespaceId, type NamespaceReport, type PmemReport, type RangeReport, reportId } from "./pmem_report.ts";
export { type AutostartFile, type ToolstackState } from "./state.ts";
export {
  costOf,
  DEFAULT_ALIGN,
  type Geometry,
  type GeometryFault,
  pageMapGeometry,
  rawGeometry,
} from "./pmem/geometry.ts";
export { type NamespaceBacking, namespaceBacking } from "./backend/namespace_backing.ts";
export { type ConfigContext, type ConfigRefusal, parseConfig, type ParsedConfig } from "./config/parse_config.ts";
