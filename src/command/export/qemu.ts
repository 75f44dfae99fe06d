/** A domain's memory and vNVDIMMs as arguments of a stock QEMU (`docs/nvdimm.txt`): the same sizes, slots and label areas. */
import { MiB, PAGE_SIZE } from "../../base/units.ts";
import { type DomainRecord, planMemory } from "../../toolstack/mod.ts";
import { quoted } from "../language/words.ts";
import { type StockBacking } from "./stock_backing.ts";

/** `persistence`: what the guest's platform capabilities claim, `cpu` or `mem-ctrl`. */
export function qemuWords(
  { name, uuid, config }: DomainRecord,
  backings: readonly StockBacking[],
  persistence: string | undefined,
): string[] {
  const plan = planMemory(config);
  const ram = Math.ceil(plan.ram / MiB);
  const reserve = config.nvdeck.reserve + backings.reduce((sum, { size }) => sum + size, 0);
  const slots = backings.length + config.nvdeck.slots;
  return [
    "qemu-system-x86_64",
    "-name",
    escaped(name),
    "-uuid",
    uuid,
    "-machine",
    [
      "pc",
      "accel=kvm",
      ...(slots === 0 ? [] : ["nvdimm=on"]),
      ...(persistence ? [`nvdimm-persistence=${persistence}`] : []),
    ].join(","),
    "-m",
    // One slot more than there are devices, as here; none at all for a guest that can have none.
    slots === 0 ? `${ram}M` : `${ram}M,slots=${slots + 1},maxmem=${ram * MiB + reserve}`,
    "-smp",
    String(plan.vcpus),
    ...backings.flatMap((backing) => nvdimmWords(backing, config.nvdeck.placement === "congruent")),
  ];
}

/** One option a line, for a shell. */
export function qemuText(words: readonly string[], limits: readonly string[]): string {
  const options: string[] = [words[0]!];
  for (const word of words.slice(1)) {
    if (word.startsWith("-")) options.push(word);
    else options.push(`${options.pop()} ${quoted(word)}`);
  }
  return [...limits.map((limit) => `# stock QEMU: ${limit}`), options.join(" \\\n  "), ""].join("\n");
}

function nvdimmWords(
  { slot, path, kind, offset, size, labelSize, align, gpa }: StockBacking,
  fixed: boolean,
): string[] {
  const backend = [
    "memory-backend-file",
    `id=mem${slot + 1}`,
    "share=on",
    ...(kind === "block device" ? [] : ["pmem=on"]),
    `mem-path=${escaped(path)}`,
    ...(offset === 0 ? [] : [`offset=${offset}`]),
    `size=${size}`,
    ...(align === PAGE_SIZE ? [] : [`align=${align}`]),
  ];
  const device = [
    "nvdimm",
    `id=nv${slot + 1}`,
    `memdev=mem${slot + 1}`,
    `slot=${slot}`,
    ...(labelSize === 0 ? [] : [`label-size=${labelSize}`]),
    ...(fixed ? [`addr=0x${gpa.toString(16)}`] : []),
  ];
  return ["-object", backend.join(","), "-device", device.join(",")];
}

/** A comma ends a property; two of them are one. */
const escaped = (text: string): string => text.replaceAll(",", ",,");
