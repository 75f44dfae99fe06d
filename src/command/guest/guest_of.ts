/** The inside of a running HVM domain, joined over the host's ports. */
import { err, ok, type Result } from "neverthrow";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { Guest } from "../../guest/mod.ts";
import { type DomainRecord, planMemory } from "../../toolstack/mod.ts";
import { findDomain } from "../tables/domain.ts";

export interface NamedGuest {
  readonly record: DomainRecord;
  readonly guest: Guest;
}

export function findGuest(host: Fork, name: string): Result<NamedGuest, Explanation> {
  return findDomain(host, name).andThen((record): Result<NamedGuest, Explanation> => {
    const { config, domid, startedAt } = record;
    if (config.type !== "hvm") {
      return err({
        what: `${record.name} is ${config.type.toUpperCase()}: it has no firmware of ours`,
        hint: "name an HVM guest",
      });
    }
    const { deviceModels, xen, state, draws, recorder, clock } = host;
    const guest = new Guest({
      domid,
      startedAt,
      ram: planMemory(config).layout,
      memory: xen.guestMemory,
      io: deviceModels,
      state: state.guest,
      draws,
      recorder,
      clock,
    });
    return ok({ record, guest });
  });
}

/** The host as commands see it when they run inside the guest: everything the same, but for the kernel. */
export const insideOf = (host: Fork, guest: Guest): Fork =>
  new Proxy(host, { get: (target, key) => (key === "dom0" ? guest.kernel() : Reflect.get(target, key, target)) });
