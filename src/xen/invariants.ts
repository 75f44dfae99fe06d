/**
 * What must hold of Xen's whole state at any time, as named predicates. Tests, fuzzers and `host check` run the same
 * list.
 */
import { CHUNK_FRAMES, chunksOf, STRUCTURE_KINDS } from "../abi/structure_cost.ts";
import { contains, intersection, joined, lengthOf, overlaps, type Range, without } from "../base/range.ts";
import { hex } from "../base/units.ts";
import { type Core } from "./core.ts";
import { type Domain, isDying } from "./domain.ts";
import { framesText as at } from "./frame_numbers.ts";
import { poolPages } from "./pool.ts";
import { ownStructureFrames, ramFrames } from "./pmem_setup.ts";

export interface Violation {
  readonly name: string;
  readonly detail: string;
}

interface Invariant {
  readonly name: string;
  /** What breaks it, in words; nothing where it holds. */
  broken(core: Core): Iterable<string>;
}

const INVARIANTS: readonly Invariant[] = [
  {
    name: "every owner exists",
    *broken({ frames, domains }) {
      for (const owned of frames.owned()) if (!domains.get(owned.owner)) yield `${at(owned)} of d${owned.owner}`;
    },
  },
  {
    name: "no frame is mapped twice",
    *broken(core) {
      const mapped = [...allMappings(core)].sort((a, b) => a.mfns.start - b.mfns.start);
      for (let i = 1; i < mapped.length; i++) {
        if (overlaps(mapped[i - 1]!.mfns, mapped[i]!.mfns)) yield `${at(mapped[i]!.mfns)} of d${mapped[i]!.domid}`;
      }
    },
  },
  {
    name: "mapped implies owned, and M2P says the same gfn",
    *broken(core) {
      for (const { domid, gfn, mfns } of allMappings(core)) {
        let pages = 0;
        for (const owned of core.frames.owned(mfns)) {
          if (owned.owner === domid && owned.gfn === gfn + (owned.start - mfns.start)) pages += lengthOf(owned);
        }
        if (pages !== lengthOf(mfns)) yield `${at(mfns)} at gfn ${hex(gfn)} of d${domid}`;
      }
    },
  },
  {
    name: "pmem with an M2P entry is mapped there, unless its domain is dying",
    *broken(core) {
      for (const { start, end, owner, kind, gfn } of core.frames.owned()) {
        if (kind !== "pmem" || core.domains.get(owner)?.life === "dying") continue;
        if (gfn === undefined || core.p2m(owner).mfnAt(gfn) !== start) yield `${at({ start, end })} of d${owner}`;
      }
    },
  },
  {
    name: "label pages are never mapped",
    *broken({ frames }) {
      for (const owned of frames.owned()) if (owned.kind === "label" && owned.gfn !== undefined) yield at(owned);
    },
  },
  {
    name: "management frames are nobody's",
    *broken({ frames, regions }) {
      for (const mgmt of regions.list("mgmt")) for (const owned of frames.owned(mgmt)) yield at(owned);
    },
  },
  {
    name: "owned pmem lies in data regions, owned RAM in RAM",
    *broken(core) {
      const ram = joined(ramFrames(core));
      for (const owned of core.frames.owned()) {
        const home = owned.kind === "ram" ? ram.some((r) => contains(r, owned)) : core.regions.covers("data", owned);
        if (!home) yield `${at(owned)} (${owned.kind})`;
      }
    },
  },
  {
    name: "regions of a list do not overlap; management and data are disjoint, and parts of raw pmem",
    *broken({ regions }) {
      for (const kind of ["raw", "mgmt", "data"] as const) {
        const list = regions.list(kind);
        for (let i = 1; i < list.length; i++) if (list[i]!.start < list[i - 1]!.end) yield `${kind} ${at(list[i]!)}`;
        if (kind !== "raw") {
          for (const r of list) if (!regions.covers("raw", r)) yield `${kind} ${at(r)} is not raw`;
        }
      }
      for (const data of regions.list("data")) if (regions.overlapping("mgmt", data)) yield `data ${at(data)}`;
    },
  },
  {
    name: "management structures fill the used frames, and no others",
    *broken({ regions }) {
      for (const mgmt of regions.list("mgmt")) {
        let next = mgmt.start;
        for (const { mfn, count } of mgmt.structures) {
          if (mfn !== next) yield `${at(mgmt)}: ${hex(mfn)} instead of ${hex(next)}`;
          next = mfn + count * CHUNK_FRAMES;
        }
        if (next !== mgmt.start + mgmt.used || next > mgmt.end) yield `${at(mgmt)}: ends at ${hex(next)}`;
      }
    },
  },
  {
    name: "every managed frame has its structures, once",
    *broken(core) {
      const runs = core.regions.list("mgmt").flatMap((mgmt) => mgmt.structures);
      for (const kind of STRUCTURE_KINDS) {
        const ram = ramFrames(core).map((r) => chunksOf(kind, r));
        const built = runs.filter((run) => run.kind === kind).map(({ first, count }) => ({
          start: first,
          end: first + count,
        }));
        const there = joined([...ram, ...built]);
        const sizes = (ranges: readonly Range[]) => ranges.reduce((sum, r) => sum + lengthOf(r), 0);
        if (sizes(there) !== sizes(joined(ram)) + sizes(built)) yield `${kind} built twice`;
        const needed = joined(core.regions.managed().map((range) => chunksOf(kind, range)));
        for (const range of needed) {
          const missing = without(range, there);
          for (const { start, end } of missing) yield `${kind}: chunks ${start} to ${end}`;
        }
      }
    },
  },
  {
    name: "a domain's page counts are those of the frame table",
    *broken(core) {
      const counts = new Map<number, Record<string, number>>();
      for (const owned of core.frames.owned()) {
        const own = counts.get(owned.owner) ?? { ram: 0, pmem: 0, label: 0 };
        own[owned.kind]! += lengthOf(owned);
        counts.set(owned.owner, own);
      }
      for (const domain of core.domains.all()) {
        const { ram, pmem, label } = counts.get(domain.domid) ?? { ram: 0, pmem: 0, label: 0 };
        const same = ram === domain.ramPages && pmem === domain.pmemPages && label === domain.labelPages;
        if (!same) yield `d${domain.domid}: ${ram} RAM, ${pmem} pmem, ${label} label pages are owned`;
      }
    },
  },
  {
    name: "a domain's tables are those its mappings need, and fit its pool",
    *broken(core) {
      for (const domain of core.domains.all()) {
        const needed = tablesNeeded(core, domain);
        if (needed !== domain.tablePages) yield `d${domain.domid}: ${needed} needed, ${domain.tablePages} counted`;
        if (domain.tablePages > poolPages(domain)) {
          yield `d${domain.domid}: ${domain.tablePages} of ${poolPages(domain)}`;
        }
      }
    },
  },
  {
    name: "no RAM frame is in two of: heap, pools, owned pages",
    *broken(core) {
      const owned = [...core.frames.owned()].filter((r) => r.kind === "ram");
      const pools = [...core.domains.all()].flatMap((domain) => domain.pool);
      const all = [...core.heap.free, ...pools, ...owned].sort((a, b) => a.start - b.start);
      for (let i = 1; i < all.length; i++) if (intersection(all[i - 1]!, all[i]!)) yield at(all[i]!);
    },
  },
  {
    name: "no RAM frame is lost: all are Xen's own structures, heap, pools, owned pages",
    *broken(core) {
      // Without dom0 the machine is off.
      if (core.domains.ids.length === 0) return;
      const frames = (ranges: Iterable<Range>) => [...ranges].reduce((sum, r) => sum + lengthOf(r), 0);
      const owned = [...core.frames.owned()].filter((r) => r.kind === "ram");
      const pools = [...core.domains.all()].flatMap((domain) => domain.pool);
      const there = ownStructureFrames(core) + frames(core.heap.free) + frames(pools) + frames(owned);
      const ram = frames(ramFrames(core));
      if (there < ram) yield `${ram - there} of ${ram} frames`;
    },
  },
  {
    name: "heap and pools hold RAM only",
    *broken(core) {
      const ram = joined(ramFrames(core));
      for (const range of [...core.heap.free, ...[...core.domains.all()].flatMap((domain) => domain.pool)]) {
        if (!ram.some((r) => contains(r, range))) yield at(range);
      }
    },
  },
  {
    name: "no translation is stale once a hypercall has returned",
    *broken({ stale }) {
      for (const { domid, gfns } of stale.pending) yield `d${domid} gfn ${hex(gfns.start)}`;
    },
  },
];

export function violations(core: Core): Violation[] {
  return INVARIANTS.flatMap(({ name, broken }) => [...broken(core)].map((detail) => ({ name, detail })));
}

function* allMappings(core: Core): Generator<{ domid: number; gfn: number; mfns: Range }> {
  for (const { domid } of core.domains.all()) {
    for (const { start, end, mfn } of core.p2m(domid).ranges()) {
      yield { domid, gfn: start, mfns: { start: mfn, end: mfn + (end - start) } };
    }
  }
}

/** None without a root: PV, and a domain whose tables are gone already. */
const tablesNeeded = (core: Core, domain: Domain): number =>
  domain.pool.length === 0 || isDying(domain) ? 0 : core.p2m(domain.domid).countTables();
