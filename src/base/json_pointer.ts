/** RFC 6901: one value inside a JSON document. */
import { type Json } from "./json.ts";

/** The value at `/a/0/b`, or undefined where there is none; "" is the whole document. */
export function atPointer(document: Json, pointer: string): Json | undefined {
  if (pointer === "") return document;
  if (!pointer.startsWith("/")) return undefined;
  let value: Json | undefined = document;
  for (const part of pointer.slice(1).split("/")) {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(value)) {
      value = /^(0|[1-9][0-9]*)$/.test(key) ? (value as readonly Json[])[Number(key)] : undefined;
    } else if (typeof value === "object" && value !== null && Object.hasOwn(value, key)) {
      value = (value as { readonly [key: string]: Json })[key];
    } else return undefined;
  }
  return value;
}
