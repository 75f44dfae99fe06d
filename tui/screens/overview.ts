/** Screen 1: what memory there is, whose it is, what is wrong, and how to give some to a guest. */
import type { HostSnapshot, RegionView } from "../../src/command/language/console_host.ts";
import { sideBySide } from "../layout.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { beside, fill, type Line, span } from "../text/line.ts";
import { cursorIndex } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { stack } from "../widgets/stack.ts";
import { copyKey, onScreen, withList } from "./bindings.ts";
import { assignKey, carveKey, namespaceAtCursor } from "./namespaces.ts";
import { findingLines, guideLines, regionLines, type RegionRows } from "./overview_parts.ts";
import { chartSection, dimmSection, ownerSections } from "./overview_sections.ts";
import { chartUnit, sharesOf } from "./shares.ts";

const ids = remembered((regions: readonly RegionView[]) => regions.map((r) => r.name));
const cursorOf = (model: Model): number => cursorIndex(model.lists.overview, ids(model.snapshot.regions));
const regionAtCursor = (model: Model): RegionView | undefined => model.snapshot.regions[cursorOf(model)];

/** Rows a region takes: headline, bar, captions, and a blank one where there is room. */
const ROWS_TIGHT = 3;
/** Rows of the body from which on every part has all of its own. */
const ROOMY = 26;

interface Plan extends RegionRows {
  readonly regions: number;
  readonly middle: number;
  readonly findings: number;
  readonly guide: number;
}

/** Shares the body out: guide and findings keep a little, the regions what they need, whose it all is the rest. */
export function plan(host: HostSnapshot, height: number): Plan {
  const guide = height >= ROOMY ? 4 : 3;
  const findings = Math.max(3, Math.min(1 + host.findings.length * 2, Math.floor(height / 4)));
  const room = height - guide - findings;
  const count = Math.max(1, host.regions.length);
  const least = Math.max(4, Math.min(1 + sharesOf(host).length, Math.floor(room / 2)));
  const most = room - least - 1;
  const perRegion = most >= count * (ROWS_TIGHT + 1)
    ? ROWS_TIGHT + 1
    : most >= count * ROWS_TIGHT
    ? ROWS_TIGHT
    : ROWS_TIGHT - 1;
  const regions = 1 + Math.min(most, count * perRegion);
  const shown = Math.max(1, Math.floor((regions - 1) / perRegion));
  return { perRegion, shown, regions, middle: room - regions, findings, guide };
}

export const overview: Screen = {
  name: "overview",
  title: "Overview",
  bindings: [
    {
      keys: ["enter"],
      label: "namespaces",
      help: "The namespaces of the region under the cursor",
      act: (model) => {
        const region = regionAtCursor(model);
        return stay(region ? onScreen(withList(model, "namespaces", { filter: region.name }), "namespaces") : model);
      },
    },
    carveKey((model) => regionAtCursor(model)?.name),
    assignKey((model) => namespaceAtCursor(model)?.name),
    copyKey((model) => regionAtCursor(model)?.name),
  ],
  line: () => "host show",
  list: (model, height) => {
    const { shown, perRegion } = plan(model.snapshot, height);
    return { ids: ids(model.snapshot.regions), height: shown, firstRow: 1, rowsEach: perRegion };
  },
  view,
};

function view(scene: Scene): Line[] {
  const { model, width, height } = scene;
  const host = model.snapshot;
  const p = plan(host, height);
  return [
    ...fill(regionLines(model, width, p, cursorOf(model)), p.regions),
    ...fill(ownerLines(scene, p.middle), p.middle),
    ...fill(findingLines(model, host.findings, width, p.findings), p.findings),
    ...fill(guideLines(model, width), p.guide),
  ];
}

/** From this width on, and with so many rows, there are two columns. */
const WIDE = 110;
const TALL = 10;

/** Whose the memory is, guests and namespaces; beside it, where there is room, a chart and the DIMMs. */
function ownerLines({ model, width, charts }: Scene, height: number): Line[] {
  const { theme, snapshot } = model;
  const wide = width >= WIDE && height >= TALL && snapshot.regions.length > 0;
  const { left, right } = wide ? sideBySide(width, 0.6) : { left: width, right: 0 };
  const owners = ownerSections(model, left);
  // The last row stays blank, before the next rule.
  const rows = height >= TALL ? height - 2 : height - 1;
  const table = stack(owners.sections, left, rows, theme, owners.ranked);
  if (right === 0) return [rule(["Whose it is"], width, theme), ...table];
  const dimms = dimmSection(model, right);
  const chart = chartSection(model, right, rows - dimms.wants - 2, charts);
  return [
    [
      ...rule(["Whose it is"], left, theme),
      span("┬", "rule"),
      ...rule(["Capacity per region", chartUnit(snapshot).name], right, theme),
    ],
    ...beside(table, stack([chart, dimms], right, rows, theme), left, [span("│", "rule")], height - 1),
  ];
}
