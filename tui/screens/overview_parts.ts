/** The overview's regions to scale, its findings, and the guide at its foot. */
import type { FindingView, RegionView } from "../../src/command/language/console_host.ts";
import { shortSize } from "../../src/base/units.ts";
import { type Model } from "../model.ts";
import { EMPTY, ends, fill, type Line, line, span } from "../text/line.ts";
import { fit, wrapped } from "../text/width.ts";
import { topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { legend, plural, regionBar, regionPlace } from "./parts.ts";

export interface RegionRows {
  /** Regions in sight, and rows of each. */
  readonly shown: number;
  readonly perRegion: number;
}

const underXen = (model: Model): boolean => model.snapshot.identity.management === "xen";

export function regionLines(model: Model, width: number, { shown, perRegion }: RegionRows, cursor: number): Line[] {
  const { regions, dimms, namespaces } = model.snapshot;
  const total = regions.reduce((sum, r) => sum + r.sizeBytes, 0);
  const top = topRow(model.lists.overview, regions.length, shown, cursor);
  const more = regions.length > shown ? [`${top + 1}–${Math.min(regions.length, top + shown)} shown`] : [];
  const head = [
    "Persistent memory",
    shortSize(total),
    plural(regions.length, "region"),
    plural(dimms.length, "DIMM"),
    ...(underXen(model) ? ["as stored: Xen keeps it from dom0"] : []),
    ...more,
  ];
  if (regions.length === 0) return [rule(head, width, model.theme), EMPTY, ...noMemory(model)];
  const rows = regions.slice(top, top + shown).flatMap((r, i) => {
    const drawn = regionBar(r, namespaces, width, model.theme, { byState: true });
    return fill([regionHead(r, top + i === cursor, width, model), ...drawn], perRegion);
  });
  // The last region's blank row is the place nearest to the bars for the key to their fills.
  if (perRegion > regionHeadAndBar) rows[rows.length - 1] = legend(model.theme, underXen(model));
  return [rule(head, width, model.theme), ...rows];
}
const regionHeadAndBar = 3;

function regionHead(r: RegionView, here: boolean, width: number, model: Model): Line {
  const unused = underXen(model) ? "not set up" : "free";
  const left = line(
    span(here ? " ▸ " : "   ", "accent"),
    span(r.name, here ? "selected" : "strong"),
    span(`  ${regionPlace(r)}`, "muted"),
  );
  const right = line(
    span(`${shortSize(r.availableBytes)} ${unused}`, "text"),
    span(r.largestBytes < r.availableBytes ? `, largest ${shortSize(r.largestBytes)}` : "", "muted"),
    span(`  of ${shortSize(r.sizeBytes)} `, "muted"),
  );
  return ends(left, right, width);
}

const noMemory = (model: Model): Line[] => [
  line(
    span("   No persistent memory.", "strong"),
    span(underXen(model) ? "  The NFIT that Xen read describes none." : "  The NFIT describes no region.", "muted"),
  ),
];

export function findingLines(model: Model, findings: readonly FindingView[], width: number, height: number): Line[] {
  const head = rule(
    findings.length === 0 ? ["Attention"] : ["Attention", plural(findings.length, "finding")],
    width,
    model.theme,
  );
  if (findings.length === 0) return [head, line(span(" ● ", "ok"), span("Nothing needs attention."))];
  const blocks = findings.map((f) => findingBlock(f, width));
  const whole = blocks.flat();
  if (whole.length < height) return [head, ...whole];
  const rows: Line[] = [];
  let told = 0;
  while (told < blocks.length && rows.length + blocks[told]!.length < height - 1) rows.push(...blocks[told++]!);
  return [head, ...rows, line(span(`   and ${findings.length - told} more: host check`, "muted"))];
}

/** What is wrong and what to try, wrapped: here nothing may be cut. */
function findingBlock(f: FindingView, width: number): Line[] {
  const [first = "", ...more] = wrapped(`${f.object}: ${f.what}`, width - 4);
  return [
    line(span(f.severity === "danger" ? " ✗ " : " ▲ ", f.severity), span(first)),
    ...more.map((text) => line(span(`   ${text}`))),
    ...wrapped(f.hint, width - 4).map((text) => line(span(`   ${text}`, "muted"))),
  ];
}

export function guideLines(model: Model, width: number): Line[] {
  const say = (key: string, text: string): Line => line(span(`   ${fit(key, 4)}`, "key"), span(text));
  return [
    rule(["Give memory to a guest"], width, model.theme),
    ...(underXen(model)
      ? [
        say("c", "set a range up: first one for Xen's structures (mgmt), then one for guests (data)"),
        say("a", "assign frames of a data range to a guest; its tables and its EPT are shown before anything is done"),
        say("2", "raw, mgmt and data ranges by frame"),
      ]
      : [
        say("c", "carve a namespace from what is free"),
        say("a", "assign a namespace to a guest; its tables and its EPT are shown before anything is done"),
        say("5 6", "what a guest gets: its NFIT, its EPT"),
      ]),
  ];
}
