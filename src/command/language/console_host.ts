/**
 * The port between the console (`tui/`) and the host behind it (joined in `cli/` and `main.ts`): what the screens show,
 * as plain immutable data, and the few things an operator can ask for. Everything that changes the host is a command
 * line. Sizes are bytes, addresses are plain numbers below 2^53, raw 64-bit fields are bigint.
 */
import type { Result } from "neverthrow";
import type { StepGroup } from "../../host/mod.ts";
import type { Effect, Progress } from "./command.ts";

export type { StepGroup };

/** Why something cannot be had, and what to try: one sentence each. */
export interface Explanation {
  readonly what: string;
  readonly hint: string;
}

/**
 * Work in slices: the console runs one slice per turn so that drawing never blocks; `return()` cancels it and drops the
 * fork. Synchronous for commands on the host, asynchronous for session verbs.
 */
export type Work<T> = Generator<Progress, T, void> | AsyncGenerator<Progress, T, void>;

export interface ConsoleHost {
  /** The host as it is now. The same object until something is committed, so screens may cache by identity. */
  snapshot(): HostSnapshot;
  /** Calls `changed` after every commit, another console's included. Returns the way to stop listening. */
  subscribe(changed: () => void): () => void;
  /** Runs the lines one after the other on one fork, up to the first that fails, and drops the fork. */
  rehearse(lines: readonly string[]): Work<Rehearsal>;
  /**
   * Runs the lines and commits each. `confirmed` is the digest of the losses that the operator agreed to; where the
   * losses turn out to be others, nothing is committed and the answer is the new rehearsal.
   */
  run(lines: readonly string[], confirmed?: string): Work<Ran>;
  /** Why a command line cannot run now, in one sentence, or undefined. */
  unavailable(line: string): string | undefined;
  /** What may stand at `cursor` (a UTF-16 index into `line`). */
  complete(line: string, cursor: number): Completion;
}

export interface Completion {
  /** The part of the line that a candidate replaces: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly candidates: readonly { readonly text: string; readonly summary: string }[];
  /** The usage line of the command being typed, where one is known. */
  readonly usage?: string;
}

export interface Rehearsal {
  readonly lines: readonly string[];
  /** Status of the first line that failed, else zero; in its vocabulary's numbering. */
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly effect: Effect;
  readonly steps: StepsView;
  readonly losses: readonly LossView[];
  /** What a confirmation of these losses binds to. */
  readonly digest: string;
  readonly difference: readonly DifferenceView[];
  /** The host as it would be. */
  readonly after: HostSnapshot;
}

export type Ran =
  | {
    readonly kind: "done";
    readonly status: number;
    readonly out: string;
    readonly err: string;
    readonly difference: readonly DifferenceView[];
  }
  /** The losses are not the ones confirmed. */
  | { readonly kind: "ask-again"; readonly rehearsal: Rehearsal };

export interface StepsView {
  readonly total: number;
  /** All steps folded by kind, note and target, in order of first appearance. */
  readonly groups: readonly StepGroup[];
}

export interface LossView {
  /** `namespace0.3 "cache0"`. */
  readonly object: string;
  /** What the operator types to agree. */
  readonly typed: string;
  readonly owner: string | undefined;
  readonly bytes: number;
}

export interface DifferenceView {
  readonly sign: "+" | "-" | "~";
  readonly object: string;
  readonly text: string;
}

