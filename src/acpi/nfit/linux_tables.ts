/**
 * The first half of `acpi_nfit_init`: which structures Linux takes, skips or stops at, and which lengths are fatal
 * (`drivers/acpi/nfit/core.c` add_table, add_spa and their like; 6.1, with the two limits that 6.12 changed).
 */
import { viewOf } from "../../base/bytes.ts";
import { decodeStructures, HEAD_SIZE, type NfitStructure, type StructureList, type StructureOf } from "./nfit.ts";
import { declarationOf, NFIT_KINDS } from "./structures.ts";

/** A line of the kernel log, as data. `times` folds equal neighbours. */
export interface LinuxMessage {
  readonly level: "err" | "warn" | "info";
  readonly text: string;
  /** The structure it is about, in bytes from the start of the table or `_FIT` buffer. */
  readonly offset: number | undefined;
  readonly times: number;
}

/** What acpi_nfit_init returns when it fails, why, and where. The bus then has no devices. */
export interface LinuxRefusal {
  readonly errno: "ENOMEM" | "ENODEV";
  readonly reason: string;
  readonly offset: number;
}

/** What the driver keeps of a table: all of it, or what came before the structure it refused. */
export interface LinuxTables {
  readonly spas: readonly StructureOf<"spaRange">[];
  readonly memdevs: readonly StructureOf<"regionMapping">[];
  readonly dcrs: readonly StructureOf<"controlRegion">[];
  readonly interleaves: readonly StructureOf<"interleave">[];
  readonly flushHints: readonly StructureOf<"flushHints">[];
  /** Platform capabilities of the last structure, masked to its valid bits; undefined where there is none. */
  readonly capabilities: number | undefined;
  readonly messages: readonly LinuxMessage[];
}

/** 6.12 turned two one-element arrays of the C structures into flexible ones; 6.1 wants one element to be there. */
export type LinuxRelease = "6.1" | "6.12";
const MINIMUM = { "6.1": { interleave: 20, flushHints: 24 }, "6.12": { interleave: 16, flushHints: 16 } } as const;

const CONTROL_REGION_MINIMUM = 32; // what lies behind the number of windows may be missing
const COOKIE_VALID = 1 << 2;

/** Takes every structure of the list in turn, until one is refused. */
export function takeTables(
  list: StructureList,
  release: LinuxRelease,
): { tables: LinuxTables; refusal?: LinuxRefusal } {
  const taker = new Taker(release);
  const refusal = taker.takeAll(list);
  return refusal ? { tables: taker, refusal } : { tables: taker };
}

class Taker implements LinuxTables {
  readonly spas: StructureOf<"spaRange">[] = [];
  readonly memdevs: StructureOf<"regionMapping">[] = [];
  readonly dcrs: StructureOf<"controlRegion">[] = [];
  readonly interleaves: StructureOf<"interleave">[] = [];
  readonly flushHints: StructureOf<"flushHints">[] = [];
  readonly messages: LinuxMessage[] = [];
  capabilities: number | undefined;

  readonly #release: LinuxRelease;

  constructor(release: LinuxRelease) {
    this.#release = release;
  }

  takeAll(list: StructureList): LinuxRefusal | undefined {
    let refusal = this.#takeEach(list.structures, 0);
    // What our decoder leaves is where Linux may still go on: only a length of zero stops it.
    for (let { rest, end } = list; rest.length > 0 && !refusal;) {
      const head = new Uint8Array(HEAD_SIZE);
      head.set(rest.subarray(0, HEAD_SIZE));
      const [type, length] = [viewOf(head).getUint16(0, true), viewOf(head).getUint16(2, true)];
      if (length === 0) {
        this.#say("warn", `found a zero length table '${type}' parsing nfit`, end);
        return undefined;
      }
      const kind = NFIT_KINDS[type];
      if (kind === undefined) this.#say("err", `unknown table '${type}' parsing nfit`, end);
      else if (kind !== "smbios" && kind !== "capabilities") {
        return { errno: "ENOMEM", reason: `${declarationOf(kind, 0).name} structure of ${length} bytes`, offset: end };
      }
      const next = decodeStructures(rest, length);
      refusal = this.#takeEach(next.structures, end);
      end += next.end;
      rest = next.rest;
    }
    return refusal;
  }

