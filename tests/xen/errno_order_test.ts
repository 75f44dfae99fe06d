/**
 * One row per check: a call that fails it, and where it can also fails the checks behind it, so that the order shows; and a
 * call that fails it alone, which gets further once the check is gone. Last tests make sure that no check of any operation
 * is without a row.
 */
import assert from "node:assert/strict";
import { GiB, MiB, TiB } from "../../src/base/units.ts";
import { OPERATIONS } from "../../src/xen/mod.ts";
import { domid, fork, type Machine, machine, PMEM } from "./machine.ts";
import * as raw from "./raw_encoder.ts";
import { nfit, srat } from "./raw_tables.ts";

const ALL_ONES = (1n << 64n) - 1n;
const frames = (bytes: number): number => bytes / 4096;
/** 4 GiB of pmem reported by dom0; 12 MiB of structures and a data area from here on. */
const DATA = PMEM + frames(128 * MiB);
const END = PMEM + frames(4 * GiB);
/** pmem that nobody has reported yet. */
const SPARE = PMEM + frames(64 * GiB);

/** Domain 1 HVM, 2 PV, 3 dying, all without RAM; pmem reported. */
function dom0Host(): Machine {
  const m = machine({ preemptPages: 16 });
  assert.equal(m.call(7, raw.pmemAdd([PMEM, END, PMEM + 512, DATA, DATA, END])), 0);
  for (const [flags, emulation] of [[3, 0x3ff], [0, 0], [3, 0x3ff]] as const) {
    m.reply(36, raw.createDomain(0, flags, emulation));
  }
  for (const id of [1, 2, 3]) assert.equal(m.call(36, raw.domctl(15, id, [[0, 4, 2]])), 0);
  assert.equal(m.call(12, raw.pmemMap(3, DATA + 4096, 0x200000, 64)), 0);
  assert.equal(m.xen.enter(domid(0), 36, raw.domctl(2, 3)).kind, "again");
  return m;
}

/** 8 GiB of raw pmem from NFIT at 16 GiB, PXM 0, then 8 GiB of PXM 1; a management region of 256 MiB at the start. */
function xenHost(): Machine {
  const m = machine({
    management: "xen",
    tables: {
      nfit: nfit([{ base: 16 * GiB, length: 8 * GiB, flags: 0 }, {
        base: 24 * GiB,
        length: 8 * GiB,
        pxm: 1,
        flags: 0,
      }]),
      srat: srat([{ base: 0, length: 7 * GiB, pxm: 0 }, { base: 16 * GiB, length: 8 * GiB, pxm: 0 }, {
        base: 24 * GiB,
        length: 8 * GiB,
        pxm: 1,
      }]),
    },
  });
  assert.equal(m.call(35, raw.setupMgmt(PMEM, PMEM + frames(256 * MiB))), 0);
  assert.equal(
    m.call(35, raw.setupData(PMEM + frames(GiB), PMEM + frames(2 * GiB), PMEM, PMEM + frames(256 * MiB))),
    0,
  );
  return m;
}

/** The same pmem without an SRAT: nothing but the raw regions says where pmem is. */
function plainHost(): Machine {
  const m = machine({
    management: "xen",
    tables: { nfit: nfit([{ base: 16 * GiB, length: 8 * GiB, flags: 0 }]) },
  });
  assert.equal(m.call(35, raw.setupMgmt(PMEM, PMEM + frames(256 * MiB))), 0);
  return m;
}

const HOSTS = { dom0: dom0Host(), xen: xenHost(), plain: plainHost() };
const MGMT: readonly [number, number] = [PMEM, PMEM + frames(256 * MiB)];

interface Row {
  /** Start of the check's own words. */
  readonly check: string;
  readonly errno: string;
  readonly on?: keyof typeof HOSTS;
  readonly number?: number;
  readonly bytes: (m: Machine) => Uint8Array;
  /** Fails this check and no other with the same errno; `bytes` where that does so itself. */
  readonly alone?: (m: Machine) => Uint8Array;
  readonly aloneOn?: keyof typeof HOSTS;
  readonly caller?: number;
}

const GATE = (number: number, bytes: Uint8Array, version: Uint8Array): Row[] => [
  { check: "the structure cannot be read", errno: "EFAULT", number, bytes: () => bytes.subarray(0, 100), caller: 1 },
  { check: "interface_version is not", errno: "EACCES", number, bytes: () => version, caller: 1 },
  { check: "the caller is not privileged", errno: "EPERM", number, bytes: () => bytes, caller: 1 },
];

const platformGate = GATE(7, raw.pmemAdd([0, 0, 0, 0, 0, 0]), raw.pmemAdd([0, 0, 0, 0, 0, 0], { version: 0x03000000 }));
const nvdimmGate = GATE(35, raw.regionsNr(9), raw.regionsNr(9, { version: 0x15 }));
const sysctlGate = GATE(35, raw.sysctl(3), raw.sysctl(3, [], { version: 0x11 }));
const domctlGate = (cmd: number): Row[] => [
  {
    check: "the structure cannot be read",
    errno: "EFAULT",
    bytes: () => raw.domctl(cmd, 9).subarray(0, 143),
    caller: 1,
  },
  {
    check: "interface_version is not",
    errno: "EACCES",
    bytes: () => raw.domctl(cmd, 9, [], { version: 0x14 }),
    caller: 1,
  },
  {
    check: "no such domain (createdomain",
    errno: "ESRCH",
    bytes: () => raw.domctl(cmd === 1 || cmd === 5 ? 2 : cmd, 9),
    caller: 1,
  },
  { check: "the caller is not privileged", errno: "EPERM", bytes: () => raw.domctl(cmd, 1), caller: 1 },
];

