/** Columns that xl's lists of domains have in common. */
import { type Fork } from "../../host/mod.ts";
import { type XenDomain } from "../../toolstack/mod.ts";

export const NANOSECONDS = 1_000_000_000;

/** As printf prints a domain that XenStore has no name for. */
export const nameOf = (host: Fork, domid: number): string => host.toolstack.nameOf(domid) ?? "(null)";
export const pad = (value: number, width: number): string => String(value).padStart(width);
export const seconds = (nanoseconds: bigint): string => (Number(nanoseconds) / NANOSECONDS).toFixed(1);

/**
 * vCPUs that run. Firmware starts those of an HVM guest; the kernel of a PV or PVH guest has one and starts the others as it
 * boots, which takes it longer than anything here. A PVH guest powers off by halting each of them; other ends leave them as
 * they are.
 */
export function onlineVcpus(host: Fork, domain: XenDomain): number {
  const config = host.toolstack.record(domain.domid)?.config;
  if (!config) return domain.vcpus;
  if (config.type === "hvm") return Math.min(config.vcpus ?? 1, domain.vcpus);
  return config.type === "pvh" && domain.shutdown === "poweroff" ? 0 : 1;
}