  #takeEach(structures: readonly NfitStructure[], origin: number): LinuxRefusal | undefined {
    for (const structure of structures) {
      const found = origin === 0 ? structure : { ...structure, offset: origin + structure.offset };
      const reason = fatalLength(found, MINIMUM[this.#release]);
      if (reason) return { errno: "ENOMEM", reason, offset: found.offset };
      this.#take(completed(found));
    }
    return undefined;
  }

  #take(whole: NfitStructure): void {
    switch (whole.kind) {
      case "spaRange":
        this.spas.push(whole);
        break;
      case "regionMapping":
        this.memdevs.push(whole);
        break;
      case "controlRegion":
        this.dcrs.push(whole);
        break;
      case "interleave":
        this.interleaves.push(whole);
        break;
      case "flushHints":
        this.flushHints.push(whole);
        break;
      case "capabilities":
        this.capabilities = maskedCapabilities(whole.record.highestValid, whole.record.capabilities);
        break;
      case "unknown":
        this.#say("err", `unknown table '${whole.type}' parsing nfit`, whole.offset);
        break;
      case "smbios": // skipped
      case "blockWindow": // read, then never used
      case "short": // SMBIOS information without its own fields: skipped as well
        break;
    }
  }

  #say(level: LinuxMessage["level"], text: string, offset: number): void {
    const last = this.messages.at(-1);
    if (last?.text === text) this.messages[this.messages.length - 1] = { ...last, times: last.times + 1 };
    else this.messages.push({ level, text, offset, times: 1 });
  }
}

/** Why `add_spa` and its like refuse a structure; they look at the claimed length only, not at what is there. */
function fatalLength(found: NfitStructure, minimum: (typeof MINIMUM)[LinuxRelease]): string | undefined {
  const length = found.record.length;
  const exactly = (bytes: number) => (length === bytes ? undefined : `${bytes} expected`);
  const atLeast = (bytes: number) => (length >= bytes ? undefined : `at least ${bytes} expected`);
  const kind = NFIT_KINDS[found.type];
  const wrong = (() => {
    switch (kind) {
      case "spaRange":
        return exactly(found.kind === "spaRange" && (found.record.flags & COOKIE_VALID) !== 0 ? 64 : 56);
      case "regionMapping":
        return exactly(48);
      case "blockWindow":
        return exactly(40);
      case "controlRegion":
        return atLeast(CONTROL_REGION_MINIMUM);
      case "interleave":
      case "flushHints":
        return atLeast(minimum[kind]);
      default:
        return undefined;
    }
  })();
  return wrong && `${declarationOf(kind!, 0).name} structure of ${length} bytes, ${wrong}`;
}

/**
 * The structure as the driver reads it, which never compares a length with the end of the table. What lies behind the
 * table is unknown; zeros stand in for it.
 */
function completed(found: NfitStructure): NfitStructure {
  const length = found.record.length;
  const kind = NFIT_KINDS[found.type];
  if (found.raw.length >= length || kind === undefined) return found;
  const padded = new Uint8Array(Math.max(length, declarationOf(kind, length).size));
  padded.set(found.raw);
  return { ...decodeStructures(padded).structures[0]!, offset: found.offset };
}

/** `add_platform_cap`: C's `(1 << (highest + 1)) - 1`, with x86's shift, which takes the count modulo 32. */
const maskedCapabilities = (highest: number, capabilities: number): number =>
  (capabilities & ((1 << (highest + 1)) - 1)) >>> 0;
