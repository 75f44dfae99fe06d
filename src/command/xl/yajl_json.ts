/** JSON as libxl prints it: yajl's beautified style, four spaces, one item a line, an empty line inside what is empty. */
import { type Json } from "../../base/json.ts";

const STEP = "    ";

/** Ends with a newline, as yajl does at the outermost level. */
export const yajlJson = (value: Json): string => `${written(value, "")}\n`;

function written(value: Json, indent: string): string {
  if (typeof value !== "object" || value === null) {
    return typeof value === "bigint" ? `${value}` : JSON.stringify(value);
  }
  const inner = indent + STEP;
  const items = Array.isArray(value)
    ? value.map((item: Json) => inner + written(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${written(item as Json, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${items.join(",\n")}\n${indent}${close}`;
}
