/** Pieces that several screens draw alike: facts, sizes, states, leaves, and a region to scale. */
import type {
  EptForecast,
  Explanation,
  LeafCount,
  Mode,
  NamespaceView,
  RegionView,
  SegmentView,
  StateWord,
  XenCostView,
} from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { type Role, type Theme } from "../theme.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { cellWidth, clean, fit, wrapped } from "../text/width.ts";
import { remembered } from "../memo.ts";
import { bar, barSentence, type Segment } from "../widgets/bar.ts";

/** One fill per mode, so that the bar reads without colour. */
export const FILLS: Readonly<Record<Mode | "free" | "new" | "mgmt" | "data", string>> = {
  fsdax: "█",
  devdax: "▒",
  sector: "▓",
  raw: "░",
  free: "·",
  new: "▚",
  mgmt: "▓",
  data: "█",
};

const STATE_ROLES: Readonly<Record<StateWord, Role>> = {
  free: "text",
  xen: "accent",
  assigned: "ok",
  mounted: "text",
  active: "text",
  disabled: "muted",
  broken: "danger",
  reserved: "warning",
};
export const stateRole = (state: StateWord): Role => STATE_ROLES[state];
/** In pictures what nobody uses stays quiet, so that what is given away stands out. */
const barRole = (state: StateWord): Role => (STATE_ROLES[state] === "text" ? "muted" : STATE_ROLES[state]);

/** Digits of an SPA column: as wide as the highest address needs, at least 48 bits' worth of digits. */
export const SPA_DIGITS = 12;
export const spa = (address: number): string => hex(address, SPA_DIGITS);

export const WAYS = [
  "",
  "one-way",
  "two-way",
  "three-way",
  "four-way",
  "five-way",
  "six-way",
  "",
  "eight-way",
] as const;
export const waysText = (ways: number): string => WAYS[ways] || `${ways}-way`;

/** `four-way, socket 0`. */
export const regionPlace = (region: RegionView): string =>
  [waysText(region.ways), region.socket === undefined ? "" : `socket ${region.socket}`].filter((t) => t).join(", ");

const LEAF_NAMES: Readonly<Record<number, string>> = { 4096: "4 KiB", 0x200000: "2 MiB", 0x40000000: "1 GiB" };
export const leafName = (bytes: number): string => LEAF_NAMES[bytes] ?? shortSize(bytes);

/** `31 × 1 GiB + 255 × 2 MiB`. */
export const leavesText = (leaves: readonly LeafCount[]): string =>
  leaves.filter((l) => l.count > 0).map((l) => `${grouped(l.count)} × ${leafName(l.sizeBytes)}`).join(" + ") || "none";

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** Label and text pairs in aligned columns; muted labels. */
export function facts(pairs: readonly (readonly [string, string | Line, Role?])[], labelWidth = 11): Line[] {
  return pairs.map(([label, value, role]) => [
    span(` ${fit(label, labelWidth - 1)} `, "muted"),
    ...(typeof value === "string" ? [span(clean(value), role)] : value),
  ]);
}

/** The same with texts wrapped rather than cut. */
export const wrappedFacts = (
  pairs: readonly (readonly [string, string, Role?])[],
  width: number,
  labelWidth = 11,
): Line[] =>
  pairs.flatMap(([name, text, role]) =>
    wrapped(text, width - labelWidth - 2).flatMap((row, i) =>
      facts([[i === 0 ? name : "", row, role ?? "text"]], labelWidth)
    )
  );

/** A pane's headline, bold, followed by muted facts. */
export const headline = (name: string, ...more: readonly string[]): Line => [
  span(` ${clean(name)}`, "strong"),
  span(more.length > 0 ? `  ${more.join("  ")}` : "", "muted"),
];

const namespacesByName = remembered((list: readonly NamespaceView[]) => new Map(list.map((n) => [n.name, n])));
export const namespaceOf = (list: readonly NamespaceView[], name: string): NamespaceView | undefined =>
  namespacesByName(list).get(name);

export const shownName = (n: NamespaceView): string => n.label || n.name;

/** How a region is drawn: which namespace is bright, and which are to be marked as new. */
export interface Emphasis {
  readonly bright?: string | undefined;
  /** Names of before: any other namespace is new. */
  readonly before?: ReadonlySet<string>;
  /** Colour every segment by its state instead of muting what is not bright. */
  readonly byState?: boolean;
}

const segmentsOf = remembered((
  region: RegionView,
  all: readonly NamespaceView[],
  before: ReadonlySet<string> | undefined,
  byState: boolean | undefined,
): readonly Segment[] => region.segments.map((s) => segmentOf(region, s, all, before, byState)));

