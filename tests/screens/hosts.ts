/**
 * Hosts for screen tests: snapshots built from a few facts, in the likeness of a two-socket server with four-way
 * interleaved regions. Sizes and addresses are consistent with each other, as the bar and the tables rely on it.
 */
import { err, ok, type Result } from "neverthrow";
import type {
  DimmView,
  DomainView,
  EptRow,
  EptView,
  Explanation,
  FieldNode,
  FindingView,
  GuestConfigView,
  HostSnapshot,
  HypercallView,
  JournalView,
  Mode,
  NamespaceDetail,
  NamespaceView,
  RegionView,
  SegmentView,
  StateWord,
  StepsView,
  TableView,
  WalkView,
  XenRangeView,
} from "../../src/command/language/console_host.ts";

export const GiB = 2 ** 30;
export const MiB = 2 ** 20;
const PAGE = 4096;

/** One namespace: [region, offset GiB, size GiB, label, mode, map, state, owner]. */
export type Piece = readonly [
  number,
  number,
  number,
  string,
  Mode,
  ("dev" | "mem" | undefined)?,
  StateWord?,
  (string | undefined)?,
];

export interface HostFacts {
  readonly name?: string;
  readonly power?: "on" | "off";
  readonly generation?: number;
  readonly management?: "dom0" | "xen";
  readonly access?: "rw" | "ro";
  readonly regions?: number;
  readonly regionGiB?: number;
  readonly pieces?: readonly Piece[];
  readonly findings?: readonly FindingView[];
  readonly domains?: readonly DomainView[];
  readonly journal?: readonly JournalView[];
  readonly trace?: readonly HypercallView[];
  readonly ranges?: readonly XenRangeView[];
}

const REGION_STARTS = [0x400000000, 0x2400000000];
const WAYS = 4;

/** What server-two-socket shows after its namespaces have been made. */
export const LAB_PIECES: readonly Piece[] = [
  [0, 0, 32, "db0", "fsdax", "dev"],
  [0, 32, 10, "old0", "raw"],
  [0, 42, 8, "log0", "sector"],
  [0, 50, 24, "cache0", "devdax", "dev", "assigned", "web1 nv0"],
  [0, 74, 1, "tmp0", "fsdax", "mem"],
  [1, 0, 32, "db1", "fsdax", "dev", "mounted", "/mnt/db1"],
  [1, 32, 4, "log1", "sector"],
  [1, 36, 3, "cache1", "devdax", "mem"],
  [1, 39, 6, "scratch1", "raw", undefined, "xen"],
  [1, 45, 5, "files1", "fsdax", "dev"],
];

const uuidOf = (index: number): string => `2eaaf50a-aeb8-4db8-9d93-${index.toString(16).padStart(12, "0")}`;

export function namespacesOf(facts: HostFacts): NamespaceView[] {
  const counts = new Map<number, number>();
  return (facts.pieces ?? LAB_PIECES).map(([region, offset, size, label, mode, map, state = "free", owner], i) => {
    const id = counts.get(region) ?? 0;
    counts.set(region, id + 1);
    const sizeBytes = size * GiB;
    const overhead = map === "dev" ? Math.ceil(sizeBytes / 64 / (2 * MiB)) * 2 * MiB : map === "mem" ? 2 * MiB : 0;
    const block = `${region}${id === 0 ? "" : `.${id}`}`;
    return {
      name: `namespace${region}.${id}`,
      label,
      mode,
      map,
      sizeBytes,
      usableBytes: sizeBytes - overhead - (mode === "sector" ? 9 * MiB : 0),
      region: `region${region}`,
      startSpa: REGION_STARTS[region]! + offset * GiB,
      alignBytes: mode === "raw" || mode === "sector" ? undefined : 2 * MiB,
      device: mode === "devdax" ? `dax${region}.${id}` : mode === "sector" ? `pmem${block}s` : `pmem${block}`,
      state,
      owner,
      uuid: uuidOf(i),
    };
  });
}

function segmentsOf(start: number, size: number, inside: readonly NamespaceView[]): SegmentView[] {
  const segments: SegmentView[] = [];
  let at = start;
  const free = (end: number) => end > at && segments.push({ kind: "free", startSpa: at, endSpa: end, name: "" });
  for (const n of inside.toSorted((a, b) => a.startSpa - b.startSpa)) {
    free(n.startSpa);
    at = n.startSpa + n.sizeBytes;
    segments.push({ kind: "namespace", startSpa: n.startSpa, endSpa: at, name: n.name });
  }
  free(start + size);
  return segments;
}

