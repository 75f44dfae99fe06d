/** Devices as libxl prints them: JSON objects, their fields in the order of `libxl_types.idl` (Xen 4.17). */
import { type Json } from "../../base/json.ts";

/** Fields without a value are left out. */
export function present(fields: Record<string, Json | undefined>): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Json;
}

/** Numbers are left out where they are zero. */
export const nonZero = (value: number | undefined): number | undefined => value || undefined;

/** How libxl writes its three-valued booleans. */
export const word = (value: boolean): "True" | "False" => value ? "True" : "False";
