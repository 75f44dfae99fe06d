/**
 * The vNVDIMM calls: what dom0's driver reports (RFC v1, and the ext that goes with it), the regions (RFC v4 nvdimm_op), and
 * giving pmem to a domain (RFC v4, label series). Frames throughout; ranges are [start, end).
 */
import { err, ok, type Result } from "neverthrow";
import {
  CallerBuffers,
  dataRegion,
  type Errno,
  mgmtRegion,
  NVDIMM_OP,
  nvdimmOp,
  nvdimmRegions,
  nvdimmRegionsNr,
  nvdimmSanitize,
  nvdimmSetup,
  PMEM_MAP_TYPE,
  PMEM_REGION_TYPE,
  pmemAdd,
  pmemAddRaw,
  pmemMap,
  type PmemRegionType,
  pmemRelease,
  rawRegion,
  SYSCTL,
  SYSCTL_NVDIMM_INTERFACE_VERSION,
  XENMEM,
  XENPF,
} from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type Range } from "../../base/range.ts";
import { type Fields, type RecordOf, type Structure } from "../../base/structure.ts";
import { type Caller } from "./caller.ts";

export interface RawRegionInfo extends Range {
  readonly pxm: number;
}
export interface MgmtRegionInfo extends Range {
  /** Frames taken for structures, from the start. */
  readonly used: number;
}
export interface DataRegionInfo extends Range {
  /** Where its structures lie. */
  readonly mgmt: Range;
}

/** nr_mfns has 32 bits. */
const MOST_PAGES = 2 ** 32 - 1;

export class XenPmem {
  constructor(private readonly caller: Caller) {}

  /** dom0's driver reports a range divided into what it reserved for Xen and what guests may get. */
  add(whole: Range, reserved: Range, data: Range): Result<void, Errno> {
    const record = {
      spfn: BigInt(whole.start),
      epfn: BigInt(whole.end),
      rsvSpfn: BigInt(reserved.start),
      rsvEpfn: BigInt(reserved.end),
      dataSpfn: BigInt(data.start),
      dataEpfn: BigInt(data.end),
    };
    return this.caller.platform(XENPF.pmem_add, pmemAdd.write(record));
  }

  /** ext: a range undivided. */
  addRaw({ start, end }: Range): Result<void, Errno> {
    return this.caller.platform(XENPF.pmem_add_raw, pmemAddRaw.write({ spfn: BigInt(start), epfn: BigInt(end) }));
  }

  /** ext: dom0 takes a reported range back. */
  release({ start, end }: Range): Result<void, Errno> {
    const record = { spfn: BigInt(start), epfn: BigInt(end), busySpfn: 0n, busyEpfn: 0n };
    return this.caller.platform(XENPF.pmem_release, pmemRelease.write(record));
  }

  setupMgmt(range: Range): Result<void, Errno> {
    return this.#setup(range, range, "mgmt");
  }
  setupData(range: Range, mgmt: Range): Result<void, Errno> {
    return this.#setup(range, mgmt, "data");
  }

  #setup(range: Range, mgmt: Range, type: PmemRegionType): Result<void, Errno> {
    const record = {
      smfn: BigInt(range.start),
      emfn: BigInt(range.end),
      mgmtSmfn: BigInt(mgmt.start),
      mgmtEmfn: BigInt(mgmt.end),
      type: PMEM_REGION_TYPE[type],
      pad: new Uint8Array(7),
    };
    return this.#op(NVDIMM_OP.setup, nvdimmSetup, record).map(() => undefined);
  }

  /** ext: zeroes data frames that nobody owns. */
  sanitize({ start, end }: Range): Result<void, Errno> {
    const record = { smfn: BigInt(start), emfn: BigInt(end), done: 0n };
    return this.#op(NVDIMM_OP.sanitize, nvdimmSanitize, record).map(() => undefined);
  }

  raw(): Result<RawRegionInfo[], Errno> {
    return this.#regions("raw", rawRegion, (record) => ({ ...span(record), pxm: record.pxm }));
  }
  mgmt(): Result<MgmtRegionInfo[], Errno> {
    return this.#regions("mgmt", mgmtRegion, (record) => ({ ...span(record), used: Number(record.usedMfns) }));
  }
  data(): Result<DataRegionInfo[], Errno> {
    return this.#regions("data", dataRegion, (record) => ({
      ...span(record),
      mgmt: { start: Number(record.mgmtSmfn), end: Number(record.mgmtEmfn) },
    }));
  }

  /** Counts, then asks for as many: two calls, as libxc makes them. */
  #regions<F extends Fields, T>(
    type: PmemRegionType,
    structure: Structure<F>,
    from: (record: RecordOf<F>) => T,
  ): Result<T[], Errno> {
    const asked = { type: PMEM_REGION_TYPE[type], pad: new Uint8Array(3), numRegions: 0 };
    const counted = this.#op(NVDIMM_OP.get_regions_nr, nvdimmRegionsNr, asked);
    if (counted.isErr()) return err(counted.error);
    if (counted.value.numRegions === 0) return ok([]);
    const buffers = new CallerBuffers();
    const buffer = new Uint8Array(counted.value.numRegions * structure.size);
    const listed = { ...asked, numRegions: counted.value.numRegions, buffer: buffers.place(buffer) };
    return this.#op(NVDIMM_OP.get_regions, nvdimmRegions, listed, buffers).map(({ numRegions }) =>
      Array.from(
        { length: numRegions },
        (_, i) => from(structure.read(viewOf(buffer), i * structure.size)._unsafeUnwrap()),
      )
    );
  }

  #op<F extends Fields>(
    cmd: number,
    structure: Structure<F>,
    record: RecordOf<F>,
    buffers = new CallerBuffers(),
  ): Result<RecordOf<F>, Errno> {
    const u = new Uint8Array(40);
    u.set(structure.write(record));
    const op = { cmd, err: 0, u };
    return this.caller.sysctl(SYSCTL.nvdimm_op, nvdimmOp, op, buffers, SYSCTL_NVDIMM_INTERFACE_VERSION)
      .map((answer) => structure.read(viewOf(answer.u))._unsafeUnwrap());
  }

  /**
   * Gives frames to a domain: data at consecutive guest frames, or label pages, which lie nowhere in it. In calls of at most
   * 2^32 - 1 pages; on a failure what earlier calls did stays, for the caller to undo by destroying the domain.
   */
  populate(
    domid: number,
    mfn: number,
    gfn: number,
    pages: number,
    type: keyof typeof PMEM_MAP_TYPE,
  ): Result<void, Errno> {
    for (let done = 0; done < pages; done += MOST_PAGES) {
      const record = {
        domid,
        pad: new Uint8Array(6),
        mfn: BigInt(mfn + done),
        gfn: BigInt(type === "label" ? 0 : gfn + done),
        nrMfns: Math.min(pages - done, MOST_PAGES),
        type: PMEM_MAP_TYPE[type],
      };
      const mapped = this.caller.memory(XENMEM.populate_pmem_map, pmemMap.write(record));
      if (mapped.isErr()) return err(mapped.error);
    }
    return ok();
  }
}

const span = ({ smfn, emfn }: { smfn: bigint; emfn: bigint }): Range => ({ start: Number(smfn), end: Number(emfn) });
