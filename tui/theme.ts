/**
 * Looks by meaning. A theme maps each role to an SGR parameter string, names a character set and a layout; no-colour,
 * high contrast, ASCII and the screen-reader layout are themes like any other. Nothing here decides by hue.
 */

/** What a piece of text means. */
export type Role =
  | "text"
  | "muted"
  | "strong"
  | "accent"
  | "rule"
  | "heading"
  | "key"
  | "ok"
  | "warning"
  | "danger"
  /** The row or cell under the cursor: reverse video, so that it needs no colour. */
  | "selected"
  | "tab"
  /** A choice that cannot be taken. */
  | "struck"
  /** What a rehearsal would add. */
  | "fresh";

/** `words`: our own signs as ASCII, other people's names as they are. */
export type Glyphs = "unicode" | "ascii" | "words";

export interface Theme {
  readonly name: ThemeName;
  /** SGR parameters, one sequence for each word: Ink knows how to end single ones only. */
  readonly style: Readonly<Record<Role, string>>;
  readonly glyphs: Glyphs;
  /** Whether charts may be drawn in the 256 colours they come in; else their text is shown. */
  readonly charts: boolean;
  /** `reader`: sentences instead of pictures, for screen readers. */
  readonly layout: "sighted" | "reader";
}

export const THEME_NAMES = ["dark", "light", "contrast", "plain", "ascii", "reader"] as const;
export type ThemeName = typeof THEME_NAMES[number];

/** No colour at all: bold, underline, reverse and strike carry what words and signs do not. */
const PLAIN: Theme["style"] = {
  text: "",
  muted: "",
  strong: "1",
  accent: "1",
  rule: "",
  heading: "1",
  key: "1",
  ok: "",
  warning: "1",
  danger: "1",
  selected: "7",
  tab: "1 7",
  struck: "9",
  fresh: "1",
};

const STYLES: Readonly<Record<"dark" | "light" | "contrast", Theme["style"]>> = {
  dark: {
    text: "",
    muted: "38;5;245",
    strong: "1",
    accent: "38;5;117",
    rule: "38;5;240",
    heading: "1",
    key: "38;5;117",
    ok: "38;5;114",
    warning: "38;5;221",
    danger: "1 38;5;210",
    selected: "7",
    tab: "1 7 38;5;117",
    struck: "9 38;5;245",
    fresh: "1 38;5;117",
  },
  light: {
    text: "",
    muted: "38;5;241",
    strong: "1",
    accent: "38;5;25",
    rule: "38;5;250",
    heading: "1",
    key: "38;5;25",
    ok: "38;5;28",
    warning: "38;5;130",
    danger: "1 38;5;160",
    selected: "7",
    tab: "1 7 38;5;25",
    struck: "9 38;5;241",
    fresh: "1 38;5;25",
  },
  contrast: {
    text: "97",
    muted: "97",
    strong: "1 97",
    accent: "1 96",
    rule: "97",
    heading: "1 97",
    key: "1 96",
    ok: "1 92",
    warning: "1 93",
    danger: "1 97 41",
    selected: "1 7 97",
    tab: "1 7 96",
    struck: "9 97",
    fresh: "1 96",
  },
};

const theme = (name: ThemeName, style: Theme["style"], glyphs: Glyphs, layout: Theme["layout"] = "sighted"): Theme => ({
  name,
  style,
  glyphs,
  layout,
  charts: name === "dark" || name === "light",
});

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  dark: theme("dark", STYLES.dark, "unicode"),
  light: theme("light", STYLES.light, "unicode"),
  contrast: theme("contrast", STYLES.contrast, "unicode"),
  plain: theme("plain", PLAIN, "unicode"),
  ascii: theme("ascii", PLAIN, "ascii"),
  reader: theme("reader", PLAIN, "words", "reader"),
};

export const themeAfter = (name: ThemeName): ThemeName =>
  THEME_NAMES[(THEME_NAMES.indexOf(name) + 1) % THEME_NAMES.length]!;

/** What the environment asks for. Names of variables as the terminal world knows them; `NVDECK_THEME` decides. */
export function themeFor(variable: (name: string) => string | undefined): Theme {
  const asked = variable("NVDECK_THEME");
  if (asked && Object.hasOwn(THEMES, asked)) return THEMES[asked as ThemeName];
  if (variable("INK_SCREEN_READER") === "true") return THEMES.reader;
  const locale = variable("LC_ALL") || variable("LC_CTYPE") || variable("LANG") || "";
  const term = variable("TERM") ?? "";
  if ((locale && !/utf-?8/i.test(locale)) || /^(dumb|vt\d+|linux-m.*)$/.test(term)) return THEMES.ascii;
  if (variable("NO_COLOR")) return THEMES.plain;
  return hasLightBackground(variable("COLORFGBG")) ? THEMES.light : THEMES.dark;
}

/** `COLORFGBG` is `foreground;background` as palette numbers: 7 and 15 are the whites. */
const hasLightBackground = (value: string | undefined): boolean => /;(7|15)$/.test(value ?? "");

/** One cell in, one cell out: what each character of ours becomes where only ASCII can be shown. */
const ASCII: Readonly<Record<string, string>> = {
  "─": "-",
  "│": "|",
  "┃": "|",
  "┬": "+",
  "┴": "+",
  "├": "+",
  "└": "`",
  "▸": ">",
  "▾": "v",
  "▲": "^",
  "▼": "v",
  "●": "*",
  "○": "o",
  "✓": "+",
  "✗": "x",
  "…": "~",
  "—": "-",
  "–": "-",
  "·": ".",
  "→": ">",
  "◂": "<",
  "×": "x",
  "█": "#",
  "▓": "%",
  "▒": "=",
  "░": ":",
  "▚": "&",
  "▁": "_",
  "↑": "^",
  "↓": "v",
};

/** Text as the character set can show it, cell for cell; other people's characters become question marks. */
export function asGlyphs(text: string, glyphs: Glyphs, width: (text: string) => number): string {
  if (glyphs === "unicode" || /^[\x20-\x7e]*$/.test(text)) return text;
  let out = "";
  for (const character of text) {
    const kept = character < "\x7f" || glyphs === "words";
    out += ASCII[character] ?? (kept ? character : "?".repeat(width(character)));
  }
  return out;
}
