/** Guests as the console shows them: those that run, and those that are off while memory is kept for them. */
import { type Domid, gpaOfGfn, HIGH_RAM_START } from "../../abi/mod.ts";
import { type Range } from "../../base/range.ts";
import { KiB, PAGE_SIZE } from "../../base/units.ts";
import { layout } from "../../ept/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type Assignment, type DomainRecord, type VnvdimmRecord } from "../../toolstack/mod.ts";
import { type Domain } from "../../xen/mod.ts";
import { type DomainView, type GuestRangeView, type VnvdimmView } from "../language/console_host.ts";
import { leafCountsOf } from "./forecast.ts";

const TYPE = { hvm: "HVM", pv: "PV", pvh: "PVH" } as const;

export function domainViews(fork: Fork): DomainView[] {
  const { domains, assignments, autostart } = fork.state.toolstack;
  const records = [...domains.ids()].map((id) => domains.get(id)!);
  const running = records.flatMap((record) => {
    const domain = fork.xen.domain(record.domid);
    return domain ? [runningView(fork, record, domain)] : [];
  });
  const kept = new Map<string, Assignment[]>();
  for (const id of assignments.ids()) {
    const assignment = assignments.get(id)!;
    if (records.some((record) => record.uuid === assignment.domainUuid)) continue;
    kept.set(assignment.domainUuid, [...(kept.get(assignment.domainUuid) ?? []), assignment]);
  }
  const starts = new Set([...autostart.ids()]);
  const off = [...kept.values()].map((assignments) => offView(fork, assignments));
  return [...(fork.isOn ? [dom0View(fork)] : []), ...running, ...off]
    .map((view) => ({ ...view, autostart: starts.has(view.name) }))
    .sort((a, b) => (a.domid ?? Infinity) - (b.domid ?? Infinity) || (a.name < b.name ? -1 : 1));
}

/** The driver domain, as `xl list` shows it. */
function dom0View(fork: Fork): DomainView {
  const { facts, toolstack } = fork;
  const info = toolstack.tools.domains.info(0 as Domid).unwrapOr(undefined);
  return {
    name: toolstack.nameOf(0)!,
    domid: 0,
    uuid: info?.uuid ?? "",
    type: facts.dom0 === "pv" ? "PV" : "PVH",
    state: "running",
    memoryBytes: info ? fromKib(info.currentMemkb) : facts.dom0Memory,
    vcpus: info?.vcpus ?? 0,
    autostart: false,
    acpi: "",
    config: undefined,
    vnvdimms: [],
    memoryMap: [],
    pool: undefined,
  };
}

function runningView(fork: Fork, record: DomainRecord, domain: Domain): DomainView {
  const { config } = record;
  const pool = domain.pool.reduce((sum, run) => sum + run.end - run.start, 0);
  return {
    name: record.name,
    domid: record.domid,
    uuid: record.uuid,
    type: TYPE[domain.type],
    state: stateOf(domain),
    memoryBytes: fromKib(config.targetMemkb ?? config.maxMemkb),
    vcpus: domain.vcpus,
    autostart: false,
    acpi: config.nvdeck.acpi,
    config: record.source,
    vnvdimms: record.vnvdimms.map((nv) => vnvdimmView(fork, nv)),
    memoryMap: memoryMapOf(fork, record),
    pool: pool === 0 ? undefined : { usedPages: domain.tablePages, totalPages: pool },
  };
}

function stateOf(domain: Domain): DomainView["state"] {
  if (domain.life === "dying") return "dying";
  if (domain.shutdown !== undefined) return domain.shutdown === "crash" ? "crashed" : "shutdown";
  return domain.pauseCount > 0 ? "paused" : "running";
}

function vnvdimmView(fork: Fork, nv: VnvdimmRecord): VnvdimmView {
  const size = nv.pages * PAGE_SIZE;
  const runs: { gpa: number; mpa: number; length: number }[] = [];
  let gpa = nv.gpa;
  for (const { mfn, count } of nv.runs) {
    const length = Math.min(count * PAGE_SIZE, nv.gpa + size - gpa);
    if (length <= 0) break;
    runs.push({ gpa, mpa: mfn * PAGE_SIZE, length });
    gpa += length;
  }
  const first = nv.runs[0];
  const spa = first && first.mfn * PAGE_SIZE;
  const namespace = fork.dom0.namespaces().find(({ extent }) =>
    spa !== undefined && extent.start <= spa && spa < extent.end
  );
  return {
    slot: nv.slot,
    backend: nv.spec,
    namespace: namespace?.name,
    sizeBytes: size,
    labelBytes: nv.labelPages * PAGE_SIZE,
    gpa: nv.gpa,
    leaves: layout(runs).map(({ counts }) => leafCountsOf(counts)).unwrapOr([]),
  };
}

/** What the guest's physical address space holds, from the p2m and the device model. */
function memoryMapOf(fork: Fork, record: DomainRecord): GuestRangeView[] {
  const pmem = record.vnvdimms.map((nv): GuestRangeView => ({
    kind: "pmem",
    startGpa: nv.gpa,
    endGpa: nv.gpa + nv.pages * PAGE_SIZE,
    name: `nv${nv.slot}`,
  }));
  const ram: { start: number; end: number }[] = [];
  for (const run of fork.xen.mappings(record.domid)) {
    if (pmem.some(({ startGpa, endGpa }) => run.gpa < endGpa && startGpa < run.gpa + run.length)) continue;
    const last = ram.at(-1);
    if (last && last.end === run.gpa) last.end += run.length;
    else ram.push({ start: run.gpa, end: run.gpa + run.length });
  }
  const views = [
    ...ram.map((range): GuestRangeView => ({ ...kindOf(range), startGpa: range.start, endGpa: range.end })),
    ...pmem,
  ];
  return views.sort((a, b) => a.startGpa - b.startGpa);
}

/** RAM proper begins at zero and again at 4 GiB; what else is populated below 4 GiB is firmware's and QEMU's. */
const kindOf = ({ start }: Range): Pick<GuestRangeView, "kind" | "name"> =>
  start >= HIGH_RAM_START || start < LEAST_FIRMWARE
    ? { kind: "ram", name: "RAM" }
    : { kind: "firmware", name: "firmware" };
const LEAST_FIRMWARE = gpaOfGfn(0xf0000);

function offView(fork: Fork, assignments: readonly Assignment[]): DomainView {
  const first = assignments[0]!;
  return {
    name: first.domainName,
    domid: undefined,
    uuid: first.domainUuid,
    type: "HVM",
    state: "off",
    memoryBytes: 0,
    vcpus: 0,
    autostart: false,
    acpi: "",
    config: undefined,
    vnvdimms: assignments.map((kept) => ({
      slot: kept.slot,
      backend: kept.spec,
      namespace: namespaceBehind(fork, kept),
      sizeBytes: kept.pages * PAGE_SIZE,
      labelBytes: kept.labelPages * PAGE_SIZE,
      gpa: kept.gpa,
      leaves: [],
    })).sort((a, b) => a.slot - b.slot),
    memoryMap: [],
    pool: undefined,
  };
}

/** The namespace that is kept for it, or that holds the file which is. */
function namespaceBehind(fork: Fork, { identity }: Assignment): string | undefined {
  const kept = identity.kind === "file" ? identity.namespace : identity;
  if (kept.kind !== "namespace" || kept.uuid === undefined) return undefined;
  return fork.dom0.namespaces().find(({ uuid }) => uuid === kept.uuid)?.name;
}

/** KiB of an xl.cfg as bytes. */
const fromKib = (kib: number | undefined): number => (kib ?? 0) * KiB;
