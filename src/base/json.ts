/**
 * JSON with exact 64-bit integers, printed the way json-c's "pretty" style prints it (what ndctl and xl use):
 * two-space indent, `"key":value` without a space, empty containers as `[]` and `{}` over two lines where json-c does so.
 */

/** A number that json-c prints as a double, with a decimal point whatever its value: `23.0`. */
export class JsonDouble {
  constructor(readonly value: number) {}
}

export type Json =
  | null
  | boolean
  | number
  | bigint
  | JsonDouble
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

/** One line, no spaces. */
export function compactJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(compactJson).join(",")}]`;
  if (isObject(value)) {
    return `{${entries(value).map(([key, v]) => `${JSON.stringify(key)}:${compactJson(v)}`).join(",")}}`;
  }
  return scalar(value);
}

/** json-c's JSON_C_TO_STRING_PRETTY. */
export function prettyJson(value: Json, indent = ""): string {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return `[\n${indent}]`;
    return `[\n${value.map((v) => inner + prettyJson(v, inner)).join(",\n")}\n${indent}]`;
  }
  if (isObject(value)) {
    const rows = entries(value).map(([key, v]) => `${inner}${jsonString(key)}:${prettyJson(v, inner)}`);
    return rows.length === 0 ? `{\n${indent}}` : `{\n${rows.join(",\n")}\n${indent}}`;
  }
  return scalar(value);
}

/** Parses JSON; integers beyond 2^53 become bigint instead of losing digits. Throws SyntaxError as JSON.parse does. */
export function parseJson(text: string): Json {
  type Source = { source?: string };
  return JSON.parse(text, (_key: string, value: unknown, context?: Source) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined || !/^-?[0-9]+$/.test(source)) return value;
    return Number.isSafeInteger(value) ? value : BigInt(source);
  });
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof JsonDouble);

/** Keys in insertion order, those without a value left out. */
const entries = (value: { readonly [key: string]: Json }): [string, Json][] =>
  Object.entries(value).filter(([, v]) => v !== undefined);

/** json-c escapes `/` as `\/` by default, which JSON.stringify does not. */
const jsonString = (text: string): string => JSON.stringify(text).replaceAll("/", "\\/");

function scalar(value: Json): string {
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof JsonDouble) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
  return JSON.stringify(value);
}
