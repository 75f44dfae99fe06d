/** The console's charts, drawn by blessed-contrib. One canvas per size is kept; data that has not changed is not redrawn. */
import { type CapacityBar, type Charts } from "../scene.ts";
import { type Line } from "../text/line.ts";
import { Canvas, load } from "./canvas.ts";

const GIB = 2 ** 30;
const SMALLEST = { width: 30, height: 9 };
/** Bars of one region, in the order of the parts: guests, Xen, dom0, not carved. Indices of the 256-colour palette. */
const COLOURS = [65, 67, 243, 238];

export function contribCharts(): Charts {
  load();
  let kept: { key: string; bars: readonly CapacityBar[]; rows: Line[] } | undefined;
  return {
    capacity(bars, width, height) {
      if (width < SMALLEST.width || height < SMALLEST.height || bars.length * 8 > width) return undefined;
      const key = `${width}x${height}`;
      if (kept?.key === key && kept.bars === bars) return kept.rows;
      kept = { key, bars, rows: stackedBars(bars, width, height) };
      return kept.rows;
    },
  };
}

function stackedBars(bars: readonly CapacityBar[], width: number, height: number): Line[] {
  using canvas = new Canvas(width, height);
  const barWidth = Math.max(6, Math.min(10, Math.floor(width / (bars.length + 1)) - 4));
  const chart = canvas.mount("stackedBar", {
    barWidth,
    barSpacing: barWidth + 4,
    xOffset: 1,
    maxValue: Math.max(...bars.map((b) => b.parts.reduce((sum, p) => sum + p.bytes, 0))) / GIB,
    barBgColor: COLOURS,
    showText: true,
    legend: { width: 16 },
  });
  chart.setData({
    barCategory: bars.map((b) => b.name),
    stackedCategory: (bars[0]?.parts ?? []).map((p) => p.what),
    data: bars.map((b) => b.parts.map((p) => Math.round(p.bytes / GIB))),
  });
  return canvas.frame();
}
