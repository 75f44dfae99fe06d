/** `meta.json` of a capture: what somebody wrote down beside the files, read as far as it goes. */
import { err, ok, type Result } from "neverthrow";
import { textOf } from "../../base/bytes.ts";
import { type Json, parseJson } from "../../base/json.ts";
import { type CaptureFolder } from "./capture_folder.ts";
import { type ImportFault } from "./tables.ts";

export function readMeta(folder: CaptureFolder): Result<Json, ImportFault> {
  const bytes = folder.read("meta.json");
  if (!bytes) return err({ kind: "capture", file: "meta.json", reason: "is missing: this is not a capture" });
  try {
    return ok(parseJson(textOf(bytes)));
  } catch (cause) {
    return err({ kind: "capture", file: "meta.json", reason: (cause as Error).message });
  }
}

export function memberAt(value: Json | undefined, key: string): Json | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })[key]
    : undefined;
}
export const stringAt = (value: Json | undefined, key: string): string | undefined => {
  const found = memberAt(value, key);
  return typeof found === "string" ? found : undefined;
};
export const numberAt = (value: Json | undefined, key: string): number | undefined => {
  const found = memberAt(value, key);
  return typeof found === "number" ? found : undefined;
};
export const arrayAt = (value: Json | undefined, key: string): readonly Json[] => {
  const found = memberAt(value, key);
  return Array.isArray(found) ? found as readonly Json[] : [];
};
export const objectAt = (value: Json | undefined, key: string): { readonly [key: string]: Json } => {
  const found = memberAt(value, key);
  return typeof found === "object" && found !== null && !Array.isArray(found)
    ? found as { readonly [key: string]: Json }
    : {};
};
