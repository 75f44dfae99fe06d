/** Name strings: prefixes, one to 255 segments of four letters (ACPI 6.5 §20.2.2), and how names are searched (§5.3). */
import { type AmlName } from "./term.ts";

export const ROOT = 0x5c;
export const PARENT = 0x5e;
const DUAL = 0x2e;
const MULTI = 0x2f;
const NULL_NAME = 0x00;
const SEGMENT = 4;

export const isLeadCharacter = (byte: number): boolean => byte === 0x5f || (byte >= 0x41 && byte <= 0x5a);
const isNameCharacter = (byte: number): boolean => isLeadCharacter(byte) || (byte >= 0x30 && byte <= 0x39);
export const startsName = (byte: number): boolean =>
  isLeadCharacter(byte) || byte === ROOT || byte === PARENT || byte === DUAL || byte === MULTI;

/** The name at `at` and the offset behind it; undefined where there is none before `end`. */
export function readName(bytes: Uint8Array, at: number, end: number): { name: AmlName; at: number } | undefined {
  let prefix = "";
  if (at < end && bytes[at] === ROOT) {
    prefix = "\\";
    at++;
  } else {
    while (at < end && bytes[at] === PARENT) {
      prefix += "^";
      at++;
    }
  }
  let count = 1;
  let counted = false;
  if (at >= end) return undefined;
  if (bytes[at] === NULL_NAME) {
    count = 0;
    at++;
  } else if (bytes[at] === DUAL) {
    count = 2;
    at++;
  } else if (bytes[at] === MULTI) {
    if (at + 1 >= end) return undefined;
    count = bytes[at + 1]!;
    counted = count <= 2;
    at += 2;
  }
  const segments: string[] = [];
  for (let i = 0; i < count; i++, at += SEGMENT) {
    const segment = readSegment(bytes, at, end);
    if (segment === undefined) return undefined;
    segments.push(segment);
  }
  const path = prefix + segments.join(".");
  return { name: counted ? { kind: "name", path, counted } : { kind: "name", path }, at };
}

export function readSegment(bytes: Uint8Array, at: number, end: number): string | undefined {
  if (at + SEGMENT > end || !isLeadCharacter(bytes[at]!)) return undefined;
  for (let i = at + 1; i < at + SEGMENT; i++) if (!isNameCharacter(bytes[i]!)) return undefined;
  return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
}

export function nameBytes({ path, counted }: AmlName): number[] {
  const prefix = /^[\\^]*/.exec(path)![0];
  const segments = segmentsOf(path);
  const bytes = Array.from(prefix, (c) => c.charCodeAt(0));
  if (counted || segments.length > 2) bytes.push(MULTI, segments.length);
  else if (segments.length === 2) bytes.push(DUAL);
  else if (segments.length === 0) bytes.push(NULL_NAME);
  for (const segment of segments) for (let i = 0; i < SEGMENT; i++) bytes.push(segment.charCodeAt(i));
  return bytes;
}

export function segmentsOf(path: string): string[] {
  const rest = path.replace(/^[\\^]*/, "");
  return rest === "" ? [] : rest.split(".");
}

/** A name as ASL writes it, padded as AML wants it: `\_SB.NVDR` is `\_SB_.NVDR`. */
export function nameOf(text: string): AmlName {
  const prefix = /^[\\^]*/.exec(text)![0];
  return { kind: "name", path: prefix + segmentsOf(text).map((segment) => segment.padEnd(SEGMENT, "_")).join(".") };
}

/** A name as ASL writes it: without the padding. */
export function aslName(path: string): string {
  const prefix = /^[\\^]*/.exec(path)![0];
  return prefix + segmentsOf(path).map((segment) => segment.replace(/_+$/, "") || "_").join(".");
}

/** The absolute path a name declares in `scope`, both without the leading backslash: `_SB_.NVDR`. */
export function declaredPath(scope: readonly string[], path: string): string[] {
  if (path.startsWith("\\")) return segmentsOf(path);
  const up = /^\^*/.exec(path)![0].length;
  return [...scope.slice(0, Math.max(0, scope.length - up)), ...segmentsOf(path)];
}

/** What a name refers to: a lone segment is searched for from `scope` upwards, any other path is looked up once. */
export function resolved<T>(table: ReadonlyMap<string, T>, scope: readonly string[], path: string): T | undefined {
  if (/^[\\^]/.test(path) || path.includes(".")) return table.get(declaredPath(scope, path).join("."));
  for (let depth = scope.length; depth >= 0; depth--) {
    const found = table.get([...scope.slice(0, depth), path].join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}
