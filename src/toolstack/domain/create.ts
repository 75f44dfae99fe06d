/**
 * Making a domain (`libxl_create.c` initiate_domain_create … domcreate_complete, with RFC v4's vNVDIMMs): the steps in libxl's
 * order, each a hypercall or a word to the device model. A step that fails undoes the ones before it, except for the domain
 * number, which is used up.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid } from "../../abi/address.ts";
import { KiB, MiB, PAGE_SIZE } from "../../base/units.ts";
import { assignmentId } from "../assignment.ts";
import { assignments } from "../assignments.ts";
import { type Backend } from "../backend/backend.ts";
import { forgetRemains } from "../backend/claims.ts";
import { type DomainConfig } from "../config/domain_config.ts";
import { type DomainRecord } from "../domain_record.ts";
import { domainNamed, freeConsole, keepRecord } from "../domain_records.ts";
import { type Tools } from "../parts.ts";
import { congruentAddresses } from "../vnvdimm/congruent.ts";
import { deviceAddresses, mapBackend, type Placed, placementNote } from "../vnvdimm/mapping.ts";
import { guestPersistence, prepareVnvdimms, type VnvdimmOptions } from "../vnvdimm/prepare.ts";
import { sanitize } from "../vnvdimm/sanitize.ts";
import { type CreateFailure, type CreateFault } from "./create_failure.ts";
import { type MemoryPlan, planMemory } from "./memory_plan.ts";
import { populate } from "./populate.ts";
import { type NvdimmArguments, qemuArguments } from "./qemu_arguments.ts";

export interface DomainSource {
  readonly config: DomainConfig;
  /** What a restart parses again. */
  readonly text: string;
  readonly source: string;
}

export interface CreateOptions extends VnvdimmOptions {
  readonly paused: boolean;
}

export interface Created {
  readonly domid: number;
  /** Remarks for the operator. */
  readonly notes: readonly string[];
}

/** Where hvmloader lies in dom0 (Debian's Xen 4.17). */
const HVMLOADER = "/usr/lib/xen-4.17/boot/hvmloader";

export function createDomain(
  tools: Tools,
  source: DomainSource,
  options: CreateOptions,
): Result<Created, CreateFailure> {
  const notes: string[] = [];
  const config = withKeptUuid(tools, source.config, notes);
  const plan = planMemory(config);
  const unfit = unfitFor(tools, config);
  if (unfit) return err({ fault: unfit, domid: undefined });
  const made = tools.domains.create(config.type, config.uuid, plan.vcpus, config.shown["c_info/hap"] !== "False");
  if (made.isErr()) return err({ fault: { kind: "no-domid", errno: made.error }, domid: undefined });
  const domid = made.value;
  const built = build(tools, domid, { ...source, config }, plan, options);
  if (built.isErr()) {
    undo(tools, domid);
    return err({ fault: built.error, domid });
  }
  keepRecord(tools, built.value);
  tools.recorder.step({ kind: "domain", what: "created", domain: config.name });
  if (!options.paused) tools.domains.unpause(domid);
  return ok({ domid, notes: [...notes, ...built.value.vnvdimms.flatMap((each) => placementNote(each) ?? [])] });
}

/** A file without a UUID whose domain owns memory: it is the domain that it was, or its memory would never come back. */
function withKeptUuid(tools: Tools, config: DomainConfig, notes: string[]): DomainConfig {
  if (config.uuidGiven || config.vnvdimms.length === 0) return config;
  const kept = assignments(tools).find(({ domainName }) => domainName === config.name);
  if (!kept) return config;
  notes.push(`${config.name} names no uuid; it is ${kept.domainUuid}, for which its vNVDIMMs are kept`);
  return { ...config, uuid: kept.domainUuid };
}

function undo(tools: Tools, domid: number): void {
  tools.deviceModels.kill(domid as Domid);
  tools.domains.destroy(domid);
}