const add = (words: readonly number[]) => () => raw.pmemAdd(words);
const map = (...args: Parameters<typeof raw.pmemMap>) => () => raw.pmemMap(...args);
/** A usable whole, reserved and data range in pmem nobody has reported, changed. */
const spare = (change: Partial<Record<"whole" | "reserved" | "data", readonly [number, number]>> = {}) => {
  const whole = change.whole ?? [SPARE, SPARE + frames(GiB)];
  const reserved = change.reserved ?? [whole[0] + 512, whole[0] + 512 * 10];
  const data = change.data ?? [whole[0] + 512 * 10, whole[1]];
  return () => raw.pmemAdd([...whole, ...reserved, ...data]);
};

const HOT_ADD_BY_PMEM_ADD: Row[] = [
  {
    check: "the range ends beyond the frame table",
    errno: "EINVAL",
    bytes: spare({ whole: [frames(16 * TiB) - frames(GiB), frames(16 * TiB) + 512] }),
  },
  {
    check: "an end of the range is no multiple",
    errno: "EINVAL",
    bytes: spare({ whole: [SPARE + 1, SPARE + frames(GiB)] }),
  },
  {
    check: "frames of the range have a frame table already",
    errno: "EINVAL",
    bytes: spare({ whole: [END - frames(GiB), END + frames(GiB)] }),
  },
  {
    check: "frame table and M2P, rounded out",
    errno: "EINVAL",
    bytes: spare({ whole: [SPARE, SPARE + 1024], reserved: [SPARE, SPARE + 512], data: [SPARE + 512, SPARE + 1024] }),
  },
  {
    check: "the management slice has too few chunks",
    errno: "ENOMEM",
    // The rule asks 2560 frames for 1 GiB; 4 + 1 + 1 chunks take 3072.
    bytes: spare({ reserved: [SPARE + 512, SPARE + 512 + 2560] }),
  },
];

const HOT_ADD_BY_SETUP: Row[] = [
  {
    check: "an end of the range is no multiple",
    errno: "EINVAL",
    on: "xen",
    bytes: () => raw.setupMgmt(frames(20 * GiB) + 1, frames(21 * GiB)),
  },
  // For management: in a data region. For data: where the management region's structures lie already.
  {
    check: "frames of the range have a frame table already",
    errno: "EINVAL",
    on: "xen",
    bytes: () => raw.setupMgmt(PMEM + frames(GiB), PMEM + frames(3 * GiB)),
  },
  {
    check: "frame table and M2P, rounded out",
    errno: "EINVAL",
    on: "xen",
    bytes: () => raw.setupMgmt(frames(20 * GiB), frames(20 * GiB) + 1024),
  },
];