/** One consistent picture of the host. Methods are pure: same answer every time, computed when first asked. */
export interface HostSnapshot {
  readonly identity: IdentityView;
  /** What an operator should look at, worst first; empty when all is well. */
  readonly findings: readonly FindingView[];
  readonly dimms: readonly DimmView[];
  readonly regions: readonly RegionView[];
  /** As dom0 lists them; empty under management `xen`. Seeds (size 0) are left out. */
  readonly namespaces: readonly NamespaceView[];
  /** Xen's raw, mgmt and data ranges in order of frame. */
  readonly ranges: readonly XenRangeView[];
  readonly domains: readonly DomainView[];
  /** The xl.cfg files that the assign form offers. */
  readonly guests: readonly GuestConfigView[];
  /** Newest first. */
  readonly journal: readonly JournalView[];
  /** Newest first. */
  readonly trace: readonly HypercallView[];
  namespaceDetail(name: string): Result<NamespaceDetail, Explanation>;
  /** The steps of one journal entry. */
  journalSteps(sequence: number): Result<StepsView, Explanation>;
  /** Firmware's tables as dom0 finds them (`undefined`), or those a domain gets. */
  tables(domain: string | undefined): Result<readonly TableView[], Explanation>;
  ept(domain: string): Result<EptView, Explanation>;
}

export interface IdentityView {
  readonly name: string;
  readonly management: "dom0" | "xen";
  readonly access: "rw" | "ro";
  readonly generation: number;
  /** Where it is kept: a store's path, or `throw-away`. */
  readonly storage: string;
  readonly dom0: "pv" | "pvh";
  readonly power: "on" | "off";
}

export interface FindingView {
  readonly severity: "warning" | "danger";
  readonly object: string;
  readonly what: string;
  readonly hint: string;
}

export interface DimmView {
  readonly name: string;
  readonly handle: number;
  readonly serial: string;
  readonly uniqueId: string;
  readonly socket: number;
  readonly controller: number;
  readonly channel: number;
  readonly slot: number;
  readonly sizeBytes: number;
  readonly region: string | undefined;
  readonly state: "active" | "disabled" | "locked";
  /** Firmware's complaints: `save_fail`, `not_armed`, `smart_notify` … */
  readonly flags: readonly string[];
  /** Undefined where the DIMM has no label area or none was initialised. */
  readonly labels: { readonly used: number; readonly slots: number; readonly version: string } | undefined;
}

export type Mode = "raw" | "sector" | "fsdax" | "devdax";
export type StateWord =
  | "free"
  | "xen"
  | "assigned"
  | "mounted"
  | "active"
  | "disabled"
  | "broken"
  | "reserved";

export interface RegionView {
  readonly name: string;
  readonly kind: "pmem" | "volatile";
  readonly ways: number;
  readonly socket: number | undefined;
  readonly proximityDomain: number | undefined;
  readonly startSpa: number;
  readonly sizeBytes: number;
  readonly availableBytes: number;
  readonly largestBytes: number;
  /** Region alignment: namespace sizes are multiples of lcm(this, namespace alignment x ways). */
  readonly alignBytes: number;
  readonly cookie: bigint;
  readonly persistence: "cpu_cache" | "memory_controller" | "none" | "unknown";
  readonly readOnly: boolean;
  readonly state: "active" | "disabled";
  /** What each mode may be carved with. */
  readonly modes: readonly { readonly mode: Mode; readonly alignments: readonly number[] }[];
  /** The whole region in order of address, without holes. */
  readonly segments: readonly SegmentView[];
  readonly mappings: readonly RegionMappingView[];
}

export interface RegionMappingView {
  readonly position: number;
  readonly dimm: string;
  readonly startDpa: number;
  readonly lengthBytes: number;
}

export interface SegmentView {
  readonly kind: "namespace" | "free" | "raw" | "mgmt" | "data";
  readonly startSpa: number;
  readonly endSpa: number;
  /** Name of the namespace, or of who uses the range; empty for free capacity. */
  readonly name: string;
}

export interface NamespaceView {
  readonly name: string;
  /** The label's alternative name, as stored; it may hold anything. */
  readonly label: string;
  readonly mode: Mode;
  readonly map: "dev" | "mem" | undefined;
  readonly sizeBytes: number;
  readonly usableBytes: number;
  readonly region: string;
  readonly startSpa: number;
  readonly alignBytes: number | undefined;
  readonly device: string | undefined;
  readonly state: StateWord;
  /** `web1 nv0` when assigned, the directory when mounted. */
  readonly owner: string | undefined;
  readonly uuid: string;
}

