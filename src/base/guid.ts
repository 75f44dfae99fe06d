/**
 * The two byte orders of a 128-bit identifier. ACPI and UEFI store the first three groups little-endian (a GUID);
 * Linux labels and info blocks store all of them in order (an RFC 4122 UUID). Text is always lower case.
 */

const RFC_ORDER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Two hex digits of every byte: identifiers are read by the hundred thousand. */
const PAIR = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

export const isUuid = (text: string): boolean => TEXT.test(text);

/** 16 bytes in RFC 4122 order as text. */
export const uuidText = (bytes: Uint8Array): string => inOrder(bytes, RFC_ORDER);

/** Text as 16 bytes in RFC 4122 order. Throws on malformed text: callers check input with `isUuid` first. */
export const uuidBytes = (text: string): Uint8Array => ordered(text, RFC_ORDER);

/** 16 bytes in ACPI's mixed order as text, and back. */
export const guidText = (bytes: Uint8Array): string => inOrder(bytes, GUID_ORDER);
export const guidBytes = (text: string): Uint8Array => ordered(text, GUID_ORDER);

function ordered(text: string, order: readonly number[]): Uint8Array {
  if (!isUuid(text)) throw new Error(`not a UUID: ${text}`);
  const bytes = new Uint8Array(16);
  for (let i = 0, at = 0; i < 16; i++, at += 2) {
    if (text[at] === "-") at++;
    bytes[order[i]!] = (nibble(text.charCodeAt(at)) << 4) | nibble(text.charCodeAt(at + 1));
  }
  return bytes;
}

/** The value of a hex digit: `9` is 0x39, `a` 0x61, `A` 0x41. */
const nibble = (code: number): number => (code & 0x0f) + (code > 0x39 ? 9 : 0);

function inOrder(bytes: Uint8Array, order: readonly number[]): string {
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
    text += PAIR[bytes[order[i]!]!];
  }
  return text;
}