/** By operation's name. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  XENPF_pmem_add: [
    ...platformGate,
    { check: "spfn >= epfn", errno: "EINVAL", bytes: add([SPARE, SPARE, 5, 5, 5, 5]) },
    { check: "rsv_spfn >= rsv_epfn", errno: "EINVAL", bytes: add([SPARE, SPARE + 512, 5, 5, 5, 5]) },
    {
      check: "data_spfn >= data_epfn",
      errno: "EINVAL",
      alone: spare({ data: [SPARE + 8192, SPARE + 8192] }),
      bytes: add([SPARE, SPARE + 512, 5, 6, 5, 5]),
    },
    {
      check: "the reserved range is not inside",
      errno: "EINVAL",
      alone: spare({ reserved: [SPARE - 512, SPARE + 512 * 9] }),
      bytes: add([SPARE, SPARE + 512, SPARE - 1, SPARE + 1, 5, 6]),
    },
    {
      check: "the data range is not inside",
      errno: "EINVAL",
      alone: spare({ data: [SPARE + 512 * 10, SPARE + frames(GiB) + 512] }),
      bytes: add([SPARE, SPARE + 512, SPARE, SPARE + 1, SPARE + 1, SPARE + 513]),
    },
    {
      check: "reserved and data range overlap",
      errno: "EINVAL",
      bytes: spare({ data: [SPARE + 512 * 10 - 1, SPARE + frames(GiB)] }),
    },
    {
      check: "the reserved range is smaller than",
      errno: "EINVAL",
      bytes: spare({ reserved: [SPARE + 512, SPARE + 512 + 2559] }),
    },
    {
      check: "the range is empty or no physical address",
      errno: "EINVAL",
      bytes: spare({ whole: [2 ** 41, 2 ** 41 + frames(GiB)] }),
    },
    {
      check: "the range overlaps a raw region",
      errno: "EINVAL",
      alone: (m) => {
        m.reply(7, raw.pmemAddRaw([SPARE + 512, SPARE + 1024]));
        return spare()();
      },
      bytes: spare({ whole: [PMEM - frames(GiB), PMEM + frames(GiB)] }),
    },
    { check: "the range overlaps RAM", errno: "EINVAL", bytes: spare({ whole: [0, frames(GiB)] }) },
    { check: "a usable SRAT has no memory block", errno: "EINVAL", on: "xen", bytes: spare() },
    ...HOT_ADD_BY_PMEM_ADD,
  ],
  XENPF_pmem_add_raw: [
    ...platformGate,
    {
      check: "the range is empty or no physical address",
      errno: "EINVAL",
      bytes: () => raw.pmemAddRaw([SPARE, SPARE]),
    },
    { check: "the range overlaps a raw region", errno: "EINVAL", bytes: () => raw.pmemAddRaw([END - 1, END + 1]) },
    { check: "the range overlaps RAM", errno: "EINVAL", bytes: () => raw.pmemAddRaw([0, 1]) },
    {
      check: "a usable SRAT has no memory block",
      errno: "EINVAL",
      on: "xen",
      bytes: () => raw.pmemAddRaw([SPARE, SPARE + 1]),
    },
  ],
  XENPF_pmem_release: [
    ...platformGate,
    { check: "the range is not exactly one", errno: "ENXIO", bytes: () => raw.pmemRelease([PMEM, END - 512]) },
    { check: "a page of the range is owned", errno: "EBUSY", bytes: () => raw.pmemRelease([PMEM, END]) },
    {
      check: "frame table or M2P of frames outside",
      errno: "EBUSY",
      bytes: (m) => {
        // Two namespaces in one GiB: the first built the M2P that both use.
        const [a, b] = [SPARE, SPARE + frames(512 * MiB)];
        m.reply(7, raw.pmemAdd([a, b, a + 512, a + 512 * 9, a + 512 * 9, b]));
        m.reply(7, raw.pmemAdd([b, b + frames(512 * MiB), b + 512, b + 512 * 9, b + 512 * 9, b + frames(512 * MiB)]));
        return raw.pmemRelease([a, b]);
      },
    },
  ],
  "XEN_SYSCTL_nvdimm_op get_regions_nr": [
    ...nvdimmGate,
    { check: "type is none of", errno: "EINVAL", bytes: () => raw.regionsNr(3) },
  ],
  "XEN_SYSCTL_nvdimm_op get_regions": [
    ...nvdimmGate,
    { check: "type is none of", errno: "EINVAL", bytes: () => raw.regions(3, 1, ALL_ONES) },
    { check: "num_regions entries at the handle", errno: "EINVAL", bytes: () => raw.regions(0, 1, ALL_ONES - 22n) },
    { check: "the entries cannot be written", errno: "EFAULT", bytes: () => raw.regions(0, 1, 0x1000n) },
  ],
  "XEN_SYSCTL_nvdimm_op setup mgmt": [
    ...nvdimmGate,
    { check: "type is neither", errno: "EINVAL", on: "xen", bytes: () => raw.setup(0, [1, 0], [0, 0]) },
    {
      check: "mgmt_smfn, mgmt_emfn are not",
      errno: "EINVAL",
      alone: () => raw.setup(1, [frames(20 * GiB), frames(21 * GiB)], [frames(20 * GiB), frames(21 * GiB) - 512]),
      on: "xen",
      bytes: () => raw.setup(1, [ALL_ONES, 0], [0, 0]),
    },
    {
      check: "smfn or emfn is INVALID_MFN",
      errno: "EINVAL",
      on: "xen",
      bytes: () => raw.setupMgmt(ALL_ONES, ALL_ONES),
    },
    {
      check: "raw regions do not cover",
      errno: "EINVAL",
      on: "xen",
      bytes: () => raw.setupMgmt(PMEM - 512, PMEM + 512),
    },
    { check: "N frames are fewer than", errno: "ENOSPC", on: "xen", bytes: () => new Uint8Array() },
    {
      check: "a management region overlaps",
      errno: "EEXIST",
      on: "xen",
      bytes: () => raw.setupMgmt(PMEM + 1, PMEM + 512),
    },
    ...HOT_ADD_BY_SETUP,
  ],
  "XEN_SYSCTL_nvdimm_op setup data": [
    ...nvdimmGate,
    { check: "type is neither", errno: "EINVAL", on: "xen", bytes: () => raw.setup(3, [1, 0], [0, 0]) },
    {
      check: "smfn or emfn is INVALID_MFN",
      errno: "EINVAL",
      on: "xen",
      bytes: () => raw.setupData(PMEM, ALL_ONES, 5, 5),
    },
    {
      check: "raw regions do not cover",
      errno: "EINVAL",
      alone: () => raw.setupData(frames(23 * GiB), frames(25 * GiB), ...MGMT),
      aloneOn: "plain",
      on: "xen",
      bytes: () => raw.setupData(frames(23 * GiB), frames(25 * GiB), 5, 5),
    },
    {
      check: "mgmt_smfn or mgmt_emfn is INVALID_MFN",
      errno: "EINVAL",
      on: "xen",
      bytes: () => raw.setupData(frames(20 * GiB), frames(21 * GiB), 5, 5),
    },
    {
      check: "no management region contains",
      errno: "ENXIO",
      on: "xen",
      bytes: () => raw.setupData(frames(20 * GiB), frames(21 * GiB), MGMT[0], MGMT[1] + 1),
    },
    {
      check: "from the region's first unused frame",
      errno: "ENOSPC",
      on: "xen",
      // Used: 3 chunks of the region itself, 4 of the first data region. 1 GiB needs 2560 frames, 2559 are left.
      bytes: (m) => raw.setupData(PMEM + frames(GiB), PMEM + frames(2 * GiB), MGMT[0], firstUnused(m) + 2559),
    },
    {
      check: "a data region overlaps",
      errno: "EEXIST",
      on: "xen",
      bytes: (m) => raw.setupData(PMEM + frames(GiB) + 1, PMEM + frames(2 * GiB), MGMT[0], firstUnused(m) + 2560),
    },
    {
      check: "mgmt_emfn leaves nothing",
      errno: "EINVAL",
      alone: (m) => raw.setupData(frames(20 * GiB), frames(21 * GiB), MGMT[0], firstUnused(m) - 1),
      on: "xen",
      bytes: (m) => raw.setupData(frames(20 * GiB) + 1, frames(21 * GiB), MGMT[0], firstUnused(m) - 1),
    },
    {
      check: "the data range overlaps what is left",
      errno: "EINVAL",
      on: "xen",
      bytes: () => raw.setupData(MGMT[1] - 1, MGMT[1] + 511, ...MGMT),
    },
    ...HOT_ADD_BY_SETUP.map((row): Row => ({
      ...row,
      bytes: (m) =>
        row.check.startsWith("frames of") ? raw.setupData(PMEM, PMEM + 1536, ...MGMT) : asData(row.bytes(m)),
    })),
    {
      check: "the management slice has too few chunks",
      errno: "ENOMEM",
      on: "xen",
      bytes: (m) => raw.setupData(frames(20 * GiB), frames(21 * GiB), MGMT[0], firstUnused(m) + 2560),
    },
  ],
  "XEN_SYSCTL_nvdimm_op sanitize": [
    ...nvdimmGate,
    { check: "data regions do not cover", errno: "ENXIO", bytes: () => raw.sanitize(DATA - 1, DATA + 1, 5) },
    { check: "done exceeds the frames", errno: "EINVAL", bytes: () => raw.sanitize(DATA + 4096, DATA + 4097, 2) },
    { check: "a frame of the range is owned", errno: "EBUSY", bytes: () => raw.sanitize(DATA, END) },
    {
      check: "a frame cannot be written",
      errno: "EIO",
      bytes: (m) => {
        m.memory.poison.add(DATA + 9);
        return raw.sanitize(DATA, DATA + 16);
      },
    },
  ],
  XENMEM_populate_pmem_map: [
    {
      check: "the structure cannot be read",
      errno: "EFAULT",
      bytes: () => raw.pmemMap(0x7ff0, 0, 0, 0).subarray(0, 39),
      caller: 1,
    },
    { check: "domid is DOMID_SELF", errno: "EINVAL", bytes: map(0x7ff0, 0, 0, 0), caller: 1 },
    { check: "no such domain", errno: "EINVAL", bytes: map(9, 0, 0, 0), caller: 1 },
    { check: "the caller is not the toolstack", errno: "EPERM", bytes: map(1, DATA, 0, 1), caller: 1 },
    {
      check: "the domain is dying",
      errno: "EINVAL",
      alone: map(3, DATA + 8192, 0x300000, 1),
      bytes: map(3, 0, 0, 0, 9),
    },
    {
      check: "the domain is not HVM",
      errno: "EINVAL",
      alone: map(2, DATA + 8192, 0x300000, 1),
      bytes: map(2, 0, 0, 0, 9),
    },
    { check: "type is neither", errno: "EINVAL", bytes: map(1, 0, 0, 0, 2) },
    { check: "data regions do not cover", errno: "ENXIO", bytes: map(1, DATA - 1, 0, 2, 0, 1) },
    { check: "the progress in the command register", errno: "EINVAL", bytes: map(1, DATA + 4096, 0, 64, 0, 1) },
    {
      check: "page by page: the page is not exactly free",
      errno: "EBUSY",
      bytes: map(1, DATA + 4096 + 63, 2 ** 36, 1),
    },
    { check: "page by page: the gfn is 2^36", errno: "EINVAL", bytes: map(1, DATA, 2 ** 36 - 1, 2) },
    {
      check: "page by page: the gfn is mapped",
      errno: "EBUSY",
      bytes: (m) => {
        m.reply(12, raw.pmemMap(1, DATA, 0x100000, 1));
        return raw.pmemMap(1, DATA + 1, 0x100000 - 1, 2);
      },
    },
    {
      check: "page by page: the domain's table pool",
      errno: "ENOMEM",
      bytes: (m) => {
        m.reply(36, raw.domctl(0x6e76, 1, [[0, 4, 0]]));
        return raw.pmemMap(1, DATA + 8192, 0x100000, 512 * 256);
      },
    },
  ],
  XEN_DMOP_pmem_rw: [
    { check: "no buffers are handed over", errno: "ENODATA", bytes: () => raw.dm(9, []) },
    { check: "more than two buffers are", errno: "E2BIG", bytes: () => raw.dm(9, [], 3) },
    { check: "the buffer descriptors cannot", errno: "EFAULT", bytes: () => raw.dm(9, [], 1) },
    { check: "no such domain", errno: "ESRCH", bytes: () => raw.dm(9, [[0n, 0]]), caller: 1 },
    { check: "the domain is the caller itself", errno: "EPERM", bytes: () => raw.dm(2, [[0n, 0]]), caller: 2 },
    { check: "the domain is not HVM", errno: "EINVAL", bytes: () => raw.dm(2, [[0n, 0]]), caller: 1 },
    { check: "the caller is not privileged", errno: "EPERM", bytes: () => raw.dm(1, [[0n, 0]]), caller: 2 },
    {
      check: "the head of buffer 0",
      errno: "EFAULT",
      bytes: (m) => raw.dm(1, [[m.buffers.place(raw.pmemRw(0, 0, 0)), 7]]),
    },
    {
      check: "the operation is unknown",
      errno: "EOPNOTSUPP",
      bytes: (m) => raw.dm(1, [[m.buffers.place(raw.raw(8, [0, 4, 16], [4, 4, 1])), 8]]),
    },
    {
      check: "buffer 0 is too small",
      errno: "EFAULT",
      bytes: (m) => raw.dm(1, [[m.buffers.place(raw.pmemRw(0, 0, 0)), 39]]),
    },
    {
      check: "the head's pad is not 0",
      errno: "EINVAL",
      alone: (m) => labelled(m, 8, [4, 1, 1]),
      bytes: (m) => rw(m, 1, raw.raw(40, [0, 4, 17], [4, 4, 1], [33, 1, 1])),
    },
    {
      check: "a pad byte is not 0",
      errno: "EINVAL",
      alone: (m) => labelled(m, 8, [39, 1, 1]),
      bytes: (m) => raw.dm(1, [[m.buffers.place(raw.raw(40, [0, 4, 17], [39, 1, 1])), 40]]),
    },
    {
      check: "there are not exactly two",
      errno: "EINVAL",
      bytes: (m) => raw.dm(1, [[m.buffers.place(raw.pmemRw(0, 5, 0)), 40]]),
    },
    {
      check: "buffer 1 is smaller",
      errno: "EINVAL",
      alone: (m) => labelled(m, 7),
      bytes: (m) => rw(m, 1, raw.pmemRw(0, 5, 0, 6), 4),
    },
    {
      check: "done exceeds length",
      errno: "EINVAL",
      alone: (m) => labelled(m, 8, [24, 8, 9]),
      bytes: (m) => rw(m, 1, raw.pmemRw(0, 5, 0, 6), 5),
    },
    {
      check: "[paddr, paddr + length) is not inside",
      errno: "EINVAL",
      alone: acrossRegions,
      aloneOn: "xen",
      bytes: (m) => rw(m, 1, raw.pmemRw((DATA - 1) * 4096, 8192, 0), 8192),
    },
    {
      check: "a page of it is not this domain's",
      errno: "EINVAL",
      bytes: (m) => {
        m.reply(12, raw.pmemMap(1, DATA, 0, 1, 1));
        return rw(m, 1, raw.pmemRw(DATA * 4096, 4097, 0), 4097);
      },
    },
    {
      check: "page by page: buffer 1 faults",
      errno: "EFAULT",
      bytes: (m) => {
        m.reply(12, raw.pmemMap(1, DATA, 0, 1, 1));
        return raw.dm(1, [[m.buffers.place(raw.pmemRw(DATA * 4096, 8, 0)), 40], [0x10n, 8]]);
      },
    },
  ],
  XEN_DOMCTL_createdomain: [
    ...domctlGate(1),
    { check: "the domid asked for", errno: "EEXIST", bytes: () => raw.createDomain(1, 0xffff, 5, 0) },
    {
      check: "unknown flags",
      errno: "EINVAL",
      alone: () => raw.createDomain(0, 0x103),
      bytes: () => raw.createDomain(0, 0x100, 0, 0),
    },
    {
      check: "unknown grant options",
      errno: "EINVAL",
      alone: () => raw.domctl(1, 0, [[20, 4, 3], [28, 4, 2], [44, 4, 0x10], [56, 4, 0x3ff]]),
      bytes: () => raw.domctl(1, 0, [[44, 4, 0x10]]),
    },
    {
      check: "max_vcpus is 0",
      errno: "EINVAL",
      alone: () => raw.createDomain(0, 3, 0x3ff, 0),
      bytes: () => raw.createDomain(0, 2, 0, 0),
    },
    { check: "hap without hvm", errno: "EINVAL", bytes: () => raw.createDomain(0, 2, 0, 1) },
    { check: "iommu, which", errno: "EINVAL", bytes: () => raw.createDomain(0, 32, 0, 1) },
    { check: "iommu options without", errno: "EINVAL", bytes: () => raw.domctl(1, 0, [[28, 4, 1], [24, 4, 1]]) },
    { check: "vmtrace, which", errno: "EINVAL", bytes: () => raw.domctl(1, 0, [[28, 4, 1], [48, 4, 4096]]) },
    { check: "vpmu, which", errno: "EINVAL", bytes: () => raw.createDomain(0, 128, 0, 1) },
    { check: "max_vcpus exceeds", errno: "EINVAL", bytes: () => raw.createDomain(0, 3, 0x3ff, 129) },
    { check: "nested_virt without hap", errno: "EINVAL", bytes: () => raw.createDomain(0, 65, 0x3ff, 1) },
    { check: "unknown x86 flags", errno: "EINVAL", bytes: () => raw.domctl(1, 0, [[28, 4, 1], [60, 4, 2]]) },
    { check: "emulation flags are not", errno: "EINVAL", bytes: () => raw.createDomain(0, 3, 0x7ff, 1) },
    { check: "hvm without hap", errno: "EOPNOTSUPP", bytes: () => raw.createDomain(0, 1, 0x3ff, 1) },
    {
      check: "the heap has no 256 pages",
      errno: "ENOMEM",
      bytes: (m) => {
        m.call(36, raw.domctl(86, 1, [[0, 8, 64 * GiB]]));
        return raw.createDomain();
      },
    },
  ],
  XEN_DOMCTL_destroydomain: [
    ...domctlGate(2),
    { check: "the domain is the caller itself", errno: "EINVAL", bytes: () => raw.domctl(2, 0) },
  ],
  XEN_DOMCTL_pausedomain: [
    ...domctlGate(3),
    { check: "the domain is the caller itself", errno: "EINVAL", bytes: () => raw.domctl(3, 0) },
    {
      check: "it is paused 255 times",
      errno: "EOVERFLOW",
      bytes: (m) => {
        for (let i = 1; i < 255; i++) assert.equal(m.call(36, raw.domctl(3, 1)), 0);
        return raw.domctl(3, 1);
      },
    },
  ],
  XEN_DOMCTL_unpausedomain: [
    ...domctlGate(4),
    { check: "the domain is the caller itself", errno: "EINVAL", bytes: () => raw.domctl(4, 0) },
    {
      check: "it is not paused",
      errno: "EINVAL",
      bytes: (m) => {
        m.reply(36, raw.domctl(4, 1));
        return raw.domctl(4, 1);
      },
    },
  ],
  XEN_DOMCTL_getdomaininfo: [
    ...domctlGate(5),
    {
      check: "no such domain, and the number is reserved",
      errno: "EINVAL",
      bytes: () => raw.domctl(5, 0x7ff0),
      caller: 1,
    },
    { check: "there is no domain with this number", errno: "ESRCH", bytes: () => raw.domctl(5, 4), caller: 1 },
  ],
  XEN_DOMCTL_max_mem: domctlGate(11),
  XEN_DOMCTL_max_vcpus: [
    ...domctlGate(15),
    {
      check: "the domain is the caller itself",
      errno: "EINVAL",
      alone: () => raw.domctl(15, 0, [[0, 4, 1]]),
      bytes: () => raw.domctl(15, 0, [[0, 4, 9]]),
    },
    { check: "max is not what createdomain said", errno: "EINVAL", bytes: () => raw.domctl(15, 1, [[0, 4, 3]]) },
  ],
  XEN_DOMCTL_shadow_op: [
    ...domctlGate(10),
    {
      check: "the domain is the caller itself",
      errno: "EINVAL",
      alone: () => raw.domctl(10, 0, [[0, 4, 30]]),
      bytes: () => raw.domctl(10, 0, [[0, 4, 99]]),
    },
    {
      check: "the domain has no vCPUs yet",
      errno: "EINVAL",
      alone: (m) => raw.domctl(10, raw.u16At(m.reply(36, raw.createDomain()), 8), [[0, 4, 30]]),
      bytes: (m) => raw.domctl(10, raw.u16At(m.reply(36, raw.createDomain(0, 0, 0)), 8), [[0, 4, 99]]),
    },
    {
      check: "the domain is PV",
      errno: "EINVAL",
      alone: () => raw.domctl(10, 2, [[0, 4, 30]]),
      bytes: () => raw.domctl(10, 2, [[0, 4, 99]]),
    },
    { check: "op is none of", errno: "EINVAL", bytes: () => raw.domctl(10, 1, [[0, 4, 32]]) },
    {
      check: "the heap has too few pages",
      errno: "ENOMEM",
      bytes: () => raw.domctl(10, 1, [[0, 4, 31], [8, 4, 8192]]),
    },
  ],
  XEN_DOMCTL_get_paging_mempool_size: [
    ...domctlGate(85),
    { check: "the domain is PV", errno: "EOPNOTSUPP", bytes: () => raw.domctl(85, 2) },
  ],
  XEN_DOMCTL_set_paging_mempool_size: [
    ...domctlGate(86),
    { check: "the domain is PV", errno: "EOPNOTSUPP", bytes: () => raw.domctl(86, 2, [[0, 8, 1]]) },
    { check: "size is no multiple", errno: "EINVAL", bytes: () => raw.domctl(86, 1, [[0, 8, 4097]]) },
    { check: "size is 2^44 or more", errno: "EINVAL", bytes: () => raw.domctl(86, 1, [[0, 8, 2 ** 44]]) },
    { check: "the heap has too few pages", errno: "ENOMEM", bytes: () => raw.domctl(86, 1, [[0, 8, 2 ** 44 - 4096]]) },
  ],
  XEN_DOMCTL_set_pmem_order: [
    ...domctlGate(0x6e76),
    { check: "order is none of", errno: "EINVAL", bytes: () => raw.domctl(0x6e76, 2, [[0, 4, 10]]) },
    { check: "the domain is PV", errno: "EOPNOTSUPP", bytes: () => raw.domctl(0x6e76, 2, [[0, 4, 9]]) },
    {
      check: "the domain has pmem mapped",
      errno: "EBUSY",
      bytes: (m) => {
        m.reply(12, raw.pmemMap(1, DATA, 0x100000, 1));
        return raw.domctl(0x6e76, 1, [[0, 4, 9]]);
      },
    },
  ],
  SCHEDOP_shutdown: [
    {
      check: "the structure cannot be read",
      errno: "EFAULT",
      number: 29,
      bytes: () => raw.shutdown(0).subarray(0, 11),
      caller: 1,
    },
  ],
  SCHEDOP_remote_shutdown: [
    {
      check: "the structure cannot be read",
      errno: "EFAULT",
      number: 29,
      bytes: () => raw.raw(15, [0, 8, 4]),
      caller: 1,
    },
    { check: "no such domain", errno: "ESRCH", number: 29, bytes: () => raw.raw(16, [0, 8, 4], [8, 2, 9]), caller: 1 },
    {
      check: "the caller is not privileged",
      errno: "EPERM",
      number: 29,
      bytes: () => raw.raw(16, [0, 8, 4], [8, 2, 1]),
      caller: 1,
    },
  ],
  XEN_SYSCTL_readconsole: [
    ...sysctlGate,
    {
      check: "the buffer cannot be written",
      errno: "EFAULT",
      bytes: () => raw.sysctl(1, [[8, 8, 0x1000], [16, 4, 10]]),
    },
  ],
  XEN_SYSCTL_physinfo: sysctlGate,
  XEN_SYSCTL_getdomaininfolist: [
    ...sysctlGate,
    { check: "the buffer cannot be written", errno: "EFAULT", bytes: () => raw.sysctl(6, [[4, 4, 1], [8, 8, 0x1000]]) },
  ],
  XEN_SYSCTL_numainfo: [
    ...sysctlGate,
    {
      check: "the buffer cannot be written",
      errno: "EFAULT",
      bytes: () => raw.sysctl(17, [[0, 4, 1], [8, 8, 0x1000]]),
    },
  ],
};

const firstUnused = (m: Machine): number => {
  const [mgmt] = m.xen.regions("mgmt");
  return mgmt!.start + mgmt!.used;
};
const asData = (mgmt: Uint8Array): Uint8Array => raw.setupData(raw.u64At(mgmt, 16), raw.u64At(mgmt, 24), ...MGMT);
/** pmem_rw with a second buffer of `size` bytes. */
const rw = (m: Machine, target: number, op: Uint8Array, size = 8): Uint8Array =>
  raw.dm(target, [[m.buffers.place(op), op.length], [m.buffers.place(new Uint8Array(size)), size]]);