export interface NamespaceDetail {
  /** The part of each DIMM of the interleave set, in the set's order. */
  readonly places: readonly NamespacePlace[];
  /** `PFN v1.4 at +0x1000`, without its data offset; undefined where the mode has none. */
  readonly infoBlock: string | undefined;
  /** Offset of the usable data from the namespace's start. */
  readonly dataOffset: number;
  readonly startMfn: number;
  readonly endMfn: number;
  /** Frames a guest could get. */
  readonly dataStartMfn: number;
  readonly dataEndMfn: number;
  /** What Xen's frame table and M2P take, or why it cannot be handed to Xen. */
  readonly xen: Result<XenCostView, Explanation>;
  /** What a guest's EPT would look like, or why it cannot be assigned. */
  readonly ept: Result<EptForecast, Explanation>;
}

export interface NamespacePlace {
  readonly dimm: string;
  /** The label slot; undefined where the region has no labels. */
  readonly slot: number | undefined;
  readonly startDpa: number;
  readonly lengthBytes: number;
}

export interface XenCostView {
  readonly ruleBytes: number;
  readonly takenBytes: number;
  /** `inside the page-map area`, `in the namespace, before its data`, `in namespace1.0 (--mgmt)`. */
  readonly where: string;
  /** The namespace is Xen's already: this is what it took, not what it would. */
  readonly handedOver: boolean;
}

export interface EptForecast {
  readonly gpa: number;
  readonly leaves: readonly LeafCount[];
  /** At the best placement; undefined where that is the one in force. */
  readonly best: { readonly leaves: readonly LeafCount[]; readonly remedy: string } | undefined;
  /** `web1 nv0`: this is how that guest has it, not a forecast; no leaves while it does not run. */
  readonly owner?: string;
}

export interface LeafCount {
  readonly sizeBytes: number;
  readonly count: number;
}

export interface XenRangeView {
  readonly kind: "raw" | "mgmt" | "data";
  readonly startMfn: number;
  readonly endMfn: number;
  readonly proximityDomain: number | undefined;
  /** Frames in use: structures for mgmt, mapped pages for data. */
  readonly usedFrames: number;
  /** Domains that hold frames of it, or the ranges whose structures it holds. */
  readonly users: readonly string[];
  /** The namespace it lies in, as its label says; undefined where dom0 knows none. */
  readonly namespace: string | undefined;
}

export interface DomainView {
  readonly name: string;
  /** Undefined while it is not running. */
  readonly domid: number | undefined;
  readonly uuid: string;
  readonly type: "HVM" | "PV" | "PVH";
  readonly state: "running" | "paused" | "shutdown" | "crashed" | "dying" | "off";
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly autostart: boolean;
  /** `full`, `nfit` or `nfit-bare`. */
  readonly acpi: string;
  /** The xl.cfg it was made from. */
  readonly config: string | undefined;
  readonly vnvdimms: readonly VnvdimmView[];
  readonly memoryMap: readonly GuestRangeView[];
  /** Pages of the p2m pool; undefined while it is not running. */
  readonly pool: { readonly usedPages: number; readonly totalPages: number } | undefined;
}

export interface VnvdimmView {
  readonly slot: number;
  /** As written in xl.cfg. */
  readonly backend: string;
  readonly namespace: string | undefined;
  readonly sizeBytes: number;
  readonly labelBytes: number;
  readonly gpa: number | undefined;
  readonly leaves: readonly LeafCount[];
}

export interface GuestRangeView {
  readonly kind: "ram" | "hole" | "pmem" | "firmware";
  readonly startGpa: number;
  readonly endGpa: number;
  readonly name: string;
}

export interface GuestConfigView {
  /** As `xl create` takes it. */
  readonly path: string;
  readonly name: string;
  readonly memoryBytes: number;
  readonly vcpus: number;
  readonly vnvdimms: readonly string[];
  /** Why no vNVDIMM can be given to it, or undefined. */
  readonly refusal: string | undefined;
}

