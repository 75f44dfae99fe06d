/** The inside of a running HVM domain. */
import { err, ok, type Result } from "neverthrow";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { type Guest } from "../../guest/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { findDomain } from "../tables/domain.ts";

export interface NamedGuest {
  readonly record: DomainRecord;
  readonly guest: Guest;
}

export function findGuest(host: Fork, name: string): Result<NamedGuest, Explanation> {
  return findDomain(host, name).andThen((record): Result<NamedGuest, Explanation> => {
    const guest = host.guest(record.domid);
    if (guest) return ok({ record, guest });
    const type = record.config.type.toUpperCase();
    return err({ what: `${record.name} is a ${type} guest, without firmware of ours`, hint: "name an HVM guest" });
  });
}

/** The host as commands see it when they run inside the guest: everything the same, but for the kernel. */
export const insideOf = (host: Fork, guest: Guest): Fork =>
  new Proxy(host, { get: (target, key) => (key === "dom0" ? guest.kernel() : Reflect.get(target, key, target)) });
