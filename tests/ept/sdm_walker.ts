/**
 * An independent judge of `ept-dump/1`: a page walker written from the rules of the Intel SDM (vol. 3C, chapter on EPT)
 * and the dump format alone. It shares no code with src/ept and must never import from it: its worth is that it can
 * disagree. Entries are read as two 32-bit halves; a path's permissions are the AND over its levels. Levels count from 0
 * (PT) to 4 (PML5).
 */

export interface Image {
  readonly pages: number;
  /** One page as 1024 little-endian 32-bit words. */
  page(index: number): Uint32Array;
}

export interface Report {
  /** Kinds of findings (ept-dump/1's) with their number; empty is what a sound dump gives. */
  readonly findings: Map<string, number>;
  /** The first few findings in words. */
  readonly examples: string[];
  /** Leaves and tables found, by level. */
  readonly leaves: number[];
  readonly tables: number[];
  readonly mappedBytes: number;
  readonly unmappedBytes: number;
  readonly extraBytes: number;
}

/** What extents say besides addresses. */
interface Attributes {
  readonly perm: string;
  readonly memtype: string;
  /** 0, 1, or 2 for either. */
  readonly ipat: number;
}

/** The expected mappings, sorted and joined, as columns: there may be a million. */
interface Expected {
  count: number;
  readonly gpa: Float64Array;
  readonly end: Float64Array;
  /** -1: must stay unmapped. */
  readonly mpa: Float64Array;
  /** Bytes found mapped. */
  readonly seen: Float64Array;
  readonly attributes: Attributes[];
}

// deno-lint-ignore no-explicit-any -- the sidecar is foreign JSON: every use below converts it.
type Foreign = any;
/** A 64-bit value as [low, high]. */
type Halves = readonly [number, number];

const PAGE = 4096;
const FOUR_GIB = 2 ** 32;
/** Bytes behind an entry, from PTE to PML5E. */
const BEHIND = [2 ** 12, 2 ** 21, 2 ** 30, 2 ** 39, 2 ** 48];
const TYPES = ["UC", "WC", "", "", "WT", "WP", "WB", ""];
/** By the mask X W R. */
const PERMS = ["---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx"];

const number = (value: Foreign): number => Number(typeof value === "string" ? BigInt(value) : value);
const halves = (value: Foreign): Halves => [Number(BigInt(value) & 0xffffffffn), Number(BigInt(value) >> 32n)];
/** Bits 51:12 of an entry. */
const frame = (low: number, high: number): number => (high & 0xfffff) * FOUR_GIB + ((low & 0xfffff000) >>> 0);

export function judge(sidecar: Foreign, image: Image, extentsText: Iterable<string>): Report {
  const judge = new Judge(sidecar, image, extentsText);
  judge.run(sidecar);
  return judge;
}

class Judge implements Report {
  readonly findings = new Map<string, number>();
  readonly examples: string[] = [];
  readonly leaves = [0, 0, 0];
  readonly tables = [0, 0, 0, 0, 0];
  mappedBytes = 0;
  unmappedBytes = 0;
  extraBytes = 0;

  readonly #image: Image;
  readonly #base: number;
  /** Whether a PTE, PDE, PDPTE may be a leaf. */
  readonly #sizes: boolean[];
  readonly #executeOnly: boolean;
  readonly #modeBasedExecute: boolean;
  /** Reserved bits of the high half: 51:maxphyaddr. */
  readonly #wide: number;
  readonly #minLeaves: boolean;
  readonly #allowExtra: boolean;
  readonly #leafAd: number;
  readonly #leafMask: Halves;
  readonly #leafValue: Halves;
  readonly #pointerMask: Halves;
  readonly #pointerValue: Halves;
  readonly #empty: Halves | undefined;
  readonly #emptyRoot: Halves | undefined;
  readonly #reached: Uint8Array;
  #expected: Expected;
  #cursor = 0;
  #found = 0;
  #guestEnd = 0;