const segmentsByFrame = (start: number, size: number, ranges: readonly XenRangeView[]): SegmentView[] =>
  ranges.filter((r) => r.startMfn * PAGE >= start && r.endMfn * PAGE <= start + size)
    .map((r) => ({ kind: r.kind, startSpa: r.startMfn * PAGE, endSpa: r.endMfn * PAGE, name: r.users.join(", ") }));

function regionsOf(facts: HostFacts, namespaces: readonly NamespaceView[]): RegionView[] {
  const size = (facts.regionGiB ?? 128) * GiB;
  return Array.from({ length: facts.regions ?? 2 }, (_, i) => {
    const name = `region${i}`;
    const segments = facts.management === "xen"
      ? segmentsByFrame(REGION_STARTS[i]!, size, facts.ranges ?? [])
      : segmentsOf(REGION_STARTS[i]!, size, namespaces.filter((n) => n.region === name));
    const gaps = segments.filter((s) => s.kind === "free" || s.kind === "raw").map((s) => s.endSpa - s.startSpa);
    return {
      name,
      kind: "pmem",
      ways: WAYS,
      socket: i,
      proximityDomain: i,
      startSpa: REGION_STARTS[i]!,
      sizeBytes: size,
      availableBytes: gaps.reduce((a, b) => a + b, 0),
      largestBytes: Math.max(0, ...gaps),
      alignBytes: 16 * MiB,
      cookie: 0x1a65c3a1d1a5b8c8n + BigInt(i),
      persistence: "memory_controller",
      readOnly: false,
      state: "active",
      modes: (["raw", "sector", "fsdax", "devdax"] as const).map((mode) => ({
        mode,
        alignments: mode === "fsdax" || mode === "devdax" ? [4096, 2 * MiB, GiB] : [],
      })),
      segments,
      mappings: Array.from({ length: WAYS }, (_, position) => ({
        position,
        dimm: `nmem${i * WAYS + position}`,
        startDpa: 0,
        lengthBytes: size / WAYS,
      })),
    };
  });
}

const dimmsOf = (facts: HostFacts, namespaces: readonly NamespaceView[]): DimmView[] =>
  Array.from({ length: (facts.regions ?? 2) * WAYS }, (_, i) => {
    const socket = Math.floor(i / WAYS);
    return {
      name: `nmem${i}`,
      handle: socket * 0x1000 + (i % WAYS) * 0x10 + 1,
      serial: `0x${(0x5a110000 + i).toString(16)}`,
      uniqueId: `8089-a2-1837-${(0x5a110000 + i).toString(16)}`,
      socket,
      controller: Math.floor((i % WAYS) / 2),
      channel: i % 2,
      slot: 0,
      sizeBytes: ((facts.regionGiB ?? 128) / WAYS) * GiB,
      region: `region${socket}`,
      state: "active",
      flags: [],
      labels: { used: namespaces.filter((n) => n.region === `region${socket}`).length, slots: 510, version: "1.2" },
    };
  });

export const WEB1: DomainView = {
  name: "web1",
  domid: 3,
  uuid: "0d1f7b0e-6f5e-4a55-8f5b-4b6d9a1c7e11",
  type: "HVM",
  state: "running",
  memoryBytes: 8 * GiB,
  vcpus: 4,
  autostart: true,
  acpi: "full",
  config: "fixtures/guests/web1.cfg",
  vnvdimms: [{
    slot: 0,
    backend: "namespace0.3",
    namespace: "namespace0.3",
    sizeBytes: 12095 * 2 * MiB,
    labelBytes: 0,
    gpa: 0x240000000,
    leaves: [{ sizeBytes: 2 * MiB, count: 12095 }],
  }],
  memoryMap: [
    { kind: "ram", startGpa: 0, endGpa: 0xf0000000, name: "RAM" },
    { kind: "hole", startGpa: 0xf0000000, endGpa: 0x100000000, name: "MMIO" },
    { kind: "ram", startGpa: 0x100000000, endGpa: 0x210000000, name: "RAM" },
    { kind: "hole", startGpa: 0x210000000, endGpa: 0x240000000, name: "" },
    { kind: "pmem", startGpa: 0x240000000, endGpa: 0x240000000 + 12095 * 2 * MiB, name: "nv0" },
  ],
  pool: { usedPages: 73, totalPages: 18432 },
};

