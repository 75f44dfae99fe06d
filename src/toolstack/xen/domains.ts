/** Domains as Xen has them: made, given vCPUs and limits, paused, stopped, destroyed, listed (Xen 4.17 domctl). */
import { ok, type Result } from "neverthrow";
import {
  CallerBuffers,
  CDF,
  createDomain,
  domainInfo,
  DOMCTL,
  DOMINF,
  DOMINF_SHUTDOWN_MASK,
  DOMINF_SHUTDOWN_SHIFT,
  type Errno,
  getDomainInfoList,
  maxMem,
  maxVcpus,
  pagingMempool,
  pmemOrder,
  SCHEDOP,
  schedRemoteShutdown,
  SHUTDOWN_REASON,
  type ShutdownReason,
  SYSCTL,
  X86_EMU,
} from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type RecordOf } from "../../base/structure.ts";
import { KiB, PAGE_SIZE } from "../../base/units.ts";
import { type DomainType } from "../config/domain_config.ts";
import { type Caller } from "./caller.ts";

/** What Xen says of a domain. */
export interface XenDomain {
  readonly domid: number;
  readonly uuid: string;
  readonly hvm: boolean;
  readonly running: boolean;
  readonly blocked: boolean;
  readonly paused: boolean;
  readonly dying: boolean;
  /** Why it stopped; undefined while it has not. */
  readonly shutdown: ShutdownReason | undefined;
  /** RAM it has and may have, KiB. */
  readonly currentMemkb: number;
  readonly maxMemkb: number;
  readonly vcpus: number;
  /** Nanoseconds. */
  readonly cpuTime: bigint;
}

/** Grant tables as libxl asks for them by default (4.17: `max_grant_frames` 64, `max_maptrack_frames` 1024). */
const GRANT_FRAMES = 64;
const MAPTRACK_FRAMES = 1024;
/** As libxl: event channels are limited to what the guest's ABI can name. */
const EVENT_CHANNELS = 1023;
/** Domains per call of getdomaininfolist, as libxl asks. */
const LIST_BATCH = 1024;

export class XenDomains {
  constructor(private readonly caller: Caller) {}

  /** A new domain, paused once; Xen chooses its number. `hap` is of no meaning to a PV guest. */
  create(type: DomainType, uuid: string, vcpus: number, hap = true): Result<number, Errno> {
    const flags = type === "pv" ? 0 : CDF.hvm | (hap ? CDF.hap : 0);
    const record = {
      ...createDomain.blank(),
      handle: uuid,
      flags,
      maxVcpus: vcpus,
      maxEvtchnPort: EVENT_CHANNELS,
      maxGrantFrames: GRANT_FRAMES,
      maxMaptrackFrames: MAPTRACK_FRAMES,
      grantOpts: 2,
      emulationFlags: type === "pv" ? 0 : X86_EMU[type],
    };
    return this.caller.domctl(DOMCTL.createdomain, 0, createDomain, record).map(({ domain }) => domain);
  }

  setVcpus(domid: number, max: number): Result<void, Errno> {
    return this.caller.domctl(DOMCTL.max_vcpus, domid, maxVcpus, { max }).map(() => undefined);
  }

  /** The most RAM it may have, in KiB. */
  setMaxMem(domid: number, memkb: number): Result<void, Errno> {
    return this.caller.domctl(DOMCTL.max_mem, domid, maxMem, { maxMemkb: BigInt(memkb) }).map(() => undefined);
  }

  /** The pool that its second-level tables are taken from, in KiB. */
  setTablePool(domid: number, memkb: number): Result<void, Errno> {
    const size = BigInt(memkb) * BigInt(KiB);
    return this.caller.domctl(DOMCTL.set_paging_mempool_size, domid, pagingMempool, { size }).map(() => undefined);
  }

  /** ext: the largest leaf that its pmem is mapped with. */
  setPmemOrder(domid: number, order: number): Result<void, Errno> {
    return this.caller.domctl(DOMCTL.set_pmem_order, domid, pmemOrder, { order }).map(() => undefined);
  }

  pause(domid: number): Result<void, Errno> {
    return this.caller.plainDomctl(DOMCTL.pausedomain, domid);
  }
  unpause(domid: number): Result<void, Errno> {
    return this.caller.plainDomctl(DOMCTL.unpausedomain, domid);
  }
  destroy(domid: number): Result<void, Errno> {
    return this.caller.plainDomctl(DOMCTL.destroydomain, domid);
  }

  /** Marks it as stopped, for a reason: what its own kernel does at the end. */
  stop(domid: number, reason: ShutdownReason): Result<void, Errno> {
    const record = { domid, pad: 0, reason: SHUTDOWN_REASON[reason] };
    return this.caller.sched(SCHEDOP.remote_shutdown, schedRemoteShutdown.write(record));
  }

  /** All domains, ascending. */
  list(): Result<XenDomain[], Errno> {
    const all: XenDomain[] = [];
    for (let first = 0;;) {
      const batch = this.#listFrom(first, LIST_BATCH);
      if (batch.isErr()) return batch;
      all.push(...batch.value);
      if (batch.value.length < LIST_BATCH) return ok(all);
      first = all.at(-1)!.domid + 1;
    }
  }

  /** One domain; undefined where there is none with this number. */
  info(domid: number): Result<XenDomain | undefined, Errno> {
    return this.#listFrom(domid, 1).map(([first]) => first?.domid === domid ? first : undefined);
  }

  #listFrom(firstDomain: number, maxDomains: number): Result<XenDomain[], Errno> {
    const buffers = new CallerBuffers();
    const buffer = new Uint8Array(maxDomains * domainInfo.size);
    const record = { ...getDomainInfoList.blank(), firstDomain, maxDomains, buffer: buffers.place(buffer) };
    return this.caller.sysctl(SYSCTL.getdomaininfolist, getDomainInfoList, record, buffers).map(({ numDomains }) =>
      Array.from(
        { length: numDomains },
        (_, i) => fromInfo(domainInfo.read(viewOf(buffer), i * domainInfo.size)._unsafeUnwrap()),
      )
    );
  }
}

const REASONS = Object.entries(SHUTDOWN_REASON) as [ShutdownReason, number][];

function fromInfo(info: RecordOf<typeof domainInfo.fields>): XenDomain {
  const is = (flag: keyof typeof DOMINF): boolean => (info.flags & DOMINF[flag]) !== 0;
  const code = (info.flags >>> DOMINF_SHUTDOWN_SHIFT) & DOMINF_SHUTDOWN_MASK;
  const kib = (pages: bigint): number => Number(pages) * (PAGE_SIZE / KiB);
  return {
    domid: info.domain,
    uuid: info.handle,
    hvm: is("hvm_guest"),
    running: is("running"),
    blocked: is("blocked"),
    paused: is("paused"),
    dying: is("dying"),
    shutdown: is("shutdown") ? REASONS.find(([, number]) => number === code)?.[0] ?? "crash" : undefined,
    currentMemkb: kib(info.totPages),
    maxMemkb: kib(info.maxPages),
    vcpus: info.nrOnlineVcpus,
    cpuTime: info.cpuTime,
  };
}
