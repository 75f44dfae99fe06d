/** The whole frame from the model: exactly as many rows as the terminal has, each exactly as wide. */
import type { HostSnapshot } from "../src/command/language/console_host.ts";
import { shortSize } from "../src/base/units.ts";
import { footer } from "./keys.ts";
import { bodyHeight, fits, MINIMUM } from "./layout.ts";
import { type Model, topOverlay } from "./model.ts";
import { contextsOf, lookOf } from "./overlays/mod.ts";
import { type Charts, type Scene } from "./scene.ts";
import { plural } from "./screens/parts.ts";
import { SCREENS } from "./screens/mod.ts";
import { tabLine } from "./tabs.ts";
import { ends, fill, type Line, line, paint, span } from "./text/line.ts";
import { clean } from "./text/width.ts";

/** Ready rows: ANSI, `columns` cells each, `rows` of them. */
export function view(model: Model, charts: Charts | undefined): string[] {
  const { columns, rows } = model.size;
  const lines = fits(model.size) ? frame(model, charts) : tooSmall(model);
  return fill(lines, rows).map((l) => paint(l, columns, model.theme));
}

function tooSmall({ size }: Model): Line[] {
  return [
    line(`nvdeck needs ${MINIMUM.columns}x${MINIMUM.rows} cells;`),
    line(`this terminal has ${size.columns}x${size.rows}.`),
    line("Enlarge it, or press q to leave."),
  ];
}

function frame(model: Model, charts: Charts | undefined): Line[] {
  const width = model.size.columns;
  const scene: Scene = { model, width, height: bodyHeight(model.size), charts };
  return [
    header(model, width),
    tabLine(width, model.screen),
    ...fill(body(scene), scene.height),
    commandRow(scene),
    footer(contextsOf(model), model, width),
  ];
}

/** Row 0: which host, whose hands its memory is in, how much, and whether all is well. */
function header({ snapshot }: Model, width: number): Line {
  const { identity, dimms, regions } = snapshot;
  const total = shortSize(regions.reduce((sum, r) => sum + r.sizeBytes, 0));
  const roomy = width >= 100;
  const gap = roomy ? "   " : "  ";
  const left = line(
    span(" nvdeck", "accent"),
    span(`${gap}${clean(identity.name)}`, "strong"),
    span(`${gap}${roomy ? `${identity.management}-managed` : identity.management}`, "text"),
    span(`${gap}${plural(dimms.length, "DIMM")}${gap}${plural(regions.length, "region")}${gap}${total}`, "muted"),
  );
  const access = span(`${gap}${identity.access}`, identity.access === "ro" ? "warning" : "muted");
  return ends(left, [...health(snapshot), access, span(`${gap}#${identity.generation} `, "muted")], width);
}

function health({ findings }: HostSnapshot): Line {
  if (findings.length === 0) return line(span("● healthy", "ok"));
  const worst = findings.some((f) => f.severity === "danger") ? "danger" : "warning";
  return line(span(`${worst === "danger" ? "✗" : "▲"} ${plural(findings.length, "finding")}`, worst));
}

/** The screen, or what lies on it: body overlays take its place, bands and candidates cover some of its rows. */
function body(scene: Scene): Line[] {
  const overlays = scene.model.overlays;
  const base = overlays.findLastIndex((o) => lookOf(o).place === "body");
  const under = overlays[base];
  const rows = fill(under ? lookOf(under).rows(scene, under) : SCREENS[scene.model.screen].view(scene), scene.height);
  for (const overlay of overlays.slice(base + 1)) {
    const look = lookOf(overlay);
    const over = look.rows(scene, overlay).slice(0, scene.height);
    const at = look.place === "line" ? scene.height - over.length : Math.floor((scene.height - over.length) / 3);
    rows.splice(at, over.length, ...over);
  }
  return rows;
}

/** Row n-2: what was said last, else what is under way, else the command line that this view is. */
function commandRow(scene: Scene): Line {
  const { model } = scene;
  const { toast, task } = model;
  if (toast) {
    const sign = toast.tone === "ok" ? "✓" : toast.tone === "warning" ? "▲" : "✗";
    return line(span(` ${sign} `, toast.tone), span(clean(toast.text)));
  }
  const top = topOverlay(model);
  const typing = top && lookOf(top).line(scene, top);
  if (task?.progress && task.purpose !== "form") {
    const { what, done, total } = task.progress;
    const far = total > 0 ? `${Math.floor((done / total) * 100)} %` : "";
    return line(span(" … ", "accent"), span(`${clean(what)}  ${far}`), span("   esc stops it", "muted"));
  }
  return typing ?? line(span(" $ ", "muted"), span(clean(SCREENS[model.screen].line(model))));
}