/** pmem_rw of eight bytes of domain 1's own label page, one field of it changed, with a second buffer of `size` bytes. */
function labelled(m: Machine, size: number, ...changed: Parameters<typeof raw.raw>[1][]): Uint8Array {
  m.reply(12, raw.pmemMap(1, DATA, 0, 1, 1));
  return rw(m, 1, raw.raw(40, [0, 4, 17], [8, 8, DATA * 4096], [16, 8, 8], ...changed), size);
}
/** pmem_rw of two label pages that lie in two data regions, side by side. */
function acrossRegions(m: Machine): Uint8Array {
  const seam = PMEM + frames(2 * GiB);
  m.reply(35, raw.setupData(seam, seam + frames(GiB), ...MGMT));
  const target = raw.u16At(m.reply(36, raw.createDomain()), 8);
  m.reply(12, raw.pmemMap(target, seam - 1, 0, 2, 1));
  return rw(m, target, raw.pmemRw((seam - 1) * 4096, 8192, 0), 8192);
}

const NUMBERS = { platform_op: 7, memory_op: 12, sched_op: 29, sysctl: 35, domctl: 36, dm_op: 41 } as const;

/** Checks that no call can fail on a machine as it is, with the reason. */
const UNREACHABLE: readonly (readonly [operation: RegExp, check: string, why: string])[] = [
  [/setup mgmt/, "N frames are fewer than", "the rule asks less than 1 % of any range"],
  [/setup mgmt/, "the management slice has too few chunks", "the slice is the range, which holds its worst case"],
  [/setup|pmem_add/, "a frame number has bits in the PDX hole", "needs a machine with one: see pmem_setup_test"],
  [/setup/, "the range ends beyond the frame table", "needs raw pmem there: see pmem_setup_test"],
  [/setup|pmem_add/, "no NUMA node can be had", "needs 64 proximity domains: see pmem_setup_test"],
  [/setup|pmem_add/, "the SRAT has no memory", "the raw region's own check comes first, or see pmem_setup_test"],
  [/createdomain/, "no domid is free", "needs 32751 domains: see domains_test"],
];