function build(
  tools: Tools,
  domid: number,
  { config, text, source }: DomainSource,
  plan: MemoryPlan,
  options: CreateOptions,
): Result<DomainRecord, CreateFault> {
  if (domainNamed(tools, config.name) !== undefined) return err({ kind: "name-taken", name: config.name });
  const prepared = prepareVnvdimms(tools, config, config, options);
  if (prepared.isErr()) return err(prepared.error);
  const backends = prepared.value;
  const memory = giveMemory(tools, domid, config, plan);
  if (memory.isErr()) return err(memory.error);
  const placed = config.type === "hvm" ? startDeviceModel(tools, domid, config, plan, backends) : ok([]);
  if (placed.isErr()) return err(placed.error);
  for (const each of placed.value) {
    const ready = options.handover === "sanitize" ? sanitize(tools, config, each) : ok();
    const pool = { bytes: plan.poolMemkb * KiB, order: config.nvdeck.eptOrder };
    const mapped = ready.andThen(() => mapBackend(tools, domid, each, pool));
    if (mapped.isErr()) return err(mapped.error);
  }
  const kept = keepAssignments(tools, config, placed.value);
  if (kept.isErr()) return err(kept.error);
  return ok({
    domid,
    uuid: config.uuid,
    name: config.name,
    config,
    text,
    source,
    console: freeConsole(tools),
    startedAt: tools.clock.now(),
    vnvdimms: placed.value.map(vnvdimmRecord),
  });
}

export const vnvdimmRecord = ({ slot, backend, gpa }: Placed): DomainRecord["vnvdimms"][number] => ({
  slot,
  spec: backend.spec,
  file: backend.file,
  runs: backend.runs,
  pages: backend.pages,
  labelPages: backend.labelPages,
  gpa,
  volatile: backend.volatile,
});

/** vCPUs, limits, the table pool, firmware or kernel, RAM. */
function giveMemory(tools: Tools, domid: number, config: DomainConfig, plan: MemoryPlan): Result<void, CreateFault> {
  const { domains } = tools;
  const step = (what: string, done: Result<void, (CreateFault & { kind: "setting" })["errno"]>) =>
    done.mapErr((errno): CreateFault => ({ kind: "setting", what, errno }));
  const small = config.nvdeck.eptOrder < 18;
  const settings = step("max_vcpus", domains.setVcpus(domid, plan.vcpus))
    .andThen(() => step("max_mem", domains.setMaxMem(domid, plan.limitMemkb)))
    .andThen(() => config.type === "pv" ? ok() : step("table pool", domains.setTablePool(domid, plan.poolMemkb)))
    .andThen(() => small ? step("pmem order", domains.setPmemOrder(domid, config.nvdeck.eptOrder)) : ok());
  if (settings.isErr()) return err(settings.error);
  const missing = missingFile(tools, config) ?? smallMemory(config, plan);
  if (missing) return err(missing);
  const free = tools.host.physinfo().map((info) => info.free).unwrapOr(0);
  return populate(tools, domid, plan.populated)
    .mapErr((missing): CreateFault => ({ kind: "no-memory", missing, of: plan.ram, free }));
}

/** What libxl refuses before it asks Xen for a domain (`libxl_create.c` libxl__domain_config_setdefault). */
function unfitFor(tools: Tools, { type, pci, vnvdimms, shown }: DomainConfig): CreateFault | undefined {
  const pool = shown["c_info/pool_name"];
  if (typeof pool === "string" && pool !== CPU_POOL) return { kind: "no-pool", pool };
  const passthrough = shown["c_info/passthrough"] ?? "disabled";
  // PCI devices together with vNVDIMMs have a better reason, given later.
  if (passthrough !== "disabled" || (pci.length > 0 && vnvdimms.length === 0)) {
    const directio = tools.host.physinfo().map(({ capabilities }) => capabilities.directio).unwrapOr(false);
    if (!directio) return { kind: "no-iommu", device: pci[0] };
  }
  const alternate = shown["b_info/altp2m"] !== undefined || shown["b_info/type.hvm/altp2m"] === "True";
  const nested = shown["b_info/nested_hvm"] === "True";
  return type !== "pv" && nested && alternate ? { kind: "nested-and-alternate" } : undefined;
}

/** The one CPU pool there is. */
const CPU_POOL = "Pool-0";

