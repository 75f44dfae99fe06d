/**
 * libxl's part as a whole: what the xl vocabulary, the host (boot, autostart, machine checks) and the screens ask of it. An
 * object is a view over its records and ports, made afresh for each fork.
 */
import { type Result } from "neverthrow";
import { type Range } from "../base/range.ts";
import { type ShutdownReason } from "../abi/hypercalls.ts";
import { assignments, type HeldAssignment } from "./assignments.ts";
import { addAutostart, autostartFiles, readConfig, removeAutostart, startAll, type Started } from "./autostart.ts";
import { framesOfBackend } from "./backend/frames_now.ts";
import { type BackendIdentity } from "./backend/identity.ts";
import { type NamespaceBacking } from "./backend/namespace_backing.ts";
import { type VnvdimmConfig } from "./config/domain_config.ts";
import { type ConfigRefusal, type ParsedConfig } from "./config/parse_config.ts";
import { type Created, createDomain, type CreateOptions, type DomainSource } from "./domain/create.ts";
import { type CreateFailure } from "./domain/create_failure.ts";
import {
  destroyDomain,
  type Ending,
  type NoDomain,
  pauseDomain,
  reap,
  renameDomain,
  stopDomain,
  type Unheard,
  unpauseDomain,
} from "./domain/life.ts";
import { type DomainRecord } from "./domain_record.ts";
import { domidOf, nameOf, recordOf, records } from "./domain_records.ts";
import { type Tools, toolsOf, type ToolstackParts } from "./parts.ts";
import { type PmemReport, reportId } from "./pmem_report.ts";
import { type RangeRequest, setupRange } from "./pmem/ranges.ts";
import { type Released, type ReleaseRequest, runRelease } from "./pmem/release.ts";
import { replay, type Replayed } from "./pmem/replay.ts";
import { backingOf, namespaceReports, reports } from "./pmem/reports.ts";
import { planSetup, runSetup, type SetupPlan, type SetupRequest } from "./pmem/setup.ts";
import { type SetupNow, setupNow } from "./pmem/setup_now.ts";
import { type SetupRefusal } from "./pmem/setup_refusal.ts";
import { type AutostartFile } from "./state.ts";
import { type Attached, type AttachRefusal, attachVnvdimm } from "./vnvdimm/attach.ts";
import { type Detached, detachVnvdimm } from "./vnvdimm/detach.ts";
import { type VnvdimmOptions } from "./vnvdimm/prepare.ts";
import { type StoreNodes, storeNodes } from "./xenstore.ts";

const PLAIN: CreateOptions = { paused: false, volatile: false, handover: undefined };

export class Toolstack {
  /** Xen's answers, subject by subject. */
  readonly tools: Tools;

  constructor(parts: ToolstackParts) {
    this.tools = toolsOf(parts);
  }

  // Configurations and domains

  /** A configuration file's text; a UUID is drawn for one that names none. */
  parseConfig(text: string, source: string): Result<ParsedConfig, ConfigRefusal> {
    return readConfig(this.tools, text, source);
  }
  create(source: DomainSource, options: CreateOptions = PLAIN): Result<Created, CreateFailure> {
    return createDomain(this.tools, source, options);
  }
  destroy(domid: number): Result<void, NoDomain> {
    return destroyDomain(this.tools, domid);
  }
  /** Orders a domain to stop and acts on it: `poweroff` is `xl shutdown`, `reboot` is `xl reboot`. */
  stop(domid: number, reason: ShutdownReason): Result<Ending, NoDomain | Unheard> {
    return stopDomain(this.tools, domid, reason);
  }
  /** Acts on a domain that has stopped by itself, crashed for instance. */
  reap(domid: number): Result<Ending, NoDomain> {
    return reap(this.tools, domid);
  }
  pause(domid: number): void {
    pauseDomain(this.tools, domid);
  }
  unpause(domid: number): void {
    unpauseDomain(this.tools, domid);
  }
  rename(domid: number, name: string): Result<void, NoDomain | { kind: "taken" }> {
    return renameDomain(this.tools, domid, name);
  }

  /** Running domains as libxl knows them, by domid; dom0 is not among them. */
  records(): readonly DomainRecord[] {
    return records(this.tools);
  }
  record(domid: number): DomainRecord | undefined {
    return recordOf(this.tools, domid);
  }
  nameOf(domid: number): string | undefined {
    return nameOf(this.tools, domid);
  }
  /** The number of a domain given by name or number; a number need not exist. */
  domidOf(text: string): number | undefined {
    return domidOf(this.tools, text);
  }
  xenstore(): StoreNodes {
    return storeNodes(this.tools);
  }

  // Persistent memory

  /** What a setup would do, and cost. Changes nothing. */
  planSetup(request: SetupRequest): Result<SetupPlan, SetupRefusal> {
    return planSetup(this.tools, request);
  }
  setup(request: SetupRequest): Result<SetupPlan, SetupRefusal> {
    return runSetup(this.tools, request);
  }
  /** How a namespace was handed to Xen; undefined where it was not. */
  setupNow(namespace: string): SetupNow | undefined {
    return setupNow(this.tools, namespace);
  }
  setupRange(request: RangeRequest): Result<void, SetupRefusal> {
    return setupRange(this.tools, request);
  }
  release(request: ReleaseRequest): Result<Released, SetupRefusal> {
    return runRelease(this.tools, request);
  }
  attach(domid: number, spec: VnvdimmConfig, options: VnvdimmOptions): Result<Attached, AttachRefusal> {
    return attachVnvdimm(this.tools, domid, spec, options);
  }
  detach(domain: string, slot: number): Result<Detached, AttachRefusal> {
    return detachVnvdimm(this.tools, domain, slot);
  }
  /** What has been handed to Xen, in order. */
  reports(): readonly PmemReport[] {
    return reports(this.tools);
  }
  /** Namespaces that have been handed to Xen, as dom0 has them now. */
  reportedNamespaces(): readonly NamespaceBacking[] {
    return namespaceReports(this.tools).flatMap((report) => backingOf(this.tools, reportId(report)) ?? []);
  }
  /** Where memory lies that is known by what is on the media, in frames; nothing where it is not there or not Xen's. */
  framesOf(identity: BackendIdentity): readonly Range[] {
    return framesOfBackend(this.tools, identity);
  }
  /** Whose each vNVDIMM is, running or not. */
  assignments(): readonly HeldAssignment[] {
    return assignments(this.tools);
  }

  // Boot

  /** Hands over again what was Xen's, and holds the files that guests own. After dom0's filesystems are mounted. */
  replay(): readonly Replayed[] {
    const replayed = replay(this.tools);
    for (const { identity, domainName } of this.assignments()) {
      if (identity.kind === "file") this.tools.files.pin(identity.path, `assigned to ${domainName}`);
    }
    return replayed;
  }
  /** Starts what starts by itself, by name; one that cannot start does not keep the others from it. */
  autostart(): readonly Started[] {
    return startAll(this.tools);
  }
  autostartFiles(): readonly AutostartFile[] {
    return autostartFiles(this.tools);
  }
  /** A configuration's text, from now on started with the host; what xl says of it. */
  addAutostart(text: string, source: string): Result<ParsedConfig, ConfigRefusal> {
    return addAutostart(this.tools, text, source);
  }
  /** False where none of that name starts by itself. */
  removeAutostart(name: string): boolean {
    return removeAutostart(this.tools, name);
  }
}
