/** How the terminal is shared out. Pure functions of size; the same numbers serve drawing, motions and the mouse. */
import { type Size } from "./model.ts";

/** Below this the console says so instead of drawing half a screen. */
export const MINIMUM: Size = { columns: 72, rows: 20 };
export const fits = (size: Size): boolean => size.columns >= MINIMUM.columns && size.rows >= MINIMUM.rows;

/** Row 0: who and state; row 1: tabs; then the body; the last two: command line and keys. */
export const BODY_TOP = 2;
const CHROME_ROWS = 4;
export const bodyHeight = (size: Size): number => Math.max(0, size.rows - CHROME_ROWS);

/** A list above a pane about its selected row. */
export interface Stacked {
  readonly list: number;
  readonly pane: number;
}

/** Rule, titles and a blank row around a list's own rows. */
const LIST_EXTRA = 3;
/** A short list keeps this much, so that the pane does not jump with every row that comes or goes. */
const LIST_LEAST = 8;
const LIST_TIGHT = 5;

/**
 * The list gets what its rows need, the pane all the rest; where both cannot have that, the pane gets the `pane` rows it
 * wants and the list scrolls.
 */
export function stacked(height: number, pane: number, rows: number): Stacked {
  const most = Math.max(Math.min(LIST_TIGHT, height), height - pane);
  const list = Math.min(most, Math.max(LIST_LEAST, rows + LIST_EXTRA));
  return { list, pane: height - list };
}

/** Two panes side by side with one cell of rule between them; the left one gets `share` of the room. */
export function sideBySide(width: number, share: number): { readonly left: number; readonly right: number } {
  const left = Math.floor((width - 1) * share);
  return { left, right: width - 1 - left };
}
