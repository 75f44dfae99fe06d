/** Small texts that the trees of all tables share. */

/** `0x8008 (WB, NV)` is a value and what it means; quoted text is a value whatever it holds. */
export function valueAndMeaning(text: string): { value: string; meaning: string | undefined } {
  const [, value, meaning] = /^([^" ]+) \((.*)\)$/s.exec(text) ?? [];
  return value === undefined ? { value: text, meaning: undefined } : { value, meaning };
}

const PREVIEW_BYTES = 16;

/** The first bytes of a field that has no value of its own; the rest is for a hex dump. */
export function hexPreview(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  if (bytes.length > PREVIEW_BYTES && /^0*$/.test(hex)) return `${bytes.length} bytes of zero`;
  const shown = bytes.slice(0, PREVIEW_BYTES).join(" ");
  return bytes.length > PREVIEW_BYTES ? `${shown} … ${bytes.length} bytes` : shown;
}

/** Text from a medium, in quotes, with nothing in it that a terminal would act on. */
export const quotedText = (text: string): string => harmless(JSON.stringify(text));

/** Control characters, and those that turn the direction of writing, as escapes. */
export const harmless = (text: string): string =>
  // deno-lint-ignore no-control-regex -- those are what must not reach a terminal
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (c) =>
    `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