export interface JournalView {
  readonly sequence: number;
  /** Wall time as text, `2026-11-22 13:34:09`. */
  readonly time: string;
  readonly who: string;
  readonly line: string;
  readonly status: number;
  readonly steps: number;
  /** The entry that this one, an undo or a redo, took back. */
  readonly undoes: number | undefined;
  /** What it did is not in force: it was taken back. */
  readonly undone: boolean;
  /** The undo that a redo would take back. */
  readonly redoable: boolean;
  /** Why it cannot be taken back now, or undefined where it can, with all that is newer. */
  readonly fixed: string | undefined;
}

export interface HypercallView {
  /** The journal's entry that made it, and which of that entry's calls it is, from 1. */
  readonly sequence: number;
  readonly ordinal: number;
  /** `dom0`, or the domain's name. */
  readonly caller: string;
  readonly number: number;
  readonly name: string;
  /** Decoded arguments, in order. */
  readonly fields: readonly CallField[];
  /** Fields that Xen wrote. */
  readonly answers: readonly CallField[];
  readonly input: Uint8Array;
  readonly output: Uint8Array;
  /** `0`, `262144`, `-EINVAL`. */
  readonly result: string;
  readonly failed: boolean;
  readonly restarts: number;
}

/** Named as in Xen's public headers. */
export interface CallField {
  readonly name: string;
  readonly value: string;
}

export interface TableView {
  /** `NFIT`, `SRAT`, `SSDT`. */
  readonly signature: string;
  readonly bytes: Uint8Array;
  readonly checksumOk: boolean;
  /** Faults and oddities of the whole table, as the linter words them. */
  readonly notes: readonly string[];
  readonly tree: readonly FieldNode[];
}

export interface FieldNode {
  /** Unique in its table. */
  readonly id: string;
  readonly name: string;
  readonly value: string;
  /** A cross reference or a consequence: `→ gfn 0x240000`. */
  readonly note: string | undefined;
  readonly offset: number;
  readonly length: number;
  readonly fault: string | undefined;
  readonly children: readonly FieldNode[];
}

export interface EptView {
  readonly rootMfn: number;
  readonly levels: 4 | 5;
  readonly leaves: readonly LeafCount[];
  readonly tables: number;
  readonly tableBytes: number;
  /** One sentence each, best first. */
  readonly advice: readonly string[];
  /** The entries of the table behind a row, equal neighbours folded into one row; undefined: the root table. */
  rows(parent: string | undefined): readonly EptRow[];
  walk(gpa: number): WalkView;
}

export interface EptRow {
  /** Unique in this EPT; what `rows` takes. */
  readonly id: string;
  /** `PML4`, `PDPT`, `PD`, `PT`. */
  readonly level: string;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly kind: "table" | "leaf" | "empty";
  /** The first entry. */
  readonly entry: bigint;
  /** Bytes that one entry covers. */
  readonly spanBytes: number;
  /** All leaves below or at this row. */
  readonly leaves: readonly LeafCount[];
  readonly startGpa: number;
  readonly endGpa: number;
  /** Machine address behind the first leaf; undefined where nothing is mapped. */
  readonly startMpa: number | undefined;
  /** `RAM`, `namespace0.3`, several joined by `, `. */
  readonly backs: string;
}

export interface WalkView {
  readonly gpa: number;
  readonly steps: readonly {
    readonly level: string;
    readonly index: number;
    readonly entry: bigint;
    /** `r w x`, `WB`, `ipat`, `leaf 2 MiB` … */
    readonly meaning: readonly string[];
  }[];
  readonly outcome:
    | {
      readonly kind: "mapped";
      readonly spa: number;
      readonly leafBytes: number;
      /** `region0 → nmem1 dpa 0x32a080234`; empty for RAM. */
      readonly place: string;
    }
    | { readonly kind: "fault"; readonly what: string };
}
