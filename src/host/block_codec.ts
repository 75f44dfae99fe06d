/**
 * Blocks as bytes for the store. A byte block is stored as it is; any other value as JSON in which bigint and bytes,
 * which JSON lacks, are tagged one-key objects (`{"$n":"…"}`, `{"$b":"base64"}`).
 */
import { textOf, utf8 } from "../base/bytes.ts";

const BYTES = 0;
const VALUE = 1;

export function encodeBlock(block: unknown): Uint8Array {
  const raw = block instanceof Uint8Array;
  const body = raw ? block : utf8(JSON.stringify(block, tag));
  const out = new Uint8Array(body.length + 1);
  out[0] = raw ? BYTES : VALUE;
  out.set(body, 1);
  return out;
}

/** Throws SyntaxError on bytes that `encodeBlock` never made; the store reports that as a damaged file. */
export function decodeBlock(bytes: Uint8Array): unknown {
  const body = bytes.subarray(1);
  return bytes[0] === BYTES ? body.slice() : JSON.parse(textOf(body), untag);
}

function tag(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return { $n: value.toString() };
  if (value instanceof Uint8Array) return { $b: base64(value) };
  return value;
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const tagged = value as { $n?: unknown; $b?: unknown };
  if (typeof tagged.$n === "string") return BigInt(tagged.$n);
  if (typeof tagged.$b === "string") return fromBase64(tagged.$b);
  return value;
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
