/** The steps of a command as a table: what it did to media, Xen, dom0 and domains, like ones folded into one row. */
import type { StepGroup } from "../../src/command/language/console_host.ts";
import { grouped, shortSize } from "../../src/base/units.ts";
import { type Model } from "../model.ts";
import { type Line } from "../text/line.ts";
import { type Column, tableLines } from "../widgets/table.ts";

const COLUMNS: readonly Column<StepGroup>[] = [
  { title: "STEP", priority: 4, min: 12, text: (s) => s.kind },
  { title: "WHAT", priority: 1, min: 26, grow: true, text: (s) => s.what },
  { title: "ON", priority: 2, min: 14, text: (s) => s.target },
  { title: "TIMES", align: "right", priority: 2, min: 5, text: (s) => grouped(s.count) },
  { title: "BYTES", align: "right", priority: 3, min: 9, text: (s) => (s.bytes > 0 ? shortSize(s.bytes) : "") },
];
export const stepTable = (groups: readonly StepGroup[], width: number, height: number, model: Model): Line[] =>
  tableLines({ columns: COLUMNS, rows: groups, top: 0, cursor: -1 }, width, height, model.theme);
