/** Sections one below the other, each under a rule: what matters most gets its rows first, what is left shares the rest. */
import { type Theme } from "../theme.ts";
import { EMPTY, fill, type Line } from "../text/line.ts";
import { rule } from "./rule.ts";

export interface Section {
  /** Title and facts of the rule; a section without a rule of its own (the first under a pane's) has none. */
  readonly title: readonly string[];
  /** Rows it would like, and below how many it says nothing worth its rule. */
  readonly wants: number;
  readonly least: number;
  /** Exactly so many rows, or fewer. */
  readonly rows: (count: number) => readonly Line[];
}

/** A blank row and the rule. */
const HEAD_ROWS = 2;
const headOf = ({ title }: Section): number => (title.length > 0 ? HEAD_ROWS : 0);

/** `ranked`: the sections by importance, where that is not their order. Exactly `height` rows. */
export function stack(
  sections: readonly Section[],
  width: number,
  height: number,
  theme: Theme,
  ranked: readonly Section[] = sections,
): Line[] {
  const given = new Map<Section, number>();
  let left = height;
  for (const section of ranked) {
    const least = Math.min(section.least, section.wants);
    if (section.wants === 0 || left < headOf(section) + least) continue;
    given.set(section, least);
    left -= headOf(section) + least;
  }
  for (const section of ranked) {
    const rows = given.get(section);
    if (rows === undefined) continue;
    const more = Math.min(left, section.wants - rows);
    given.set(section, rows + more);
    left -= more;
  }
  return fill(
    sections.flatMap((section): readonly Line[] => {
      const count = given.get(section);
      if (count === undefined) return [];
      const rows = fill(section.rows(count), count);
      return section.title.length === 0 ? rows : [EMPTY, rule(section.title, width, theme), ...rows];
    }),
    height,
  );
}
