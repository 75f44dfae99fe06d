/** `vcpus`, `maxvcpus`, and where vCPUs may run (Xen 4.17 `tools/xl/xl_parse.c` parse_vcpu_affinity). */
import { type Cpus, parseCpus } from "./affinity.ts";
import { type Draft } from "./domain_config.ts";
import { type Shown } from "./plain_settings.ts";
import { type SettingReader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** More than Xen gives any guest (HVM_MAX_VCPUS is 128): a bound on what a file may ask for. */
const MOST_VCPUS = 8192;

export function readVcpus(read: SettingReader, cpus: Cpus, draft: Draft, shown: Shown): void {
  const vcpus = read.long("vcpus");
  if (vcpus !== undefined) {
    if (vcpus < 0 || vcpus > MOST_VCPUS) throw new Refused("Unable to allocate cpumap");
    draft.vcpus = vcpus;
  }
  const most = read.long("maxvcpus") || vcpus || 0;
  if (most !== 0) draft.maxVcpus = most;
  if (most < (vcpus ?? 0)) throw new Refused("xl: maxvcpus < vcpus");
  if (most > MOST_VCPUS) throw new Refused("Unable to allocate cpumap");
  for (const [key, kind] of [["cpus", "hard"], ["cpus_soft", "soft"]] as const) {
    const affinity = readAffinity(read, key, most, cpus);
    if (!affinity) continue;
    if (affinity.length > 0) shown[`b_info/vcpu_${kind}_affinity`] = affinity;
    // Who says where each vCPU belongs, or where they would rather be, wants no placement by libxl.
    if (kind === "soft" || read.isList(key)) shown["b_info/numa_placement"] = "False";
  }
}

/** One list of CPUs for all vCPUs, or a list of them, one a vCPU. */
function readAffinity(read: SettingReader, key: string, vcpus: number, cpus: Cpus): number[][] | undefined {
  const parsed = (text: string): number[] => {
    const list = parseCpus(text, cpus);
    if (typeof list === "string") throw new Refused(list);
    return list;
  };
  if (read.isList(key)) return read.strings(key)!.slice(0, vcpus).map(parsed);
  const all = read.string(key);
  if (all === undefined) return undefined;
  const list = parsed(all);
  return Array.from({ length: vcpus }, () => list);
}
