/** Guest configurations on the operator's disk, for the assign form. A file that xl would refuse is left out. */
import { textOf } from "../../base/bytes.ts";
import { KiB, MiB } from "../../base/units.ts";
import { parseConfig } from "../../toolstack/mod.ts";
import { type GuestConfigView } from "../language/console_host.ts";
import { type Files } from "../language/files.ts";

/** What xl gives a guest whose file says nothing (`libxl_domain_build_info_init`). */
const DEFAULT_MEMORY = 32 * MiB;

/** The `*.cfg` files of some folders, by name of the file; of two that make the same guest the first one stands. */
export function guestConfigs(files: Files, folders: readonly string[]): GuestConfigView[] {
  const known = new Set<string>();
  return folders.flatMap((folder) => configsIn(files, folder)).filter(({ name }) =>
    !known.has(name) && known.add(name)
  );
}

/** `.` stands for where the operator is: its files are named without a folder. */
function configsIn(files: Files, folder: string): GuestConfigView[] {
  return files.list(folder).unwrapOr([]).filter((name) => name.endsWith(".cfg")).sort().flatMap((name) => {
    const path = folder === "." ? name : `${folder}/${name}`;
    return files.read(path).map((bytes) => guestConfig(path, textOf(bytes))).unwrapOr([]);
  });
}

function guestConfig(path: string, text: string): GuestConfigView[] {
  const parsed = parseConfig(text, { source: path, uuid: () => "", cpus: 1 });
  if (parsed.isErr()) return [];
  const { config } = parsed.value;
  const memory = config.targetMemkb ?? config.maxMemkb;
  return [{
    path,
    name: config.name,
    memoryBytes: memory === undefined ? DEFAULT_MEMORY : memory * KiB,
    vcpus: config.vcpus ?? 1,
    vnvdimms: config.vnvdimms.map(({ text }) => text),
    refusal: refusalOf(config.type, config.pci.length),
  }];
}

function refusalOf(type: string, pciDevices: number): string | undefined {
  if (type !== "hvm") return `${type.toUpperCase()} guests have no ACPI tables: only HVM guests get vNVDIMMs`;
  return pciDevices > 0
    ? "a guest with passed-through PCI devices cannot have vNVDIMMs: that is not modeled"
    : undefined;
}