  constructor(sidecar: Foreign, image: Image, extentsText: Iterable<string>) {
    const caps = sidecar.caps ?? {};
    const checks = sidecar.checks ?? {};
    const bits = number(sidecar.maxphyaddr);
    this.#image = image;
    this.#base = number(sidecar.base_mpa);
    this.#sizes = [true, caps.page2m !== false, caps.page1g !== false, false, false];
    this.#executeOnly = caps.exec_only !== false;
    this.#modeBasedExecute = caps.mbec === true;
    this.#wide = bits >= 52 ? 0 : (0xfffff >>> (bits - 32)) << (bits - 32);
    this.#minLeaves = checks.min_leaves !== false;
    this.#allowExtra = checks.allow_extra === true;
    this.#leafAd = checks.leaf_ad ?? -1;
    this.#leafMask = halves(checks.leaf_mask ?? 0);
    this.#leafValue = halves(checks.leaf_value ?? 0);
    this.#pointerMask = halves(checks.nonleaf_mask ?? 0);
    this.#pointerValue = halves(checks.nonleaf_value ?? 0);
    this.#empty = checks.empty_value === undefined ? undefined : halves(checks.empty_value);
    this.#emptyRoot = checks.empty_root_value === undefined ? this.#empty : halves(checks.empty_root_value);
    this.#reached = new Uint8Array(image.pages);
    this.#expected = this.#readExtents(extentsText, sidecar.default ?? {});
  }

  run(sidecar: Foreign): void {
    // The EPTP: type of the tables 0 or 6, walk length, A/D if there, 11:7 and everything from maxphyaddr up zero.
    const [low, high] = halves(sidecar.eptp);
    const levels = ((low >> 3) & 7) + 1;
    const fit = levels === 4 || (levels === 5 && sidecar.caps?.walk5 !== false);
    const type = low & 7;
    const reserved = (low & 0xf80) !== 0 || high >>> 20 !== 0 || (high & this.#wide) !== 0;
    if ((type !== 0 && type !== 6) || !fit || reserved || ((low & 0x40) !== 0 && sidecar.caps?.ad === false)) {
      return this.#find("eptp", frame(low, high));
    }
    this.#guestEnd = 2 ** (sidecar.gpa_bits ?? (levels === 5 ? 57 : 48));
    this.#visit(frame(low, high), levels - 1, 0, 7, true);

    const { gpa, end, mpa, seen, count } = this.#expected;
    for (let e = 0; e < count; e++) {
      if (mpa[e]! < 0 || seen[e] === end[e]! - gpa[e]!) continue;
      this.unmappedBytes += end[e]! - gpa[e]! - seen[e]!;
      this.#find("unmapped", gpa[e]!);
    }
    if (sidecar.checks?.unreferenced !== false) {
      this.#reached.forEach((once, page) => once || this.#find("table-unreferenced", page));
    }
    const counted: Record<string, number> = {};
    ["leaf_4k", "leaf_2m", "leaf_1g"].forEach((name, level) => counted[name] = this.leaves[level]!);
    ["pt", "pd", "pdpt", "pml4", "pml5"].forEach((name, level) => counted[name] = this.tables[level]!);
    for (const [name, count] of Object.entries(sidecar.counts ?? {})) {
      if (counted[name] !== count) this.#find("count-mismatch", 0, `${name}: ${count} said, ${counted[name]} found`);
    }
  }

  #find(kind: string, at: number, words = ""): void {
    this.#found++;
    this.findings.set(kind, (this.findings.get(kind) ?? 0) + 1);
    if (this.examples.length < 10) this.examples.push(`${kind} at 0x${at.toString(16)} ${words}`);
  }