const DOM0: DomainView = {
  name: "Domain-0",
  domid: 0,
  uuid: "00000000-0000-0000-0000-000000000000",
  type: "PVH",
  state: "running",
  memoryBytes: 16 * GiB,
  vcpus: 16,
  autostart: true,
  acpi: "",
  config: undefined,
  vnvdimms: [],
  memoryMap: [],
  pool: undefined,
};
const DB2: DomainView = {
  ...WEB1,
  name: "db2",
  domid: undefined,
  uuid: "7b4be0a8-53a7-4c7b-93a5-0d5e4b0ad2b2",
  state: "off",
  autostart: false,
  config: "fixtures/guests/db2.cfg",
  vnvdimms: [],
  memoryMap: [],
  pool: undefined,
};

export const GUESTS: readonly GuestConfigView[] = [
  { path: "fixtures/guests/web1.cfg", name: "web1", memoryBytes: 8 * GiB, vcpus: 4, vnvdimms: [], refusal: undefined },
  { path: "fixtures/guests/db2.cfg", name: "db2", memoryBytes: 8 * GiB, vcpus: 4, vnvdimms: [], refusal: undefined },
  {
    path: "fixtures/guests/pv1.cfg",
    name: "pv1",
    memoryBytes: 2 * GiB,
    vcpus: 1,
    vnvdimms: [],
    refusal: "type pv has no ACPI tables",
  },
];

export const JOURNAL: readonly JournalView[] = [
  entry(41, "xl create fixtures/guests/web1.cfg 'vnvdimms=[\"namespace0.3\"]'", 74),
  entry(40, "xl pmem-setup --namespace namespace0.3", 3),
  entry(39, "xl create fixtures/guests/web1.cfg 'vnvdimms=[\"namespace0.2\"]'", 1, 1),
  entry(38, "ndctl create-namespace -r region1 -m fsdax -M dev -s 5G -n files1", 57),
];
function entry(sequence: number, line: string, steps: number, status = 0): JournalView {
  const time = `2026-11-22 13:${String(sequence % 60).padStart(2, "0")}:07`;
  return {
    sequence,
    time,
    who: "root@console",
    line,
    status,
    steps,
    undoes: undefined,
    undone: false,
    redoable: false,
    fixed: undefined,
  };
}

const STEPS: StepsView = {
  total: 74,
  groups: [
    { kind: "hypercall", what: "XEN_DOMCTL_createdomain", target: "web1", count: 1, bytes: 0 },
    { kind: "hypercall", what: "XENMEM_populate_pmem_map", target: "web1", count: 1, bytes: 0 },
    { kind: "medium-write", what: "index block", target: "nmem0", count: 8, bytes: 4096 },
    { kind: "domain", what: "created", target: "web1", count: 1, bytes: 0 },
  ],
};

export const TRACE: readonly HypercallView[] = [
  call(112, 12, "XENMEM_populate_pmem_map", "0", [["domid", "3"], ["mfn", "0x1098200"], ["gfn", "0x240000"], [
    "nr_mfns",
    "6192640",
  ]], 95),
  call(111, 7, "XENPF_pmem_add", "0", [["spfn", "0x1080000"], ["epfn", "0x1680000"], ["rsv_spfn", "0x1080200"], [
    "rsv_epfn",
    "0x1098200",
  ]]),
  call(110, 12, "XENMEM_populate_pmem_map", "-EINVAL", [["domid", "3"], ["mfn", "0xe80000"], ["gfn", "0x240000"], [
    "nr_mfns",
    "1",
  ]]),
  call(109, 36, "XEN_DOMCTL_createdomain", "3", [["domid", "3"], ["flags", "hvm hap"]]),
];
function call(
  sequence: number,
  number: number,
  name: string,
  result: string,
  fields: readonly (readonly [string, string])[],
  restarts = 0,
): HypercallView {
  return {
    sequence: 41,
    ordinal: sequence - 100,
    answers: [],
    caller: "dom0",
    number,
    name,
    fields: fields.map(([field, value]) => ({ name: field, value })),
    input: Uint8Array.from({ length: 40 }, (_, i) => (i * 37 + sequence) & (i % 3 === 0 ? 0xff : 0)),
    output: new Uint8Array(8),
    result,
    failed: result.startsWith("-"),
    restarts,
  };
}