/** Checks that a later one with the same errno always repeats, so that a call could not tell them gone. */
const REPEATED: readonly (readonly [operation: RegExp, check: string, by: string])[] = [
  [/populate_pmem_map/, "domid is DOMID_SELF", "no domain has that number"],
  [/pmem_add$/, "spfn >= epfn", "nothing lies inside an empty range"],
  [/pmem_add$/, "rsv_spfn >= rsv_epfn", "an empty range is too small"],
  [/pmem_add$/, "the range overlaps RAM", "RAM has its frame table"],
  [/pmem_add$/, "a usable SRAT has no memory", "nor has it memory of PXM 0 there"],
  [/pmem_add$/, "frames of the range have a frame table", "an earlier one: the range overlaps RAM or raw pmem"],
  [/setup/, "smfn or emfn is INVALID_MFN", "no raw region is empty or reaches there"],
  [/setup data/, "the data range overlaps what is left", "the management region has its frame table"],
  [/unpausedomain/, "the domain is the caller itself", "nobody can have paused dom0"],
];

for (const operation of OPERATIONS) {
  for (const row of ROWS[operation.name] ?? []) {
    if (UNREACHABLE.some(([name, check]) => name.test(operation.name) && row.check === check)) continue;
    Deno.test(`${operation.name}: ${row.errno} where ${row.check} …`, () => {
      const m = fork(HOSTS[row.on ?? "dom0"]);
      const bytes = row.bytes(m);
      m.options.state.set("probe", 1);
      const before = [...m.options.state.ids()].map((id) => [id, m.options.state.get(id)]);
      assert.equal(m.call(row.number ?? NUMBERS[operation.hypercall], bytes, domid(row.caller ?? 0)), row.errno);
      // A refused call changes nothing, except where it says so: a pool filled as far as it goes, a used-up domid.
      if (!/ENOMEM/.test(row.errno) && operation.name !== "XEN_DOMCTL_createdomain") {
        assert.deepEqual([...m.options.state.ids()].map((id) => [id, m.options.state.get(id)]), before);
      }
      assert.deepEqual(m.xen.violations(), []);
    });
  }
}