/** Where a PV or PVH kernel is put, and what Debian's Linux 6.1 takes from there: the captures' kernel, and one like most. */
const KERNEL_START = 16 * MiB;
const KERNEL_BYTES = 58 * MiB;

function smallMemory({ type }: DomainConfig, { maxMemkb }: MemoryPlan): CreateFault | undefined {
  const memory = maxMemkb * KiB;
  const needed = KERNEL_START + KERNEL_BYTES;
  return type === "hvm" || memory > needed ? undefined : { kind: "small-memory", memory, needed };
}

function missingFile({ facts }: Tools, config: DomainConfig): CreateFault | undefined {
  const { dom0Files } = facts;
  if (!dom0Files) return undefined;
  // A script finds its target itself; another domain's is its own.
  const disks = config.disks.filter(({ format, script, backendDomain }) =>
    format !== "empty" && script === undefined && backendDomain === undefined
  );
  const needed = [
    ...disks.map(({ target }) => ["disk", target] as const),
    ...(config.type === "hvm"
      ? [["firmware", HVMLOADER] as const]
      : [["kernel", config.kernel] as const, ["ramdisk", config.ramdisk] as const]),
  ];
  for (const [role, path] of needed) {
    if (path !== undefined && !dom0Files.includes(path)) return { kind: "no-file", role, path };
  }
  return undefined;
}

function startDeviceModel(
  tools: Tools,
  domid: number,
  config: DomainConfig,
  plan: MemoryPlan,
  backends: readonly Backend[],
): Result<Placed[], CreateFault> {
  const addresses = config.nvdeck.placement === "congruent"
    ? congruentAddresses(
      plan.layout,
      backends.map(({ runs, pages }) => ({ mpa: runs[0]!.mfn * PAGE_SIZE, length: pages * PAGE_SIZE })),
    )
    : [];
  const nvdimms = backends.map((backend, slot) => nvdimmOf(backend, slot, addresses[slot]));
  const argv = qemuArguments(domid, config, plan, nvdimms, guestPersistence(backends));
  const spawned = tools.deviceModels.spawn(domid as Domid, argv);
  if (spawned.isErr()) return err({ kind: "device-model", text: spawned.error });
  if (backends.length === 0) return ok([]);
  return deviceAddresses(tools, domid, new Map(backends.map(({ pages }, slot) => [slot, pages])))
    .map((addresses) => backends.map((backend, slot) => ({ slot, backend, gpa: addresses.get(slot)! })));
}

export const nvdimmOf = (
  { runs, labelPages, path }: Backend,
  slot: number,
  gpa: number | undefined,
): NvdimmArguments => ({ slot, runs, labelPages, path, gpa });

/** From here on the memory is this guest's, running or not. Either all of it or none. */
export function keepAssignments(
  tools: Tools,
  guest: { readonly uuid: string; readonly name: string },
  placed: readonly Placed[],
): Result<void, CreateFault> {
  const pinned = pinFiles(tools, guest, placed);
  if (pinned.isErr()) return err(pinned.error);
  for (const { slot, backend, gpa } of placed) {
    forgetRemains(tools, backend);
    tools.state.assignments.set(assignmentId(guest.uuid, slot), {
      domainUuid: guest.uuid,
      domainName: guest.name,
      slot,
      spec: backend.spec,
      identity: backend.identity,
      labelPages: backend.labelPages,
      pages: backend.pages,
      gpa,
    });
  }
  return ok();
}

function pinFiles(
  tools: Tools,
  { uuid, name }: { readonly uuid: string; readonly name: string },
  placed: readonly Placed[],
): Result<void, CreateFault> {
  const pinned: string[] = [];
  for (const { slot, backend: { file } } of placed) {
    if (file === undefined || tools.state.assignments.get(assignmentId(uuid, slot))) continue;
    const done = tools.files.pin(file, `assigned to ${name}`);
    if (done.isErr()) {
      pinned.forEach((path) => tools.files.unpin(path));
      return err({ kind: "pin", path: file, errno: done.error });
    }
    pinned.push(file);
  }
  return ok();
}