/** Xen's cost and what a guest would get, by the size alone: enough for a screen. */
function detailOf(n: NamespaceView): NamespaceDetail {
  const startMfn = n.startSpa / PAGE;
  const endMfn = startMfn + n.sizeBytes / PAGE;
  const dataOffset = n.mode === "raw" || n.mode === "sector" ? 0 : n.sizeBytes - n.usableBytes;
  const refused: Explanation = {
    what: "Sector mode has no byte-addressable data.",
    hint: "Carve it again with -m fsdax.",
  };
  const dataStartMfn = startMfn + dataOffset / PAGE;
  const count = Math.floor(n.usableBytes / (2 * MiB));
  return {
    places: Array.from({ length: WAYS }, (_, i) => ({
      dimm: `nmem${(n.region === "region1" ? WAYS : 0) + i}`,
      slot: 1,
      startDpa: (n.startSpa - REGION_STARTS[n.region === "region1" ? 1 : 0]!) / WAYS,
      lengthBytes: n.sizeBytes / WAYS,
    })),
    infoBlock: n.map ? "PFN v1.4 at +0x1000" : n.mode === "sector" ? "BTT v2.0 at +0x1000" : undefined,
    dataOffset,
    startMfn,
    endMfn,
    dataStartMfn,
    dataEndMfn: endMfn,
    xen: n.mode === "sector" ? err(refused) : n.map === "mem"
      ? err({
        what: "Its page map lies in memory, so Xen's structures have no room.",
        hint: "Add --mgmt with a raw namespace.",
      })
      : ok({
        ruleBytes: Math.floor(n.sizeBytes * 40 / 4096),
        takenBytes: Math.ceil(n.sizeBytes * 44 / 4096 / (16 * MiB)) * 16 * MiB,
        where: n.map === "dev" ? "inside the page-map area" : "at the namespace's start",
        handedOver: n.state === "xen" || n.state === "assigned",
      }),
    ept: n.mode === "sector" ? err(refused) : ok({
      gpa: 0x240000000,
      leaves: [{ sizeBytes: 2 * MiB, count }],
      best: count < 1024 ? undefined : {
        leaves: [{ sizeBytes: GiB, count: Math.floor(count / 512) }, { sizeBytes: 2 * MiB, count: count % 512 }],
        remedy: "if recreated with -a 1G",
      },
    }),
  };
}

const node = (
  id: string,
  name: string,
  value: string,
  offset: number,
  length: number,
  note?: string,
  children: readonly FieldNode[] = [],
): FieldNode => ({ id, name, value, note, offset, length, fault: undefined, children });

/** A guest's NFIT of one device, with the bytes of the picture in the design of the screens. */
export function nfitOf(gpa: number, size: number): TableView {
  const bytes = new Uint8Array(224);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("NFIT"), 0);
  view.setUint32(4, 224, true);
  bytes.set(new TextEncoder().encode("XEN   NVDECK  "), 10);
  view.setUint16(40, 0, true);
  view.setUint16(42, 56, true);
  view.setUint16(44, 2, true);
  view.setUint16(46, 3, true);
  bytes.set([0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40, 0xac, 0x43, 0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb], 56);
  view.setBigUint64(72, BigInt(gpa), true);
  view.setBigUint64(80, BigInt(size), true);
  view.setBigUint64(88, 0x8008n, true);
  view.setUint16(96, 1, true);
  view.setUint16(98, 48, true);
  view.setUint32(100, 1, true);
  view.setUint16(144, 4, true);
  view.setUint16(146, 80, true);
  return {
    signature: "NFIT",
    bytes,
    checksumOk: true,
    notes: [],
    tree: [
      node("h", "header", "NFIT, revision 1", 0, 40, undefined, [
        node("h.sig", "signature", "NFIT", 0, 4),
        node("h.len", "length", "224", 4, 4),
        node("h.oem", "OEM", "XEN   NVDECK", 10, 14),
      ]),
      node("s", "SPA range 2", "persistent memory", 40, 56, undefined, [
        node("s.type", "type", "0", 40, 2),
        node("s.len", "length", "56", 42, 2),
        node("s.idx", "index", "2", 44, 2),
        node("s.flags", "flags", "control-only, proximity valid", 46, 2),
        node("s.guid", "range type", "persistent memory", 56, 16, "66f0d379-b4f3-4074-ac43-0d3318b78cdb"),
        node("s.base", "base", `0x${gpa.toString(16)}`, 72, 8, `→ gfn 0x${(gpa / PAGE).toString(16)}`),
        node("s.length", "length", `0x${size.toString(16)}`, 80, 8),
        node("s.attr", "attributes", "write-back, non-volatile", 88, 8),
      ]),
      node("m", "memory map", "handle 1", 96, 48, "→ SPA 2, control region 3", [
        node("m.handle", "device handle", "0x1", 100, 4),
        node("m.spa", "SPA index", "2", 108, 2),
      ]),
      node("c", "control region 3", "vendor 0x8086", 144, 80, undefined, [node("c.idx", "index", "3", 148, 2)]),
    ],
  };
}

