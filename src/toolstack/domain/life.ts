/**
 * A domain's life after its making: paused, stopped, renamed, destroyed, and what xl's own daemon does when one stops by itself
 * (`tools/xl/xl_vmcontrol.c` handle_domain_death). Content of pmem is never touched.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid } from "../../abi/address.ts";
import { type ShutdownReason } from "../../abi/hypercalls.ts";
import { calendar } from "../../base/calendar.ts";
import { assignmentId } from "../assignment.ts";
import { assignmentsOf } from "../assignments.ts";
import { type DomainConfig, type ShutdownAction } from "../config/domain_config.ts";
import { type DomainRecord } from "../domain_record.ts";
import { domainNamed, dropRecord, keepRecord, keepStoreFacts, recordOf } from "../domain_records.ts";
import { type Tools } from "../parts.ts";
import { type CreateFailure } from "./create_failure.ts";
import { createDomain } from "./create.ts";

/** There is no such domain. */
export interface NoDomain {
  readonly kind: "no-domain";
  readonly domid: number;
}

/** It is paused or has stopped, so that nobody in it hears what it is asked to do. */
export interface Unheard {
  readonly kind: "unheard";
}

const noDomain = (domid: number): NoDomain => ({ kind: "no-domain", domid });

export function pauseDomain(tools: Tools, domid: number): void {
  // xl ignores what Xen says to this.
  tools.domains.pause(domid);
}

export function unpauseDomain(tools: Tools, domid: number): void {
  tools.domains.unpause(domid);
}

export function destroyDomain(tools: Tools, domid: number): Result<void, NoDomain> {
  const known = tools.domains.info(domid).unwrapOr(undefined);
  if (!known || domid === 0) return err(noDomain(domid));
  tools.deviceModels.kill(domid as Domid);
  tools.domains.destroy(domid);
  const name = recordOf(tools, domid)?.name ?? String(domid);
  dropRecord(tools, domid);
  tools.recorder.step({ kind: "domain", what: "destroyed", domain: name });
  return ok();
}

export function renameDomain(tools: Tools, domid: number, name: string): Result<void, NoDomain | { kind: "taken" }> {
  const record = recordOf(tools, domid);
  if (!record && domid !== 0) return err(noDomain(domid));
  if (![undefined, domid].includes(domainNamed(tools, name))) return err({ kind: "taken" });
  if (!record) {
    keepStoreFacts(tools, { dom0Name: name, renamed: true });
    return ok();
  }
  keepRecord(tools, { ...record, name });
  for (const { forget: _, ...kept } of assignmentsOf(tools, record.uuid)) {
    tools.state.assignments.set(assignmentId(kept.domainUuid, kept.slot), { ...kept, domainName: name });
  }
  return ok();
}

/** What became of a domain that stopped. */
export interface Ending {
  readonly name: string;
  readonly reason: ShutdownReason;
  readonly action: ShutdownAction;
  /** The number of the domain made in its place. */
  readonly restartedAs?: number;
  /** Why there is none though there should be. */
  readonly failure?: CreateFailure;
}

/**
 * Orders the guest to stop. It has PV drivers, so it does so at once: it tells Xen why, and the toolstack acts on that as the
 * domain's configuration says.
 */
export function stopDomain(tools: Tools, domid: number, reason: ShutdownReason): Result<Ending, NoDomain | Unheard> {
  if (!recordOf(tools, domid)) return err(noDomain(domid));
  const info = tools.domains.info(domid).unwrapOr(undefined);
  if (info?.paused || info?.shutdown !== undefined) return err({ kind: "unheard" });
  const stopped = tools.domains.stop(domid, reason);
  return stopped.isErr() ? err(noDomain(domid)) : reap(tools, domid);
}

/** Acts on a domain that Xen says has stopped. Preserved ones stay as they are. */
export function reap(tools: Tools, domid: number): Result<Ending, NoDomain> {
  const record = recordOf(tools, domid);
  const reason = tools.domains.info(domid).unwrapOr(undefined)?.shutdown;
  if (!record || reason === undefined) return err(noDomain(domid));
  const action = actionFor(record.config, reason);
  const ending = { name: record.name, reason, action };
  tools.recorder.step({
    kind: "domain",
    what: `stopped (${reason}): ${action.replaceAll("_", " ")}`,
    domain: record.name,
  });
  switch (action) {
    case "preserve":
      return ok(ending);
    case "destroy":
    case "coredump_destroy":
      return destroyDomain(tools, domid).map(() => ending);
    case "restart_rename":
      return ok({ ...ending, ...preserved(tools, record) });
    case "restart":
    case "coredump_restart":
    case "soft_reset":
      destroyDomain(tools, domid);
      return ok({ ...ending, ...restarted(tools, record) });
  }
}

const ACTIONS: Readonly<Record<ShutdownReason, keyof DomainConfig & `on${string}` | undefined>> = {
  poweroff: "onPoweroff",
  reboot: "onReboot",
  crash: "onCrash",
  watchdog: "onWatchdog",
  soft_reset: "onSoftReset",
  // A suspended domain waits to be resumed.
  suspend: undefined,
};

function actionFor(config: DomainConfig, reason: ShutdownReason): ShutdownAction {
  const setting = ACTIONS[reason];
  return setting === undefined ? "preserve" : config[setting] as ShutdownAction;
}

/** The old one stays under another name; its successor cannot have the vNVDIMMs that it still owns. */
function preserved(tools: Tools, record: DomainRecord): Pick<Ending, "restartedAs" | "failure"> {
  keepRecord(tools, { ...record, name: `${record.name}-${timeText(tools.clock.now())}` });
  return restarted(tools, record);
}

/** `20261122T1706Z`: as xl names what it keeps (`xl_vmcontrol.c` preserve_domain). */
function timeText(nanoseconds: bigint): string {
  const { year, month, day, hour, minute } = calendar(Number(nanoseconds / 1_000_000_000n));
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${year}${two(month)}${two(day)}T${two(hour)}${two(minute)}Z`;
}

/** Made again from the configuration as it is by now, with what was attached meanwhile (xl_vmcontrol.c reload_domain_config). */
function restarted(
  tools: Tools,
  { name, text, source, ...record }: DomainRecord,
): Pick<Ending, "restartedAs" | "failure"> {
  const config = { ...record.config, name, uuid: record.uuid };
  const volatile = record.vnvdimms.some((vnvdimm) => vnvdimm.volatile);
  return createDomain(tools, { config, text, source }, { paused: false, volatile, handover: undefined })
    .match(({ domid }) => ({ restartedAs: domid }), (failure) => ({ failure }));
}