Deno.test("every check of every operation that has an errno has a row, or a reason why it cannot have one", () => {
  for (const { name, checks } of OPERATIONS) {
    for (const { errno, when } of checks) {
      if (errno === undefined) continue;
      const excused = UNREACHABLE.some(([operation, check]) => operation.test(name) && when.startsWith(check));
      const found = (ROWS[name] ?? []).some((row) => when.startsWith(row.check) && row.errno === errno);
      assert.ok(excused || found, `${name}: ${errno} ${when}`);
    }
  }
});

Deno.test("rows name checks that exist, in the order of the list", () => {
  for (const [name, rows] of Object.entries(ROWS)) {
    const operation = OPERATIONS.find((o) => o.name === name);
    assert.ok(operation, name);
    let at = -1;
    for (const { check, errno } of rows) {
      const index = operation.checks.findIndex((c) => c.when.startsWith(check) && c.errno === errno);
      assert.ok(index > at, `${name}: ${check}`);
      at = index;
    }
  }
});

Deno.test("unknown operations are ENOSYS, behind the gate", () => {
  const m = fork(HOSTS.dom0);
  assert.equal(m.call(7, raw.platform(99, [])), "ENOSYS");
  assert.equal(m.call(35, raw.sysctl(99)), "ENOSYS");
  assert.equal(m.call(35, raw.nvdimm(4, [])), "ENOSYS");
  assert.equal(m.call(36, raw.domctl(99, 1)), "ENOSYS");
  assert.equal(m.call(36, raw.domctl(99, 9)), "ESRCH");
  assert.equal(m.call(12, raw.memory(63, new Uint8Array())), "ENOSYS");
  assert.equal(m.call(12, new Uint8Array(7)), "ENOSYS");
  assert.equal(m.call(29, new Uint8Array(7)), "ENOSYS");
  assert.equal(m.call(99, new Uint8Array()), "ENOSYS");
});

