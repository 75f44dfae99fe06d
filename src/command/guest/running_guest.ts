/** The guest of a running domain, as verbs about its inside need it. */
import { err, ok, type Result } from "neverthrow";
import { type Fork } from "../../host/mod.ts";
import { type Guest } from "../../guest/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { findDomain } from "../tables/domain.ts";
import { noSuchObject, refusal } from "../tables/verb.ts";

export interface FoundGuest {
  readonly record: DomainRecord;
  readonly guest: Guest;
  /** Why its processors do not run, and the way out; undefined where they do. */
  readonly halted: { readonly why: string; readonly hint: string } | undefined;
}

/** By name or domid; refused for a domain that has no device model, and so no ACPI tables and no NVDIMMs. */
export function findGuest(host: Fork, domain: string): Result<FoundGuest, Outcome> {
  return findDomain(host, domain).mapErr(noSuchObject).andThen((record) => {
    const guest = host.guest(record.domid);
    if (guest) return ok({ record, guest, halted: haltOf(host, record) });
    const type = record.config.type.toUpperCase();
    return err(refusal(
      EXIT.refused,
      `${record.name} is ${type}: it has no device model, so no vNVDIMM and nothing to look into`,
      'type = "hvm" in its configuration makes it an HVM guest',
    ));
  });
}

/** The same where the guest must be able to do something. */
export const runningGuest = (host: Fork, domain: string): Result<FoundGuest, Outcome> =>
  findGuest(host, domain).andThen((found) =>
    found.halted ? err(refusal(EXIT.refused, `${found.record.name} ${found.halted.why}`, found.halted.hint)) : ok(found)
  );

function haltOf(host: Fork, { domid, name }: DomainRecord): FoundGuest["halted"] {
  const domain = host.xen.domain(domid);
  if (domain?.shutdown !== undefined) {
    return { why: `has stopped (${domain.shutdown})`, hint: `xl destroy ${name}, then start it again` };
  }
  return (domain?.pauseCount ?? 0) > 0
    ? { why: "is paused: none of its processors runs", hint: `xl unpause ${name}` }
    : undefined;
}
