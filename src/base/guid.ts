/**
 * The two byte orders of a 128-bit identifier. ACPI and UEFI store the first three groups little-endian (a GUID);
 * Linux labels and info blocks store all of them in order (an RFC 4122 UUID). Text is always lower case.
 */

import { viewOf } from "./bytes.ts";

const RFC_ORDER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
const TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Two hex digits of every byte: identifiers are read by the hundred thousand. */
const PAIR = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export const NIL_UUID = "00000000-0000-0000-0000-000000000000";

export const isUuid = (text: string): boolean => TEXT.test(text);

/** 16 bytes in RFC 4122 order as text, and back. Malformed text throws: callers check input with `isUuid` first. */
export const uuidText = (bytes: Uint8Array): string => inOrder(viewOf(bytes), 0, RFC_ORDER);
export const uuidBytes = (text: string): Uint8Array => ordered(text, RFC_ORDER);

/** 16 bytes in ACPI's mixed order as text, and back. */
export const guidText = (bytes: Uint8Array): string => inOrder(viewOf(bytes), 0, GUID_ORDER);
export const guidBytes = (text: string): Uint8Array => ordered(text, GUID_ORDER);

/** The same in place, 16 bytes at `at`. */
export const uuidAt = (view: DataView, at: number): string => inOrder(view, at, RFC_ORDER);
export const guidAt = (view: DataView, at: number): string => inOrder(view, at, GUID_ORDER);
export const putUuid = (view: DataView, at: number, text: string): void => putInOrder(view, at, text, RFC_ORDER);
export const putGuid = (view: DataView, at: number, text: string): void => putInOrder(view, at, text, GUID_ORDER);

function ordered(text: string, order: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16);
  putInOrder(viewOf(bytes), 0, text, order);
  return bytes;
}

/** Checked while it is read: the pattern alone would cost as much again. */
function putInOrder(view: DataView, at: number, text: string, order: readonly number[]): void {
  let sound = text.length === 36;
  for (let i = 0, from = 0; i < 16 && sound; i++, from += 2) {
    if (GROUP_ENDS[i]) sound = text.charCodeAt(from++) === DASH;
    const high = nibble(text.charCodeAt(from));
    const low = nibble(text.charCodeAt(from + 1));
    sound &&= high >= 0 && low >= 0;
    view.setUint8(at + order[i]!, (high << 4) | low);
  }
  if (!sound) throw new Error(`not a UUID: ${text}`);
}

const DASH = 0x2d;
/** Bytes that a dash stands before. */
const GROUP_ENDS = Array.from({ length: 16 }, (_, i) => i === 4 || i === 6 || i === 8 || i === 10);

/** The value of a hex digit, -1 of anything else. */
function nibble(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = (code | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : -1;
}

function inOrder(view: DataView, at: number, order: readonly number[]): string {
  let text = "";
  for (let i = 0; i < 16; i++) {
    if (GROUP_ENDS[i]) text += "-";
    text += PAIR[view.getUint8(at + order[i]!)];
  }
  return text;
}
