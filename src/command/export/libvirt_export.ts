/** A domain as libvirt XML (`formatdomain`, memory model nvdimm). */
import { KiB } from "../../base/units.ts";
import { type DomainRecord, planMemory } from "../../toolstack/mod.ts";
import { type Backing, type BackingOf } from "./qemu_export.ts";

export function libvirtExport({ name, uuid, config, vnvdimms }: DomainRecord, backingOf: BackingOf): string {
  const plan = planMemory(config);
  const ram = plan.ram / KiB;
  const most = ram + vnvdimms.reduce((sum, vnvdimm) => sum + backingOf(vnvdimm).size / KiB, 0);
  return [
    `<domain type='kvm'>`,
    `  <name>${escaped(name)}</name>`,
    `  <uuid>${uuid}</uuid>`,
    `  <maxMemory slots='${vnvdimms.length + 1}' unit='KiB'>${most}</maxMemory>`,
    `  <memory unit='KiB'>${most}</memory>`,
    `  <currentMemory unit='KiB'>${ram}</currentMemory>`,
    `  <vcpu>${plan.vcpus}</vcpu>`,
    `  <os><type arch='x86_64' machine='pc'>hvm</type></os>`,
    `  <features><acpi/></features>`,
    `  <cpu mode='host-passthrough'>`,
    `    <numa><cell id='0' cpus='0-${plan.vcpus - 1}' memory='${ram}' unit='KiB'/></numa>`,
    `  </cpu>`,
    `  <devices>`,
    ...vnvdimms.flatMap((vnvdimm) => memoryLines(backingOf(vnvdimm))),
    `  </devices>`,
    `</domain>`,
    "",
  ].join("\n");
}

const memoryLines = ({ path, size, labelSize, offset }: Backing): string[] => [
  ...(offset === 0
    ? []
    : [`    <!-- libvirt has no offset into ${escaped(path)}: the first ${offset} bytes are not the guest's -->`]),
  `    <memory model='nvdimm' access='shared'>`,
  `      <source><path>${escaped(path)}</path><pmem/></source>`,
  `      <target>`,
  `        <size unit='KiB'>${size / KiB}</size>`,
  `        <node>0</node>`,
  ...(labelSize === 0 ? [] : [`        <label><size unit='KiB'>${labelSize / KiB}</size></label>`]),
  `      </target>`,
  `    </memory>`,
];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;" };
const escaped = (text: string): string => text.replaceAll(/[&<>']/g, (letter) => ENTITIES[letter]!);
