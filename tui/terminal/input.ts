/**
 * From the terminal's bytes to keys, pasted text and mouse reports. Pure. Ink's own key parser cannot tell function keys
 * apart, drops mouse reports and joins keys that arrive together, hence one parser here for all of it: keys and mouse stay in
 * order, a burst is split into single keys, and a sequence cut between two reads waits for its rest.
 */

export type Input =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "paste"; readonly text: string }
  | {
    readonly kind: "mouse";
    readonly what: "press" | "wheel-up" | "wheel-down";
    readonly x: number;
    readonly y: number;
  };

export interface Parsed {
  readonly inputs: readonly Input[];
  /** The unfinished tail; put it before the next chunk. */
  readonly rest: string;
}

const ESC = "\x1b";
const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";
/** No sequence is longer; what is, was none. */
const LONGEST = 32;

/** Final letters of CSI and SS3 sequences (xterm's `ctlseqs`, PC-style function keys). */
const LETTERS: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  C: "right",
  D: "left",
  H: "home",
  F: "end",
  P: "f1",
  Q: "f2",
  R: "f3",
  S: "f4",
  Z: "shift+tab",
};
/** Numbers before `~` (VT220 and xterm; rxvt's 7 and 8). */
const NUMBERS: Readonly<Record<string, string>> = {
  1: "home",
  2: "insert",
  3: "delete",
  4: "end",
  5: "pageup",
  6: "pagedown",
  7: "home",
  8: "end",
  11: "f1",
  12: "f2",
  13: "f3",
  14: "f4",
  15: "f5",
  17: "f6",
  18: "f7",
  19: "f8",
  20: "f9",
  21: "f10",
  23: "f11",
  24: "f12",
};
const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\b": "backspace",
  "\x7f": "backspace",
  "\x1b": "escape",
  "\0": "ctrl+space",
};

/** All that is complete in `text`. */
export function parseInput(text: string): Parsed {
  const inputs: Input[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] !== ESC) {
      const character = String.fromCodePoint(text.codePointAt(at)!);
      inputs.push({ kind: "key", key: plainKey(character) });
      at += character.length;
      continue;
    }
    const taken = escape(text, at, inputs);
    if (taken === undefined) return { inputs, rest: text.slice(at) };
    at += taken;
  }
  return { inputs, rest: "" };
}

/** What an unfinished tail means when nothing followed in time: an escape key, then the rest as typed. */
export function flushed(rest: string): readonly Input[] {
  if (rest === "" || rest.startsWith(PASTE_START)) return [];
  return [{ kind: "key", key: "escape" }, ...parseInput(rest.slice(1)).inputs];
}

export const isPasting = (rest: string): boolean => rest.startsWith(PASTE_START);

function plainKey(character: string): string {
  const named = CONTROLS[character];
  if (named) return named;
  return character < " " ? `ctrl+${String.fromCharCode(character.charCodeAt(0) + 96)}` : character;
}

/** Reads one escape sequence at `at`. The length taken, or undefined where its end has not come yet. */
function escape(text: string, at: number, inputs: Input[]): number | undefined {
  const next = text[at + 1];
  if (next === undefined) return undefined;
  if (next === "[") return csi(text, at, inputs);
  if (next === "O") return ss3(text, at, inputs);
  if (next === ESC) {
    inputs.push({ kind: "key", key: "escape" });
    return 1;
  }
  const character = String.fromCodePoint(text.codePointAt(at + 1)!);
  inputs.push({ kind: "key", key: `alt+${plainKey(character)}` });
  return 1 + character.length;
}

function ss3(text: string, at: number, inputs: Input[]): number | undefined {
  const letter = text[at + 2];
  if (letter === undefined) return undefined;
  const key = LETTERS[letter] ?? (letter === "M" ? "enter" : undefined);
  if (key) inputs.push({ kind: "key", key });
  return 3;
}

function csi(text: string, at: number, inputs: Input[]): number | undefined {
  if (text.startsWith(PASTE_START, at)) return paste(text, at, inputs);
  if (text.startsWith(`${ESC}[M`, at)) return text.length < at + 6 ? undefined : 6; // X10 mouse: three raw bytes
  // deno-lint-ignore no-control-regex
  const found = /^\x1b\[([<?>=]?)([0-9;:]*)[ -/]*([@-~])/.exec(text.slice(at, at + LONGEST));
  if (!found) return text.length - at < LONGEST ? undefined : 2;
  const [whole, prefix, parameters, final] = found as unknown as [string, string, string, string];
  if (prefix === "<") mouse(parameters, final, inputs);
  else if (prefix === "") key(parameters, final, inputs);
  return whole.length;
}

function paste(text: string, at: number, inputs: Input[]): number | undefined {
  const end = text.indexOf(PASTE_END, at);
  if (end < 0) return undefined;
  inputs.push({ kind: "paste", text: text.slice(at + PASTE_START.length, end) });
  return end + PASTE_END.length - at;
}

function key(parameters: string, final: string, inputs: Input[]): void {
  const [first = "", second = "1"] = parameters.split(";");
  const name = final === "~" ? NUMBERS[first] : LETTERS[final];
  if (name) inputs.push({ kind: "key", key: withModifiers(name, Number(second) - 1) });
}

/** xterm's modifier bits: 1 shift, 2 alt, 4 control. */
function withModifiers(name: string, bits: number): string {
  if (!(bits > 0)) return name;
  return `${bits & 4 ? "ctrl+" : ""}${bits & 2 ? "alt+" : ""}${bits & 1 ? "shift+" : ""}${name}`;
}

/** SGR mouse report: button;column;row, `M` pressed, `m` released. 64 and 65 are the wheel. */
function mouse(parameters: string, final: string, inputs: Input[]): void {
  const [button = -1, x = 0, y = 0] = parameters.split(";").map(Number);
  const what = button === 64
    ? "wheel-up"
    : button === 65
    ? "wheel-down"
    : button === 0 && final === "M"
    ? "press"
    : undefined;
  if (what) inputs.push({ kind: "mouse", what, x: x - 1, y: y - 1 });
}
