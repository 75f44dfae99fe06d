/**
 * DIMMs that came while the machine ran: they are in `_FIT` and never in the NFIT table (QEMU `hw/acpi/nvdimm.c`). A capture
 * has no `_FIT`, so its structures are told again from sysfs, as QEMU builds them for such a device.
 */
import { decodeNfit, NFIT_HEADER_SIZE, qemuFit, type QemuNvdimm, readAsLinux } from "../../acpi/mod.ts";
import { concat } from "../../base/bytes.ts";
import { type SysfsText } from "./sysfs_text.ts";

/** What `_FIT` returns on the captured machine; undefined where the table tells of all its DIMMs. */
export function capturedFit(nfit: Uint8Array | undefined, sysfs: SysfsText): Uint8Array | undefined {
  const known = nfit === undefined
    ? new Set<number>()
    : decodeNfit(nfit).map((table) => new Set(readAsLinux(table).dimms.map((dimm) => dimm.handle))).unwrapOr(new Set());
  const added = sysfs.ofKind("nmem").filter((nmem) => !known.has(sysfs.number(`${nmem}/nfit/handle`) ?? 0));
  const devices = added.flatMap((nmem) => deviceOf(sysfs, nmem) ?? []);
  if (devices.length === 0) return undefined;
  return concat(nfit?.subarray(NFIT_HEADER_SIZE) ?? new Uint8Array(), qemuFit(devices));
}

function deviceOf(sysfs: SysfsText, nmem: string): QemuNvdimm | undefined {
  const region = sysfs.ofKind("region").find((name) => sysfs.get(`${name}/mapping0`)?.startsWith(`${nmem},`));
  const handle = sysfs.number(`${nmem}/nfit/handle`);
  if (region === undefined || handle === undefined) return undefined;
  const base = sysfs.number(`${region}/resource`);
  const length = sysfs.number(`${region}/size`);
  if (base === undefined || length === undefined) return undefined;
  const node = sysfs.number(`${region}/target_node`) ?? sysfs.number(`${region}/numa_node`) ?? 0;
  return { slot: handle - 1, base, length, node, unarmed: sysfs.words(`${nmem}/nfit/flags`).includes("not_armed") };
}