  /** One table and all below it. `path` is the AND of the permissions so far. */
  #visit(address: number, level: number, gpaBase: number, path: number, isRoot: boolean): void {
    const index = (address - this.#base) / PAGE;
    if (!Number.isInteger(index) || index < 0 || index >= this.#image.pages) {
      return this.#find("table-out-of-image", address);
    }
    if (this.#reached[index] !== 0) return this.#find("table-shared", address);
    this.#reached[index] = 1;
    this.tables[level]!++;
    const words = this.#image.page(index);
    const span = BEHIND[level]!;
    const empty = isRoot ? this.#emptyRoot : this.#empty;
    let present = 0;
    for (let i = 0; i < 512; i++) {
      const low = words[2 * i]!;
      const high = words[2 * i + 1]!;
      const gpa = gpaBase + i * span;
      if ((low & 7) === 0 && !(this.#modeBasedExecute && (low & 0x400) !== 0)) {
        if (empty !== undefined && (low !== empty[0] || high !== empty[1])) this.#find("soft-bits", gpa, "empty entry");
        continue;
      }
      present++;
      const wrong = this.#misconfigured(low, high, level);
      if (wrong !== "") {
        this.#find(wrong, gpa);
        continue;
      }
      if (level === 0 || (level <= 2 && (low & 0x80) !== 0)) {
        const found = this.#found;
        this.#leaf(gpa, level, low, high, path & low & 7);
        if (this.#found === found) i += this.#alike(words, i, level, gpa);
      } else {
        if (!matches(low, high, this.#pointerMask, this.#pointerValue)) this.#find("nonleaf-flags", gpa);
        this.#visit(frame(low, high), level - 1, gpa, path & low & 7, false);
      }
    }
    if (present === 0 && !isRoot) this.#find("empty-table", gpaBase);
  }

  /** The rules in the manual's order; "" for an entry that the processor accepts. */
  #misconfigured(low: number, high: number, level: number): string {
    if ((low & 3) === 2) return "misconfig-rwx"; // 010b and 110b
    if ((low & 3) === 0 && !this.#executeOnly) return "misconfig-rwx"; // 100b
    const large = level > 0 && (low & 0x80) !== 0;
    if (large && level <= 2 && !this.#sizes[level]!) return "leaf-size-not-allowed";
    if ((high & this.#wide) !== 0) return "misconfig-reserved";
    if (level > 0) {
      // Pointers: 6:3, and from PML4E up also 7. Leaves: the address bits below the page size.
      const must0 = level >= 3 ? 0xf8 : !large ? 0x78 : level === 1 ? 0x1ff000 : 0x3ffff000;
      if ((low & must0) !== 0) return "misconfig-reserved";
    }
    const type = (low >> 3) & 7;
    const leaf = level === 0 || large;
    return leaf && (type === 2 || type === 3 || type === 7) ? "misconfig-memtype" : "";
  }

  #leaf(gpa: number, level: number, low: number, high: number, perm: number): void {
    const size = BEHIND[level]!;
    const mpa = frame(low, high);
    this.leaves[level]!++;
    this.mappedBytes += size;
    if (!matches(low, high, this.#leafMask, this.#leafValue)) this.#find("soft-bits", gpa);
    if (this.#leafAd >= 0 && ((low >> 8) & 3) !== this.#leafAd) this.#find("wrong-ad", gpa);
    if (gpa + size > this.#guestEnd) this.#find("gpa-beyond-width", gpa);
    // Leaves come in order of GPA, and so do the expectations.
    const list = this.#expected;
    for (let at = gpa; at < gpa + size;) {
      while (this.#cursor < list.count && list.end[this.#cursor]! <= at) this.#cursor++;
      const e = this.#cursor;
      const start = e < list.count ? list.gpa[e]! : Infinity;
      const stop = Math.min(gpa + size, start > at ? start : list.end[e]!);
      if (start <= at && list.mpa[e]! >= 0) {
        list.seen[e]! += stop - at;
        this.#compare(e, gpa, level, at, mpa + (at - gpa), low, perm);
      } else {
        this.extraBytes += stop - at;
        if (!this.#allowExtra) this.#find("mapped-extra", at);
      }
      at = stop;
    }
  }

  /**
   * Number of entries behind a faultless leaf that are the same entry one page on, inside the same extent. They are as
   * faultless: all bits but the address are equal, the address is what the extent says, and larger pages that would fit
   * cover whole tables, so they would have been found at the first. This is what makes 2 GiB of tables quick to judge.
   */
  #alike(words: Uint32Array, i: number, level: number, gpa: number): number {
    const list = this.#expected;
    const e = this.#cursor;
    const span = BEHIND[level]!;
    if (e >= list.count || list.gpa[e]! > gpa || list.mpa[e]! < 0) return 0;
    const most = Math.min(511 - i, Math.floor((list.end[e]! - gpa) / span) - 1);
    let low = words[2 * i]!;
    let high = words[2 * i + 1]!;
    let count = 0;
    for (; count < most; count++) {
      low = (low + span) >>> 0;
      if (low < span) high++;
      const at = 2 * (i + count + 1);
      if (words[at] !== low || words[at + 1] !== high || (high & this.#wide) !== 0) break;
    }
    this.leaves[level]! += count;
    this.mappedBytes += count * span;
    list.seen[e]! += count * span;
    return count;
  }

  /** A leaf, from `at` on, against what its extent says. */
  #compare(e: number, gpa: number, level: number, at: number, mpa: number, low: number, perm: number): void {
    const start = this.#expected.gpa[e]!;
    const end = this.#expected.end[e]!;
    const to = this.#expected.mpa[e]!;
    const wanted = this.#expected.attributes[e]!;
    if (mpa !== to + (at - start)) this.#find("wrong-mpa", at);
    if (wanted.perm !== "any" && wanted.perm !== PERMS[perm]) this.#find("wrong-perm", at, PERMS[perm]);
    const type = TYPES[(low >> 3) & 7];
    if (wanted.memtype !== "any" && wanted.memtype !== type) this.#find("wrong-memtype", at, type);
    if (wanted.ipat !== 2 && wanted.ipat !== ((low >> 6) & 1)) this.#find("wrong-ipat", at);
    if (!this.#minLeaves) return;
    for (let larger = level + 1; larger <= 2; larger++) {
      const span = BEHIND[larger]!;
      const first = Math.floor(gpa / span) * span;
      const inside = first >= start && first + span <= end;
      if (this.#sizes[larger]! && inside && Number.isInteger((start - to) / span)) {
        this.#find("leaf-too-small", gpa, `0x${span.toString(16)} fits`);
      }
    }
  }

  /** The extent list, sorted, neighbours joined that continue each other and share attributes. */
  #readExtents(text: Iterable<string>, defaults: Foreign): Expected {
    const usual = {
      perm: String(defaults.perm ?? "any"),
      memtype: String(defaults.memtype ?? "any"),
      ipat: defaults.ipat === undefined ? 2 : Number(defaults.ipat),
    };
    const lines: { gpa: number; end: number; mpa: number; attributes: Attributes }[] = [];
    for (const line of linesOf(text)) {
      if (line === "" || line.startsWith("#")) continue;
      const [gpa, len, mpa, perm, memtype, ipat] = line.split(" ");
      const attributes = perm === undefined ? usual : {
        perm,
        memtype: memtype ?? usual.memtype,
        ipat: ipat === undefined ? usual.ipat : Number(ipat),
      };
      lines.push({ gpa: Number(gpa), end: Number(gpa) + Number(len), mpa: mpa === "-" ? -1 : Number(mpa), attributes });
    }
    lines.sort((a, b) => a.gpa - b.gpa);
    const column = () => new Float64Array(lines.length);
    const list: Expected = { count: 0, gpa: column(), end: column(), mpa: column(), seen: column(), attributes: [] };
    for (const { gpa, end, mpa, attributes } of lines) {
      const last = list.count - 1;
      const paged = [gpa, end, Math.max(mpa, 0)].every((value) => Number.isInteger(value / PAGE));
      if (!paged || Number.isNaN(mpa) || end <= gpa) this.#find("bad-expectation", gpa);
      if (last >= 0 && list.end[last]! > gpa) this.#find("bad-expectation", gpa, "overlaps");
      const other = list.attributes[last];
      const alike = other && other.perm === attributes.perm && other.memtype === attributes.memtype &&
        other.ipat === attributes.ipat;
      const next = list.mpa[last]! < 0 ? -1 : list.mpa[last]! + (list.end[last]! - list.gpa[last]!);
      if (alike && list.end[last] === gpa && next === mpa) {
        list.end[last] = end;
        continue;
      }
      list.gpa[list.count] = gpa;
      list.end[list.count] = end;
      list.mpa[list.count++] = mpa;
      list.attributes.push(attributes);
    }
    return list;
  }
}

const matches = (low: number, high: number, mask: Halves, value: Halves): boolean =>
  ((low & mask[0]) >>> 0) === value[0] && ((high & mask[1]) >>> 0) === value[1];

/** Lines of a text that comes in pieces cut anywhere. */
function* linesOf(text: Iterable<string>): Generator<string> {
  let rest = "";
  for (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  yield rest;
}
