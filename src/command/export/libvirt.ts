/** A domain as libvirt XML (libvirt `formatdomain`, memory model nvdimm). Disks and networks are not in it. */
import { KiB, PAGE_SIZE } from "../../base/units.ts";
import { type DomainRecord, planMemory } from "../../toolstack/mod.ts";
import { type StockBacking } from "./stock_backing.ts";

export function libvirtText(
  { name, uuid, config }: DomainRecord,
  backings: readonly StockBacking[],
  limits: readonly string[],
): string {
  const plan = planMemory(config);
  const { reserve } = config.nvdeck;
  const slots = backings.length + config.nvdeck.slots;
  const ram = plan.ram / KiB;
  const most = ram + backings.reduce((sum, { size }) => sum + size, 0) / KiB;
  return [
    ...limits.map((limit) => `<!-- stock QEMU: ${limit.replaceAll("--", "- -")} -->`),
    "<domain type='kvm'>",
    `  <name>${escaped(name)}</name>`,
    `  <uuid>${uuid}</uuid>`,
    ...(slots === 0 ? [] : [`  <maxMemory slots='${slots + 1}' unit='KiB'>${most + reserve / KiB}</maxMemory>`]),
    `  <memory unit='KiB'>${most}</memory>`,
    `  <currentMemory unit='KiB'>${most}</currentMemory>`,
    `  <vcpu>${plan.vcpus}</vcpu>`,
    "  <os><type arch='x86_64' machine='pc'>hvm</type></os>",
    "  <features><acpi/></features>",
    "  <cpu mode='host-passthrough'>",
    `    <numa><cell id='0' cpus='0-${plan.vcpus - 1}' memory='${ram}' unit='KiB'/></numa>`,
    "  </cpu>",
    "  <devices>",
    ...backings.flatMap(memoryLines),
    "  </devices>",
    "</domain>",
    "",
  ].join("\n");
}

const memoryLines = ({ path, kind, size, labelSize, align }: StockBacking): string[] => [
  "    <memory model='nvdimm' access='shared'>",
  "      <source>",
  `        <path>${escaped(path)}</path>`,
  ...(align === PAGE_SIZE ? [] : [`        <alignsize unit='KiB'>${align / KiB}</alignsize>`]),
  ...(kind === "block device" ? [] : ["        <pmem/>"]),
  "      </source>",
  "      <target>",
  `        <size unit='KiB'>${size / KiB}</size>`,
  "        <node>0</node>",
  ...(labelSize === 0 ? [] : [`        <label><size unit='KiB'>${labelSize / KiB}</size></label>`]),
  "      </target>",
  "    </memory>",
];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;" };
const escaped = (text: string): string => text.replaceAll(/[&<>']/g, (letter) => ENTITIES[letter]!);
