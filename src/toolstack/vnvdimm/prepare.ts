/** A configuration's vNVDIMMs as backends that this guest may have, or the first thing that speaks against it (model 4). */
import { err, ok, type Result } from "neverthrow";
import { type Backend, findBackend } from "../backend/backend.ts";
import { type Claimant, claimFault, type Handover } from "../backend/claims.ts";
import { sameMemory } from "../backend/compare.ts";
import { type DomainConfig, type VnvdimmConfig } from "../config/domain_config.ts";
import { type CreateFault, MOST_VNVDIMMS } from "../domain/create_failure.ts";
import { type GuestPersistence } from "../domain/qemu_arguments.ts";
import { type Tools } from "../parts.ts";

export interface VnvdimmOptions {
  /** Take volatile memory. */
  readonly volatile: boolean;
  readonly handover: Handover;
}

export function prepareVnvdimms(
  tools: Tools,
  config: DomainConfig,
  guest: Claimant,
  options: VnvdimmOptions,
): Result<Backend[], CreateFault> {
  const fault = configFault(config);
  if (fault) return err(fault);
  const backends: Backend[] = [];
  for (const [slot, spec] of config.vnvdimms.entries()) {
    const prepared = prepareOne(tools, guest, slot, spec, backends, options);
    if (prepared.isErr()) return err(prepared.error);
    backends.push(prepared.value);
  }
  return ok(backends);
}

function configFault({ type, vnvdimms, deviceModelVersion, pci, nvdeck }: DomainConfig): CreateFault | undefined {
  if (vnvdimms.length === 0 && nvdeck.slots === 0) return undefined;
  if (type !== "hvm") return { kind: "not-hvm", type };
  if (deviceModelVersion === "qemu_xen_traditional") {
    return { kind: "device-model-version", version: "qemu-xen-traditional" };
  }
  if (pci.length > 0) return { kind: "with-pci", device: pci[0]! };
  const slots = vnvdimms.length + nvdeck.slots;
  if (slots > MOST_VNVDIMMS) return { kind: "too-many-slots", slots: slots + 1 };
  return undefined;
}

/** One backend, beside the ones this guest gets in other slots. */
export function prepareOne(
  tools: Tools,
  guest: Claimant,
  slot: number,
  spec: VnvdimmConfig,
  others: readonly Backend[],
  options: VnvdimmOptions,
): Result<Backend, CreateFault> {
  const found = findBackend(tools, spec, options);
  if (found.isErr()) return err({ kind: "backend", slot, refusal: found.error });
  const backend = found.value;
  const twice = others.findIndex((other) => sameMemory(other.identity, backend.identity));
  const refusal = twice >= 0
    ? { kind: "in-use-by" as const, name: backend.name, domain: guest.name, slot: twice }
    : claimFault(tools, guest, slot, backend, options.handover);
  return refusal ? err({ kind: "backend", slot, refusal }) : ok(backend);
}

/** What the guest's platform capabilities may claim: no more than every backend's region keeps. */
export function guestPersistence(backends: readonly Backend[]): GuestPersistence {
  if (backends.length === 0 || backends.some((backend) => backend.volatile)) return undefined;
  if (backends.every(({ persistence }) => persistence === "cpu_cache")) return "cpu";
  return backends.every(({ persistence }) => persistence !== undefined) ? "mem-ctrl" : undefined;
}
