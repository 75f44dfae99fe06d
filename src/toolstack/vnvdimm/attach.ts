/**
 * Attaching a vNVDIMM to a running domain (ext, model section 4): into the next slot and a window that its configuration kept
 * free, announced through `_FIT`. A failure after QEMU has the device leaves it there without memory: the caller drops its fork.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid } from "../../abi/address.ts";
import { type Json } from "../../base/json.ts";
import { KiB, PAGE_SIZE } from "../../base/units.ts";
import { type Backend } from "../backend/backend.ts";
import { type DomainConfig, type VnvdimmConfig } from "../config/domain_config.ts";
import { keepAssignments, nvdimmOf, vnvdimmRecord } from "../domain/create.ts";
import { type CreateFault, explainCreate } from "../domain/create_failure.ts";
import { planMemory } from "../domain/memory_plan.ts";
import { backendProperties, deviceProperties } from "../domain/qemu_arguments.ts";
import { type DomainRecord } from "../domain_record.ts";
import { keepRecord, recordOf } from "../domain_records.ts";
import { type Tools } from "../parts.ts";
import { type Explanation } from "../pmem/setup_refusal.ts";
import { congruentAddress } from "./congruent.ts";
import { deviceAddresses, mapBackend, placementNote } from "./mapping.ts";
import { prepareOne, type VnvdimmOptions } from "./prepare.ts";
import { sanitize } from "./sanitize.ts";
import { vnvdimmsSetting } from "./setting.ts";

export interface Attached {
  readonly slot: number;
  /** Bytes. */
  readonly gpa: number;
  /** What its configuration should say, for the next time it is created. */
  readonly vnvdimms: string;
  /** A remark for the operator. */
  readonly note: string | undefined;
}

export type AttachRefusal =
  | { readonly kind: "not-running"; readonly domain: string }
  | { readonly kind: "no-slots"; readonly domain: string }
  | { readonly kind: "no-fit"; readonly domain: string; readonly profile: string }
  | { readonly kind: "create"; readonly fault: CreateFault }
  | { readonly kind: "running"; readonly domain: string; readonly slot: number }
  | { readonly kind: "no-claim"; readonly domain: string; readonly slot: number };

export function explainAttach(refusal: AttachRefusal): Explanation {
  switch (refusal.kind) {
    case "not-running":
      return { what: `${refusal.domain} is not running`, hint: "add the vNVDIMM to its configuration" };
    case "no-slots":
      return {
        what: `${refusal.domain} has no free slot for another vNVDIMM`,
        hint: `nvdeck_vnvdimm_slots = N and nvdeck_vnvdimm_reserve = SIZE in its configuration, then start it again`,
      };
    case "no-fit":
      return {
        what:
          `${refusal.domain} has ACPI profile ${refusal.profile}: without _FIT its Linux would never see the device`,
        hint: `nvdeck_acpi = "full", then start it again`,
      };
    case "create":
      return explainCreate(refusal.fault);
    case "running":
      return {
        what: `slot ${refusal.slot} of ${refusal.domain} cannot be unplugged while it runs (QEMU cannot either)`,
        hint: `xl shutdown ${refusal.domain}, then detach`,
      };
    case "no-claim":
      return { what: `${refusal.domain} has no vNVDIMM in slot ${refusal.slot}`, hint: `xl vnvdimm-list` };
  }
}

export function attachVnvdimm(
  tools: Tools,
  domid: number,
  spec: VnvdimmConfig,
  options: VnvdimmOptions,
): Result<Attached, AttachRefusal> {
  const record = recordOf(tools, domid);
  if (!record) return err({ kind: "not-running", domain: String(domid) });
  const { config, name } = record;
  if (config.type !== "hvm" || config.nvdeck.slots === 0) return err({ kind: "no-slots", domain: name });
  if (config.nvdeck.acpi !== "full") return err({ kind: "no-fit", domain: name, profile: config.nvdeck.acpi });
  return plugIn(tools, record, spec, options).mapErr((fault): AttachRefusal => ({ kind: "create", fault }));
}

function plugIn(
  tools: Tools,
  record: DomainRecord,
  spec: VnvdimmConfig,
  options: VnvdimmOptions,
): Result<Attached, CreateFault> {
  const slot = record.config.vnvdimms.length;
  const prepared = prepareOne(tools, record, slot, spec, [], options);
  if (prepared.isErr()) return err(prepared.error);
  const backend = prepared.value;
  const plan = planMemory(record.config);
  const end = Math.max(...record.vnvdimms.map(({ gpa, pages }) => gpa + pages * PAGE_SIZE), 0);
  const gpa = record.config.nvdeck.placement === "congruent"
    ? congruentAddress(Math.max(end, plan.layout.high.end), backend.runs[0]!.mfn * PAGE_SIZE)
    : undefined;
  const nvdimm = nvdimmOf(backend, slot, gpa);
  const added = tools.qmp(record.domid as Domid, "device_add", {
    driver: "nvdimm",
    ...numbered(deviceProperties(nvdimm)),
    slot,
    "x-backend": { "qom-type": "memory-backend-xen", ...numbered(backendProperties(nvdimm)) },
  });
  if (added.isErr()) return err({ kind: "qmp", command: "device_add", text: added.error.desc });
  const pages = new Map([...record.vnvdimms, { slot, pages: backend.pages }].map((each) => [each.slot, each.pages]));
  const addresses = deviceAddresses(tools, record.domid, pages);
  if (addresses.isErr()) return err(addresses.error);
  const placed = { slot, backend, gpa: addresses.value.get(slot)! };
  const pool = { bytes: plan.poolMemkb * KiB, order: record.config.nvdeck.eptOrder };
  const done = (options.handover === "sanitize" ? sanitize(tools, record, placed) : ok())
    .andThen(() => mapBackend(tools, record.domid, placed, pool))
    .andThen(() => keepAssignments(tools, record, [placed]));
  if (done.isErr()) return err(done.error);
  const config = configWith(record.config, spec, backend);
  keepRecord(tools, { ...record, config, vnvdimms: [...record.vnvdimms, vnvdimmRecord(placed)] });
  tools.recorder.step({ kind: "domain", what: `vNVDIMM attached in slot ${slot}`, domain: record.name });
  const vnvdimms = vnvdimmsSetting(config.vnvdimms.map(({ text }) => text));
  return ok({ slot, gpa: placed.gpa, vnvdimms, note: placementNote(placed) });
}

/** As libxl keeps it: a domain that reboots has the device again, and one free slot less. */
function configWith(config: DomainConfig, spec: VnvdimmConfig, { pages, labelPages }: Backend): DomainConfig {
  const { slots, reserve, ...nvdeck } = config.nvdeck;
  const left = Math.max(0, reserve - (pages + labelPages) * PAGE_SIZE);
  return { ...config, vnvdimms: [...config.vnvdimms, spec], nvdeck: { ...nvdeck, slots: slots - 1, reserve: left } };
}

const numbered = (properties: readonly [string, string][]): { [key: string]: Json } => Object.fromEntries(properties);
