/** Movement in lists and trees: which row the cursor is on, and which rows are in sight. Only those are ever made. */
import { type ListState } from "../model.ts";

export interface ListShape {
  /** Identities in the order shown. */
  readonly ids: readonly string[];
  /** Rows in sight. */
  readonly height: number;
  /** Row of the screen's body where the first one stands (for the mouse). */
  readonly firstRow: number;
  /** Rows that one of them takes; one unless said. */
  readonly rowsEach?: number;
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Where the cursor is: on its object, or where that object was before it went away. -1 in an empty list. */
export function cursorIndex(list: ListState, ids: readonly string[]): number {
  if (ids.length === 0) return -1;
  if (list.selected !== undefined) {
    if (ids[list.index] === list.selected) return list.index;
    const found = ids.indexOf(list.selected);
    if (found >= 0) return found;
  }
  return clamp(list.index, 0, ids.length - 1);
}

export const selectedId = (list: ListState, ids: readonly string[]): string | undefined => ids[cursorIndex(list, ids)];

/** The first row in sight: as before where the cursor is still seen, moved just enough where not. */
export function topRow(list: ListState, count: number, height: number, cursor: number): number {
  const last = Math.max(0, count - height);
  return clamp(clamp(list.top, cursor - height + 1, Math.max(0, cursor)), 0, last);
}

/** The list with its cursor on row `index` (clamped). */
export function movedTo(list: ListState, shape: ListShape, index: number): ListState {
  if (shape.ids.length === 0) return { ...list, index: 0, top: 0 };
  const to = clamp(index, 0, shape.ids.length - 1);
  const top = topRow(list, shape.ids.length, shape.height, to);
  return { ...list, selected: shape.ids[to], index: to, top };
}

export type Motion = "up" | "down" | "page-up" | "page-down" | "first" | "last";

export function moved(list: ListState, shape: ListShape, motion: Motion, by = 1): ListState {
  const at = cursorIndex(list, shape.ids);
  const page = Math.max(1, shape.height - 1);
  switch (motion) {
    case "up":
      return movedTo(list, shape, at - by);
    case "down":
      return movedTo(list, shape, at + by);
    case "page-up":
      return movedTo(list, shape, at - page);
    case "page-down":
      return movedTo(list, shape, at + page);
    case "first":
      return movedTo(list, shape, 0);
    case "last":
      return movedTo(list, shape, shape.ids.length - 1);
  }
}
