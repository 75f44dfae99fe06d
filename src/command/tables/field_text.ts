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
  const shown = bytes.slice(0, PREVIEW_BYTES).join(" ");
  return bytes.length > PREVIEW_BYTES ? `${shown} … ${bytes.length} bytes` : shown;
}