export function eptOf(gpa: number, mpa: number, count: number, backs: string): EptView {
  const leaf2 = (n: number) => [{ sizeBytes: 2 * MiB, count: n }];
  const row = (r: Partial<EptRow> & Pick<EptRow, "id" | "level" | "kind">): EptRow => ({
    firstIndex: 0,
    lastIndex: 0,
    entry: 0n,
    spanBytes: GiB,
    leaves: [],
    startGpa: 0,
    endGpa: 0,
    startMpa: undefined,
    backs: "",
    ...r,
  });
  const [first, whole] = [gpa / GiB, Math.floor(count / 512)];
  const tables: Readonly<Record<string, readonly EptRow[]>> = {
    "": [
      row({
        id: "4",
        level: "PML4",
        kind: "table",
        entry: 0xb80000000007f107n,
        spanBytes: 512 * GiB,
        leaves: leaf2(count + 4096),
        endGpa: 512 * GiB,
        startMpa: 0x7f000,
        backs: `RAM, ${backs}`,
      }),
      row({
        id: "4e",
        level: "PML4",
        kind: "empty",
        firstIndex: 1,
        lastIndex: 511,
        spanBytes: 512 * GiB,
        startGpa: 512 * GiB,
        endGpa: 512 * 512 * GiB,
      }),
    ],
    "4": [
      row({
        id: "3.0",
        level: "PDPT",
        kind: "table",
        lastIndex: first - 1,
        entry: 0xb800000000080107n,
        leaves: leaf2(4096),
        endGpa: gpa,
        startMpa: 0x80000,
        backs: "RAM",
      }),
      row({
        id: "3.9",
        level: "PDPT",
        kind: "table",
        firstIndex: first,
        lastIndex: first + whole - 1,
        entry: 0xb800000000089107n,
        leaves: leaf2(whole * 512),
        startGpa: gpa,
        endGpa: gpa + whole * GiB,
        startMpa: mpa,
        backs,
      }),
      row({
        id: "3.l",
        level: "PDPT",
        kind: "table",
        firstIndex: first + whole,
        lastIndex: first + whole,
        entry: 0xb8000000000a0107n,
        leaves: leaf2(count % 512),
        startGpa: gpa + whole * GiB,
        endGpa: gpa + count * 2 * MiB,
        startMpa: mpa + whole * GiB,
        backs,
      }),
      row({
        id: "3.e",
        level: "PDPT",
        kind: "empty",
        firstIndex: first + whole + 1,
        lastIndex: 511,
        startGpa: gpa + (whole + 1) * GiB,
        endGpa: 512 * GiB,
      }),
    ],
    "3.9": [
      row({
        id: "2.0",
        level: "PD",
        kind: "leaf",
        lastIndex: 511,
        entry: 0xb8000010982003f7n,
        spanBytes: 2 * MiB,
        leaves: leaf2(512),
        startGpa: gpa,
        endGpa: gpa + GiB,
        startMpa: mpa,
        backs,
      }),
    ],
  };
  return {
    rootMfn: 0x7e,
    levels: 4,
    leaves: leaf2(count + 4096),
    tables: whole + 12,
    tableBytes: (whole + 12) * PAGE,
    advice: [
      `Data starts 0x18200000 past a GiB. Recreated with -a 1G: ${whole} × 1 GiB leaves, ${whole} tables fewer, 638 MiB less capacity.`,
    ],
    rows: (parent) => tables[parent ?? ""] ?? [],
    walk: (at): WalkView => {
      const inside = at < 0xf0000000 || (at >= gpa && at < gpa + count * 2 * MiB);
      const steps = [
        { level: "PML4", index: Math.floor(at / (512 * GiB)), entry: 0xb80000000007f107n, meaning: ["r w x", "table"] },
        {
          level: "PDPT",
          index: Math.floor(at / GiB) % 512,
          entry: inside ? 0xb800000000089107n : 0n,
          meaning: inside ? ["r w x", "table"] : ["not present"],
        },
      ];
      if (!inside) {
        return {
          gpa: at,
          steps,
          outcome: { kind: "fault", what: "EPT violation: not present at PDPT; the guest takes no data" },
        };
      }
      const spa = at < gpa ? 0x80000000 + at : mpa + (at - gpa);
      const pd = Math.floor(at / (2 * MiB)) % 512;
      return {
        gpa: at,
        steps: [...steps, {
          level: "PD",
          index: pd,
          entry: 0xb8000010a82003f7n,
          meaning: ["r w x", "WB", "ipat", "A D", "leaf 2 MiB"],
        }],
        outcome: {
          kind: "mapped",
          spa,
          leafBytes: 2 * MiB,
          place: at < gpa ? "" : `region0 → nmem1 dpa 0x${Math.floor((spa - 0x400000000) / 4).toString(16)}`,
        },
      };
    },
  };
}

