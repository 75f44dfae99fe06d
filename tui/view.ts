/** The whole frame from the model: exactly as many rows as the terminal has, each exactly as wide. */
import type { HostSnapshot } from "../src/command/language/console_host.ts";
import { shortSize } from "../src/base/units.ts";
import { footer } from "./keys.ts";
import { bodyHeight, fits, MINIMUM } from "./layout.ts";
import { type Model, type Task, topOverlay } from "./model.ts";
import { contextsOf, lookOf } from "./overlays/mod.ts";
import { type Charts, type Scene } from "./scene.ts";
import { plural } from "./screens/parts.ts";
import { SCREENS } from "./screens/mod.ts";
import { tabLine } from "./tabs.ts";
import { ends, fill, type Line, line, lineWidth, paint, type Span, span } from "./text/line.ts";
import { clean, cut, pieces, wrapped } from "./text/width.ts";

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
  const command = commandRows(scene);
  // A long word of the console takes rows from the end of the screen rather than being cut.
  const seen = fill(body(scene), scene.height).slice(0, scene.height + 1 - command.length);
  return [
    header(model, width),
    tabLine(width, model.screen),
    ...seen,
    ...command,
    footer(contextsOf(model), model, width),
  ];
}

/** Row 0: which host, whose hands its memory is in, how much, and whether all is well. */
function header({ snapshot }: Model, width: number): Line {
  const { identity, dimms, regions } = snapshot;
  const total = shortSize(regions.reduce((sum, r) => sum + r.sizeBytes, 0));
  const roomy = width >= 100;
  const gap = roomy ? "   " : "  ";
  const access = span(`${gap}${identity.access}`, identity.access === "ro" ? "warning" : "muted");
  const right = [...health(snapshot), access, span(`${gap}#${identity.generation} `, "muted")];
  const left = [
    span(" nvdeck", "accent"),
    span(`${gap}${clean(identity.name)}`, "strong"),
    span(`${gap}${roomy ? `${identity.management}-managed` : identity.management}`, "text"),
  ];
  // What does not fit whole is left out, the capacity last.
  const facts = [plural(dimms.length, "DIMM"), plural(regions.length, "region"), total].map((t) => `${gap}${t}`);
  const room = width - lineWidth(left) - lineWidth(right) - 1;
  while (facts.join("").length > room) facts.shift();
  return ends([...left, span(facts.join(""), "muted")], right, width);
}

function health({ identity, findings }: HostSnapshot): Line {
  if (identity.power === "off") return line(span("○ off", "warning"));
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

/** What was said last, else what is under way, else the command line that this view is: row n-2, and rows above it. */
function commandRows(scene: Scene): Line[] {
  const { model, width } = scene;
  const { toast, task } = model;
  if (toast) {
    const sign = toast.tone === "ok" ? "✓" : toast.tone === "warning" ? "▲" : "✗";
    return rowsWith(span(` ${sign} `, toast.tone), wrapped(clean(toast.text), width - SIGN_WIDTH - 1));
  }
  if (task && task.purpose !== "form") return [taskRow(task, width)];
  const top = topOverlay(model);
  const row = top && lookOf(top).line(scene, top);
  if (row?.kind === "input") return [row.row];
  const command = row?.text ?? SCREENS[model.screen].line(model);
  return rowsWith(span(" $ ", "muted"), pieces(clean(command), width - SIGN_WIDTH - 1));
}

/** What is under way, how far it is, and how to stop it. */
function taskRow({ purpose, lines, progress }: Task, width: number): Line {
  const doing = `${purpose === "run" ? "carrying out" : "rehearsing"} ${lines.join("; ")}`;
  const far = progress && progress.total > 0 ? `  ${Math.floor((progress.done / progress.total) * 100)} %` : "";
  const stop = "   esc stops it";
  const what = cut(clean(progress?.what ?? doing), width - SIGN_WIDTH - far.length - stop.length - 1);
  return line(span(" … ", "accent"), span(what + far), span(stop, "muted"));
}

/** More than this would be a page, not a row. */
const MOST_COMMAND_ROWS = 4;

function rowsWith(sign: Span, rows: readonly string[]): Line[] {
  const shown = rows.length > MOST_COMMAND_ROWS
    ? [...rows.slice(0, MOST_COMMAND_ROWS - 1), `${rows[MOST_COMMAND_ROWS - 1]} …`]
    : rows;
  return shown.map((row, i) => [i === 0 ? sign : span(" ".repeat(SIGN_WIDTH)), span(row)]);
}
const SIGN_WIDTH = 3;