function segmentOf(
  region: RegionView,
  s: SegmentView,
  all: readonly NamespaceView[],
  before: ReadonlySet<string> | undefined,
  byState: boolean | undefined,
): Segment {
  const range = { start: s.startSpa, end: s.endSpa };
  if (s.kind === "free") {
    const size = shortSize(carvable(s, region.alignBytes));
    return { ...range, name: "", caption: `free ${size}`, short: size, fill: FILLS.free, role: "rule" };
  }
  if (s.kind !== "namespace") {
    const size = shortSize(s.endSpa - s.startSpa);
    const name = s.name || s.kind;
    return {
      ...range,
      name,
      caption: `${s.kind} ${size}`,
      short: size,
      fill: FILLS[s.kind],
      role: RANGE_ROLES[s.kind],
    };
  }
  const found = namespaceOf(all, s.name);
  const caption = found?.mode ?? "";
  if (before && !before.has(s.name)) return { ...range, name: "NEW", caption, fill: FILLS.new, role: "fresh" };
  const role = byState && found ? barRole(found.state) : "muted";
  return { ...range, name: found ? shownName(found) : s.name, caption, fill: FILLS[found?.mode ?? "raw"], role };
}

/** What can be carved from a free piece: whole steps of the region's alignment. */
const carvable = ({ startSpa, endSpa }: SegmentView, align: number): number =>
  Math.max(0, Math.floor(endSpa / align) * align - Math.ceil(startSpa / align) * align);

const RANGE_ROLES: Readonly<Record<"raw" | "mgmt" | "data", Role>> = { raw: "rule", mgmt: "accent", data: "ok" };

/** The segments with what is bright made so; all others are remembered from frame to frame. */
function regionSegments(region: RegionView, all: readonly NamespaceView[], emphasis: Emphasis): readonly Segment[] {
  const segments = segmentsOf(region, all, emphasis.before, emphasis.byState);
  const at = emphasis.bright === undefined ? -1 : region.segments.findIndex((s) => s.name === emphasis.bright);
  return at < 0 ? segments : segments.with(at, { ...segments[at]!, role: "accent" });
}

export const namesOf = remembered((all: readonly NamespaceView[]): ReadonlySet<string> =>
  new Set(all.map((n) => n.name))
);

/** Bar and captions between the region's addresses; without the addresses where they take too much of the width. */
export function regionBar(
  region: RegionView,
  all: readonly NamespaceView[],
  width: number,
  theme: Theme,
  emphasis: Emphasis,
): Line[] {
  const segments = regionSegments(region, all, emphasis);
  if (theme.layout === "reader") return [line(` ${barSentence(segments)}`), EMPTY];
  const [low, high] = [hex(region.startSpa), hex(region.startSpa + region.sizeBytes)];
  const sides = cellWidth(low) + cellWidth(high) + 4;
  if (width < sides + 60) {
    const { bar: drawn, captions } = bar(segments, width - 2);
    return [[span(" "), ...drawn], [span(" "), ...captions]];
  }
  const { bar: drawn, captions } = bar(segments, width - sides);
  const indent = " ".repeat(cellWidth(low) + 2);
  return [[span(` ${low} `, "muted"), ...drawn, span(` ${high}`, "muted")], [span(indent), ...captions]];
}

/** The key to the fills; nothing where there are no pictures. */
export function legend({ layout }: Theme, byFrame = false): Line {
  if (layout === "reader") return EMPTY;
  const fills = byFrame ? ["data", "mgmt", "raw"] as const : ["fsdax", "devdax", "sector", "raw", "free"] as const;
  return [span("   "), ...fills.map((name) => span(`${FILLS[name].repeat(2)} ${name}   `, "muted"))];
}

/** `0x400000 – 0xc00000`. */
export const frames = (start: number, end: number): string => `${hex(start)} – ${hex(end)}`;

export const percent = (part: number, whole: number): string =>
  whole === 0 ? "0.00 %" : `${(Math.round((part / whole) * 10000) / 100).toFixed(2)} %`;

/** `320.00 MiB by the rule (0.98 %), takes 352.00 MiB, inside the page-map area`. */
export const costText = (x: XenCostView, ofBytes?: number): string =>
  `${shortSize(x.ruleBytes)} by the rule${ofBytes === undefined ? "" : ` (${percent(x.ruleBytes, ofBytes)})`}, ${
    x.handedOver ? "took" : "takes"
  } ${shortSize(x.takenBytes)}, ${x.where}`;

/** The placement in force first, the best case second. */
export function forecastText({ gpa, leaves, best, owner }: EptForecast): string {
  const whose = owner === undefined ? "" : leaves.length > 0 ? `${owner}, ` : `kept for ${owner}, `;
  const placed = leaves.length > 0 ? `${leavesText(leaves)} at GPA ${hex(gpa)}` : `GPA ${hex(gpa)} when it starts`;
  return `${whose}${placed}${best ? `; best case ${leavesText(best.leaves)}, ${best.remedy}` : ""}`;
}

/** What happened and what to try, as one sentence. */
export const whyText = ({ what, hint }: Explanation): string =>
  `${capital(what.replace(/\.$/, ""))}; ${hint.replace(/\.$/, "")}.`;

/** A sentence begins with a capital, unless it begins with a name (`namespace0.3`) that has none. */
const capital = (text: string): string =>
  /^[a-z]+(?![\w.-])/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
export const sentence = (text: string): string => `${capital(text.replace(/\.$/, ""))}.`;

/** Why a guest cannot have it; not said twice where Xen's reason is the same. */
export const guestWhyText = (why: Explanation, xen: { isErr(): boolean }): string =>
  xen.isErr() ? "not before Xen can have it" : whyText(why);