/** A whole snapshot from a few facts; what is not said is as on the lab server. */
export function hostOf(facts: HostFacts = {}): HostSnapshot {
  const namespaces = facts.management === "xen" ? [] : namespacesOf(facts);
  const domains = [DOM0, ...(facts.domains ?? [WEB1, DB2])];
  const explained = (what: string, hint: string): Result<never, Explanation> => err({ what, hint });
  const once = <T>(make: (name: string) => T) => {
    const known = new Map<string, T>();
    return (name: string): T => known.get(name) ?? (known.set(name, make(name)), known.get(name)!);
  };
  const tables = once((domain): readonly TableView[] => {
    const nv = domains.find((d) => d.name === domain)?.vnvdimms[0];
    return [nfitOf(nv?.gpa ?? REGION_STARTS[0]!, nv?.sizeBytes ?? 128 * GiB)];
  });
  const epts = once((domain): Result<EptView, Explanation> => {
    const nv = domains.find((d) => d.name === domain)?.vnvdimms[0];
    if (!nv) return explained(`${domain} has no persistent memory.`, "Give it a namespace with a.");
    return ok(eptOf(nv.gpa ?? 0x240000000, 0x1098200000, nv.leaves[0]!.count, nv.namespace ?? nv.backend));
  });
  return {
    identity: {
      name: facts.name ?? "lab-r740",
      management: facts.management ?? "dom0",
      access: facts.access ?? "rw",
      generation: facts.generation ?? 41,
      storage: "throw-away",
      dom0: "pvh",
      power: facts.power ?? "on",
    },
    findings: facts.findings ?? [],
    dimms: dimmsOf(facts, namespaces),
    regions: regionsOf(facts, namespaces),
    namespaces,
    ranges: facts.ranges ?? [],
    domains,
    guests: GUESTS,
    journal: facts.journal ?? JOURNAL,
    trace: facts.trace ?? TRACE,
    namespaceDetail: (name) => {
      const found = namespaces.find((n) => n.name === name);
      return found ? ok(detailOf(found)) : explained(`There is no ${name}.`, "Press 2 for those there are.");
    },
    journalSteps: () => ok(STEPS),
    tables: (domain) => ok(tables(domain ?? "")),
    ept: epts,
  };
}

/** Full-width names, one far too long and one with a control character in it. */
export const CHINESE_PIECES: readonly Piece[] = [
  [0, 0, 32, "数据库主库", "fsdax", "dev"],
  [0, 32, 10, "日志归档与备份的非常非常长的名字永远也写不完", "raw"],
  [0, 42, 8, "bad\x1b[2Jname", "sector"],
  [1, 0, 32, "缓存", "devdax", "dev", "assigned", "网站一 nv0"],
];

/** `count` namespaces of 16 MiB in region0. */
export const manyPieces = (count: number): readonly Piece[] =>
  Array.from({ length: count }, (_, i): Piece => [0, i / 64, 1 / 64, `vol${i}`, "raw"]);

export const XEN_RANGES: readonly XenRangeView[] = [
  {
    kind: "mgmt",
    startMfn: 0x400000,
    endMfn: 0x450000,
    proximityDomain: 0,
    usedFrames: 0x4d000,
    users: ["0x450000 – 0x2400000"],
    namespace: "db0",
  },
  {
    kind: "data",
    startMfn: 0x450000,
    endMfn: 0x2400000,
    proximityDomain: 0,
    usedFrames: 0x5e7e00,
    users: ["web1"],
    namespace: undefined,
  },
  {
    kind: "raw",
    startMfn: 0x2400000,
    endMfn: 0x4400000,
    proximityDomain: 1,
    usedFrames: 0,
    users: [],
    namespace: "db1",
  },
];
