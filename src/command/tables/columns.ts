/** Rows of cells as aligned text, two blanks between columns. */

/** `right`: columns whose numbers line up at the right. `empty` stands in cells that have nothing to say. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = [], empty = "—"): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, cell.length || 1));
  return rows.map((row) =>
    row.map((cell, i) => {
      const text = cell === "" ? empty : cell;
      return right.includes(i) ? text.padStart(widths[i]!) : text.padEnd(widths[i]!);
    }).join("  ").trimEnd()
  );
}
