/** Row 1: the screens and their keys. The same placing serves drawing and the mouse. */
import { SCREEN_NAMES, type ScreenName } from "./model.ts";
import { SCREENS } from "./screens/mod.ts";
import { type Line, span } from "./text/line.ts";
import { cellWidth } from "./text/width.ts";

export interface Tab {
  readonly screen: ScreenName;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Gaps of two where they fit, else of one; where even that is too wide, only numbers but for the current screen. */
export function placeTabs(columns: number, current: ScreenName): readonly Tab[] {
  for (const [gap, whole] of [[2, true], [1, true], [1, false]] as const) {
    const tabs: Tab[] = [];
    let at = 1;
    SCREEN_NAMES.forEach((screen, i) => {
      const text = whole || screen === current ? `${i + 1} ${SCREENS[screen].title}` : String(i + 1);
      tabs.push({ screen, text, start: at, end: at + cellWidth(text) });
      at += cellWidth(text) + gap;
    });
    if (tabs.at(-1)!.end <= columns) return tabs;
  }
  return [];
}

export function tabLine(columns: number, current: ScreenName): Line {
  let at = 0;
  return placeTabs(columns, current).flatMap((tab) => {
    const lead = " ".repeat(tab.start - at);
    at = tab.end;
    return [span(lead), span(tab.text, tab.screen === current ? "tab" : "muted")];
  });
}

export const tabAt = (columns: number, current: ScreenName, x: number): ScreenName | undefined =>
  placeTabs(columns, current).find((tab) => x >= tab.start && x < tab.end)?.screen;