interface Removable {
  fails(context: unknown): boolean;
}

/** The checks of an operation behind a row, as the code runs them; those that are no more than words are left out. */
const removable = (checks: (typeof OPERATIONS)[number]["checks"], { check, errno }: Row): Removable[] =>
  checks.filter((c) => c.when.startsWith(check) && c.errno === errno && "fails" in c) as unknown as Removable[];

for (const operation of OPERATIONS) {
  for (const row of ROWS[operation.name] ?? []) {
    const checks = removable(operation.checks, row);
    const excused = [...UNREACHABLE, ...REPEATED].some(([name, check]) =>
      name.test(operation.name) && row.check.startsWith(check)
    );
    if (checks.length === 0 || excused) continue;
    Deno.test(`${operation.name}: without the check "${row.check} …" a call gets further`, () => {
      const m = fork(HOSTS[row.aloneOn ?? row.on ?? "dom0"]);
      const bytes = (row.alone ?? row.bytes)(m);
      const number = row.number ?? NUMBERS[operation.hypercall];
      const answer = (on: Machine) => on.xen.enter(domid(row.caller ?? 0), number, bytes, m.buffers);
      const refused = answer(fork(m));
      assert.equal(refused.kind === "failed" && refused.errno, row.errno);
      const kept = checks.map((check) => check.fails);
      for (const check of checks) check.fails = () => false;
      try {
        const further = answer(fork(m));
        assert.notEqual(further.kind === "failed" && further.errno, row.errno);
      } catch (thrown) {
        // Code behind the check relies on it, and says so by failing.
        if (thrown instanceof assert.AssertionError) throw thrown;
      } finally {
        checks.forEach((check, i) => check.fails = kept[i]!);
      }
    });
  }
}
