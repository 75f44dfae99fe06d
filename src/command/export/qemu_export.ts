/** A domain's vNVDIMMs as arguments of a stock QEMU under KVM (`docs/nvdimm.txt`): the same sizes, slots and labels. */
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type DomainRecord, planMemory, type VnvdimmRecord } from "../../toolstack/mod.ts";

/** What QEMU maps: a path, and where in it the guest's data begin. Bytes. */
export interface Backing {
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  readonly labelSize: number;
}

export type BackingOf = (vnvdimm: VnvdimmRecord) => Backing;

/** One argument a line; what stock QEMU cannot do stands before them as comments. */
export function qemuExport(
  { name, config, vnvdimms }: DomainRecord,
  backingOf: BackingOf,
  persistence?: string,
): string {
  const ram = planMemory(config).ram / MiB;
  const sizes = vnvdimms.reduce((sum, vnvdimm) => sum + backingOf(vnvdimm).size, 0);
  const machine = ["pc", "accel=kvm", "nvdimm=on", ...(persistence ? [`nvdimm-persistence=${persistence}`] : [])];
  const lines = [
    "qemu-system-x86_64",
    `-name ${name}`,
    `-machine ${machine.join(",")}`,
    `-m ${ram}M,slots=${vnvdimms.length + 1},maxmem=${ram * MiB + sizes}B`.replace(/B$/, ""),
    `-smp ${config.vcpus ?? 1}`,
    ...vnvdimms.flatMap((vnvdimm) => nvdimmLines(vnvdimm, backingOf(vnvdimm))),
  ];
  return [...remarks(config.nvdeck.acpi), ...vnvdimms.flatMap((each) => offsetRemark(backingOf(each)))].concat(
    lines.join(" \\\n  "),
    "",
  ).join("\n");
}

function nvdimmLines({ slot }: VnvdimmRecord, { path, offset, size, labelSize }: Backing): string[] {
  const id = `mem${slot + 1}`;
  const where = offset === 0 ? "" : `,offset=${offset}`;
  const label = labelSize === 0 ? "" : `,label-size=${labelSize}`;
  return [
    `-object memory-backend-file,id=${id},share=on,pmem=on,mem-path=${path}${where},size=${size},align=${PAGE_SIZE}`,
    `-device nvdimm,id=nv${slot + 1},memdev=${id}${label}`,
  ];
}

const remarks = (profile: string): string[] =>
  profile === "full" ? [] : [`# stock QEMU makes the full ACPI profile only, this guest has "${profile}"`];

const offsetRemark = ({ path, offset }: Backing): string[] =>
  offset === 0 ? [] : [`# ${path} begins with what is dom0's and Xen's: offset= takes QEMU 8.1 or later`];
