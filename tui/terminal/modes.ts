/** The terminal modes that the console turns on, and the one string that undoes all of them. */

export const MOUSE_ON = "\x1b[?1000h\x1b[?1006h";
export const PASTE_ON = "\x1b[?2004h";

/** Safe to write at any time, also twice, also where a mode was never on: mouse and paste off, cursor shown, styles reset. */
export const MODES_OFF = "\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?25h\x1b[0m";
/** Back to the normal screen: also ends a synchronised update that an error cut short (DEC 2026). */
export const LEAVE_SCREEN = "\x1b[?2026l\x1b[?1049l";

/** OSC 52: the terminal's clipboard; works through ssh, and is ignored where it is not known. */
export const clipboard = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  return `\x1b]52;c;${btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""))}\x07`;
};
