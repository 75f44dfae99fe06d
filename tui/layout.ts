/** How the terminal is shared out. Pure functions of size; the same numbers serve drawing, motions and the mouse. */
import { type Size } from "./model.ts";

/** Below this the console says so instead of drawing half a screen. */
export const MINIMUM: Size = { columns: 72, rows: 20 };
export const fits = (size: Size): boolean => size.columns >= MINIMUM.columns && size.rows >= MINIMUM.rows;

/** Row 0: who and state; row 1: tabs; then the body; the last two: command line and keys. */
export const BODY_TOP = 2;
const CHROME_ROWS = 4;
export const bodyHeight = (size: Size): number => Math.max(0, size.rows - CHROME_ROWS);

/** A list above a pane about its selected row. `pane` rows are wanted below; the list keeps at least `least`. */
export interface Stacked {
  readonly list: number;
  readonly pane: number;
}
export function stacked(height: number, pane: number, least = 5): Stacked {
  const below = Math.max(0, Math.min(pane, height - least));
  return { list: height - below, pane: below };
}

/** Two panes side by side with one cell of rule between them; the left one gets `share` of the room. */
export function sideBySide(width: number, share: number): { readonly left: number; readonly right: number } {
  const left = Math.floor((width - 1) * share);
  return { left, right: width - 1 - left };
}
