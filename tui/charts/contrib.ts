/** The console's charts, drawn by blessed-contrib. One canvas per size is kept; data that has not changed is not redrawn. */
import { type CapacityBar, type CapacityPart, type Charts, type Place, type Unit } from "../scene.ts";
import { beside, type Line, line, type Span } from "../text/line.ts";
import { shares } from "../widgets/bar.ts";
import { Canvas, load } from "./canvas.ts";

const LEAST_ROWS = 9;
const BAR_GAP = 4;
const OFFSET = 1;
const BAR_LEAST = 5;
const BAR_MOST = 14;
/** contrib leaves the last two columns of its canvas empty; then the legend stands there. */
const CANVAS_EDGE = 2;
const LEGEND_WIDTH = CANVAS_EDGE + 16;
const barWidthFor = (count: number, width: number): number =>
  Math.min(BAR_MOST, Math.floor((width - OFFSET - LEGEND_WIDTH) / Math.max(1, count)) - BAR_GAP);

type Colours = Readonly<Record<CapacityPart["role"], number>>;
/** By number of the 256-colour palette: the greener and bluer ones are those of the theme, toned down to be written on. */
const DARK: Colours = { ok: 65, accent: 67, text: 246, muted: 241, rule: 236 };
const LIGHT: Colours = { ok: 114, accent: 110, text: 246, muted: 250, rule: 254 };
/** Written on the bars and below them. */
const INK = { dark: 252, light: 236 };

export function contribCharts(): Charts {
  load();
  let kept: { key: string; bars: readonly CapacityBar[]; rows: Line[] } | undefined;
  return {
    capacity(bars, unit, place) {
      if (place.height < LEAST_ROWS || barWidthFor(bars.length, place.width) < BAR_LEAST) return undefined;
      const key = `${place.width}x${place.height} ${place.light} ${unit.name}`;
      if (kept?.key === key && kept.bars === bars) return kept.rows;
      kept = { key, bars, rows: stackedBars(bars, unit, place) };
      return kept.rows;
    },
  };
}

function stackedBars(bars: readonly CapacityBar[], unit: Unit, { width, height, light }: Place): Line[] {
  const parts = bars[0]?.parts ?? [];
  const [colours, ink] = light ? [LIGHT, INK.light] : [DARK, INK.dark];
  const barWidth = barWidthFor(bars.length, width);
  const chartWidth = OFFSET + bars.length * (barWidth + BAR_GAP) + CANVAS_EDGE;
  const largest = Math.max(1, ...bars.map(whole));
  const rows = height - HEAD_AND_FOOT;
  using canvas = new Canvas(chartWidth, height);
  const chart = canvas.mount("stackedBar", {
    barWidth,
    barSpacing: barWidth + BAR_GAP,
    xOffset: OFFSET,
    maxValue: rows,
    barBgColor: parts.map(({ role }) => colours[role]),
    barFgColor: ink,
    labelColor: ink,
    showText: true,
    showLegend: false,
  });
  chart.setData({
    barCategory: bars.map((b) => b.name),
    stackedCategory: parts.map((p) => p.what),
    data: bars.map((b) => amounts(b, Math.round(whole(b) * rows / largest), unit)),
  });
  return beside(canvas.frame(), legend(parts, colours), chartWidth, [], height).map((row) => padded(row, width));
}

/** contrib keeps two rows above the bars and one below them. */
const HEAD_AND_FOOT = 3;

const whole = ({ parts }: CapacityBar): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * A number of rows to contrib's arithmetic, and the size to its label: so that the rows of a bar add up (contrib rounds
 * each part by itself) and what is there at all has a row.
 */
const amounts = (bar: CapacityBar, rows: number, unit: Unit): readonly object[] => {
  const there = bar.parts.map(({ bytes }) => bytes > 0 ? 1 : 0);
  const spare = shares(bar.parts.map(({ bytes }) => bytes), Math.max(0, rows - there.filter((n) => n > 0).length), 0);
  return bar.parts.map(({ bytes }, i) => ({
    valueOf: () => there[i]! + spare[i]!,
    toString: () => String(Math.round(bytes / unit.bytes)),
  }));
};

/** Level with the tops of the bars. */
const LEGEND_TOP = 2;

/** What each colour means, the topmost part first. */
const legend = (parts: CapacityBar["parts"], colours: Colours): Line[] => [
  ...Array.from({ length: LEGEND_TOP }, () => line()),
  ...parts.map(({ what, role }) => line(patch(colours[role]), ` ${what}`)).reverse(),
];

const patch = (colour: number): Span => ({ text: `\x1b[38;5;${colour}m██\x1b[0m`, ready: 2 });

const widthOf = (row: Line): number => row.reduce((sum, s) => sum + (s.ready ?? s.text.length), 0);
const padded = (row: Line, width: number): Line => [...row, { text: " ".repeat(Math.max(0, width - widthOf(row))) }];
