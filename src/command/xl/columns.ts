/** Columns that xl's lists of domains have in common. */
import { type Fork } from "../../host/mod.ts";

export const NANOSECONDS = 1_000_000_000;

/** As printf prints a domain that XenStore has no name for. */
export const nameOf = (host: Fork, domid: number): string => host.toolstack.nameOf(domid) ?? "(null)";
export const pad = (value: number, width: number): string => String(value).padStart(width);
export const seconds = (nanoseconds: bigint): string => (Number(nanoseconds) / NANOSECONDS).toFixed(1);
