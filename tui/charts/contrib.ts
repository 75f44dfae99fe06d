/** The console's charts, drawn by blessed-contrib. One canvas per size is kept; data that has not changed is not redrawn. */
import { type CapacityBar, type Charts } from "../scene.ts";
import { type Line } from "../text/line.ts";
import { Canvas, load } from "./canvas.ts";

const GIB = 2 ** 30;
const LEAST_ROWS = 9;
const BAR_GAP = 4;
const LEGEND_WIDTH = 16;
const OFFSET = 1;
const BAR_LEAST = 5;
const BAR_MOST = 10;
/** contrib puts the legend behind the last bar's gap; what is left is shared among the bars. */
const barWidthFor = (count: number, width: number): number =>
  Math.min(BAR_MOST, Math.floor((width - OFFSET - LEGEND_WIDTH) / Math.max(1, count)) - BAR_GAP);

/** Bars of one region, in the order of the parts: guests, Xen, dom0, not carved. Indices of the 256-colour palette. */
const COLOURS = [65, 67, 243, 238];

export function contribCharts(): Charts {
  load();
  let kept: { key: string; bars: readonly CapacityBar[]; rows: Line[] } | undefined;
  return {
    capacity(bars, width, height) {
      if (height < LEAST_ROWS || barWidthFor(bars.length, width) < BAR_LEAST) return undefined;
      const key = `${width}x${height}`;
      if (kept?.key === key && kept.bars === bars) return kept.rows;
      kept = { key, bars, rows: stackedBars(bars, width, height) };
      return kept.rows;
    },
  };
}

function stackedBars(bars: readonly CapacityBar[], width: number, height: number): Line[] {
  using canvas = new Canvas(width, height);
  const barWidth = barWidthFor(bars.length, width);
  const chart = canvas.mount("stackedBar", {
    barWidth,
    barSpacing: barWidth + BAR_GAP,
    xOffset: OFFSET,
    maxValue: Math.max(...bars.map((b) => b.parts.reduce((sum, p) => sum + p.bytes, 0))) / GIB,
    barBgColor: COLOURS,
    showText: true,
    legend: { width: LEGEND_WIDTH },
  });
  chart.setData({
    barCategory: bars.map((b) => b.name),
    stackedCategory: (bars[0]?.parts ?? []).map((p) => p.what),
    data: bars.map((b) => b.parts.map((p) => Math.round(p.bytes / GIB))),
  });
  return canvas.frame();
}
