/** `vnvdimms`, `dm_acpi_size` (RFC v4) and our own `nvdeck_…` settings. */
import { parseSize } from "../../base/units.ts";
import { type DomainType, type NvdeckConfig, type VnvdimmConfig } from "./domain_config.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { parseVnvdimm } from "./vnvdimm.ts";

export function readVnvdimms(read: SettingReader, type: DomainType): readonly VnvdimmConfig[] {
  const specs = read.strings("vnvdimms") ?? [];
  return specs.map((spec) => {
    const parsed = parseVnvdimm(spec);
    if (parsed.isOk()) return parsed.value;
    if (type === "hvm") throw new Refused(parsed.error);
    return { kind: "path" as const, backend: spec, labelPages: 0, text: spec };
  });
}

export function readDmAcpiSize(read: SettingReader): number | undefined {
  const size = read.long("dm_acpi_size");
  if (size !== undefined && size <= 0) throw new Refused(`ERROR: invalid value ${size} for "dm_acpi_size"`);
  return size;
}

export function readNvdeck(read: SettingReader): NvdeckConfig {
  const choice = <Name extends string>(key: string, names: readonly Name[], otherwise: Name): Name => {
    const text = read.string(key) ?? otherwise;
    const found = names.find((name) => name === text);
    if (!found) throw new Refused(`Unknown ${key} "${text}" specified, it is one of ${names.join(", ")}`);
    return found;
  };
  const acpi = choice("nvdeck_acpi", ["nfit-bare", "nfit", "full"], "full");
  const placement = choice("nvdeck_placement", ["qemu", "congruent"], "qemu");
  const eptOrder = Number(choice("nvdeck_ept_order", ["0", "9", "18"], "18")) as 0 | 9 | 18;
  const text = read.string("nvdeck_vnvdimm_reserve");
  const reserve = text === undefined ? 0 : parseSize(text);
  if (reserve === undefined) throw new Refused(`nvdeck_vnvdimm_reserve is not a size: "${text}"`);
  const slots = read.long("nvdeck_vnvdimm_slots") ?? 0;
  if (slots < 0 || slots > 255) throw new Refused(`nvdeck_vnvdimm_slots is not between 0 and 255: ${slots}`);
  return { acpi, placement, eptOrder, reserve, slots };
}
