/**
 * A host from a capture of a real one (the folder format of `real-hosts/README.md`): tables, label areas, the pieces of
 * info blocks, and from `STATE.sysfs.txt` what tables do not tell (families and commands of each DIMM, ARS, alignments).
 */
import { err, ok, type Result } from "neverthrow";
import { decodeNfit, readAsLinux } from "../../acpi/mod.ts";
import { textOf } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";
import { lengthOf } from "../../base/range.ts";
import { parseSize } from "../../base/units.ts";
import { DEFAULT_XL_FACTS, type HostXlFacts, parseXlInfo } from "../../toolstack/mod.ts";
import { digest } from "../journal.ts";
import { type HostImage, type MediumContent } from "../image.ts";
import { type DimmFacts, HEALTHY } from "../../machine/mod.ts";
import { type CaptureFolder, type CaptureState } from "./capture_folder.ts";
import { arrayAt, memberAt, numberAt, objectAt, readMeta, stringAt } from "./capture_meta.ts";
import { capturedCpus } from "./cpus.ts";
import { capturedFit } from "./hot_plugged.ts";
import { capturedRam, dom0Share, ramOfSize } from "./iomem.ts";
import { liveInfoBlocks, unreadable } from "./live_info_blocks.ts";
import { SysfsText } from "./sysfs_text.ts";
import { type ImportFault, spaRanges } from "./tables.ts";

/** DIMM command families by number (Linux `uapi/linux/ndctl.h` NVDIMM_FAMILY_*). */
const FAMILY_UUID = [
  "4309ac30-0d11-11e4-9191-0800200c9a66",
  "9002c334-acf3-4c0e-9642-a235f0d53bc6",
  "5008664b-b758-41a0-a03c-27c2f2d04f7e",
  "1ee68b36-d4bd-4a1a-9a16-4f8e53d46e05",
  "5746c5f2-a9a2-4264-ad0e-e4ddc9e09e80",
];
const INTEL_FAMILY = 0;
/** QEMU moves 4096 - 12 - 8 bytes of label data a call (dsm.md section 6); `_LSx` firmware has no such page. */
const QEMU_TRANSFER = 4076;

export function importCapture(folder: CaptureFolder, state: CaptureState): Result<HostImage, ImportFault> {
  const meta = readMeta(folder);
  if (meta.isErr()) return err(meta.error);
  const boots = arrayAt(meta.value, "boots");
  const manyBoots = boots.length > 1;
  const bootIndex = state === "start" ? 0 : boots.length - 1;
  const root = manyBoots ? `boot${bootIndex}/` : "";
  const text = (name: string) => {
    const bytes = folder.read(root + name);
    return bytes && textOf(bytes);
  };
  const sysfsText = text(`${state}.sysfs.txt`) ?? text("start.sysfs.txt");
  if (sysfsText === undefined) return err({ kind: "capture", file: `${root}${state}.sysfs.txt`, reason: "is missing" });
  const sysfs = new SysfsText(sysfsText);

  const tables = new Map<string, Uint8Array>();
  for (const [signature, file] of [["NFIT", "nfit.bin"], ["SRAT", "srat.bin"], ["SSDT", "ssdt.bin"]] as const) {
    const bytes = folder.read(root + file);
    if (bytes && bytes.length > 0) tables.set(signature, bytes);
  }

  const fit = capturedFit(tables.get("NFIT"), sysfs);
  if (fit) tables.set("FIT", fit);

  const labels = labelAreas(folder, root, state, sysfs);
  const dimms = sysfs.ofKind("nmem").map((nmem) => dimmFacts(sysfs, nmem, labels.get(nmem)));
  const content: MediumContent[] = [];
  for (const [nmem, bytes] of labels) {
    content.push({ at: "label", handle: sysfs.number(`${nmem}/nfit/handle`)!, offset: 0, bytes });
  }
  const notes: string[] = [];
  if (state === "end") content.push(...pieces(folder, root, objectAt(boots[bootIndex], "namespaces"), sysfs));
  if (memberAt(meta.value, "live") === true) {
    content.push(...liveInfoBlocks(sysfs, labels));
    notes.push(...unreadable(sysfs));
  }

  const nfit = tables.get("NFIT");
  const decoded = nfit && decodeNfit(nfit);
  if (decoded?.isErr()) return err(decoded.error);
  const taken = decoded?.isOk() ? spaRanges(readAsLinux(decoded.value).spas.map(({ record }) => record)) : [];
  const name = stringAt(meta.value, "name") ?? folder.name;
  const ram = capturedRam(text("start.iomem.txt") ?? "", text("xl-info.txt"), text("xl-dmesg.txt"));
  return ok({
    facts: {
      name,
      management: "dom0",
      dom0: isPv(text("xl-dmesg.txt")) ?? (underXen(meta.value) && smallPagesOnly(sysfs)) ? "pv" : "pvh",
      dom0Memory: dom0Mem(text("xl-info.txt")) ?? dom0Share(ram.reduce((sum, r) => sum + lengthOf(r), 0)),
      xl: xlFacts(text("xl-info-n.txt") ?? text("xl-info.txt"), name),
      xenLog: lines(text("xl-dmesg.txt")),
      seed: BigInt(`0x${digest(name)}`),
      origin: `capture ${name}, ${state}`,
    },
    machine: {
      root: {
        dsmMask: Number(sysfs.number("ndbus0/nfit/dsm_mask") ?? 0) | 1,
        hasFit: fit !== undefined || tables.has("NFIT") || tables.has("SSDT"),
        clearErrorUnit: 256,
      },
      ram,
      physicalAddressBits: 46,
      cpus: capturedCpus(text("xl-info.txt"), commandLine(boots[bootIndex])),
    },
    ramOf: (bytes) => ramOfSize(bytes, taken),
    tables,
    dimms,
    content,
    liveKernel: sysfs,
    notes,
  });
}

/**
 * Label areas by DIMM name: as the driver read them, else as they lie in the backing file. Where the driver found no way
 * to read it, it does not matter what lies there.
 */
function labelAreas(
  folder: CaptureFolder,
  root: string,
  state: CaptureState,
  sysfs: SysfsText,
): Map<string, Uint8Array> {
  const areas = new Map<string, Uint8Array>();
  for (const nmem of sysfs.ofKind("nmem")) {
    const handle = sysfs.get(`${nmem}/nfit/handle`);
    const index = nmem.slice("nmem".length);
    const stored = [`host.handle-${handle}.bin`, `host.dimm${index}.bin`];
    const names = [`${state}.${nmem}.bin`, ...(isBound(sysfs, nmem) ? stored : [])];
    const bytes = names.map((name) => folder.read(`${root}labels/${name}`)).find((bytes) => bytes !== undefined);
    if (bytes) areas.set(nmem, bytes);
  }
  return areas;
}

const isBound = (sysfs: SysfsText, nmem: string): boolean => sysfs.get(`${nmem}/driver`) !== undefined;

function dimmFacts(sysfs: SysfsText, nmem: string, area: Uint8Array | undefined): DimmFacts {
  const commands = sysfs.words(`${nmem}/commands`);
  const family = sysfs.number(`${nmem}/nfit/family`);
  const uuid = family === undefined ? undefined : FAMILY_UUID[family];
  const intel = family === INTEL_FAMILY;
  const reachesLabels = commands.includes("get_size");
  return {
    handle: sysfs.number(`${nmem}/nfit/handle`)!,
    labelBytes: reachesLabels && area ? area.length : 0,
    maxTransfer: intel ? QEMU_TRANSFER : (area?.length ?? 0),
    families: uuid === undefined ? [] : [{ uuid, mask: (sysfs.number(`${nmem}/nfit/dsm_mask`) ?? 0) | 1 }],
    labelMethods: reachesLabels && !intel,
    locked: sysfs.words(`${nmem}/flags`).includes("lock"),
    smart: HEALTHY,
    injected: {},
  };
}

/** The captured pieces of namespaces, at the SPA where they lie. */
function pieces(
  folder: CaptureFolder,
  root: string,
  namespaces: { readonly [name: string]: Json },
  sysfs: SysfsText,
): MediumContent[] {
  const content: MediumContent[] = [];
  for (const [name, namespace] of Object.entries(namespaces)) {
    const spa = numberAt(namespace, "spa") ?? spaInRegion(sysfs, name, numberAt(namespace, "region_offset"));
    if (spa === undefined) continue;
    for (const piece of arrayAt(namespace, "pieces")) {
      const file = stringAt(piece, "file")?.replace(/^boot[0-9]+\//, "").replace(/\.gz$/, "");
      const bytes = file === undefined ? undefined : folder.read(root + file);
      const offset = numberAt(piece, "offset");
      if (bytes && offset !== undefined) content.push({ at: "spa", offset: spa + offset, bytes });
    }
  }
  return content;
}

/** QEMU's regions are one DIMM each: the region's start is its first namespace's, less its offset; sysfs says where it is. */
function spaInRegion(sysfs: SysfsText, namespace: string, offset: number | undefined): number | undefined {
  const region = /^namespace([0-9]+)\./.exec(namespace)?.[1];
  const start = sysfs.number(`region${region}/resource`);
  return start === undefined || offset === undefined ? undefined : start + offset;
}

/** The emulator's arguments, where the capture is of an emulated machine. */
const commandLine = (boot: Json | undefined): string[] =>
  arrayAt(boot, "qemu").filter((word) => typeof word === "string");

/** `xl info`; a host that was captured without Xen is taken to run the Xen that the other captures had. */
const xlFacts = (info: string | undefined, name: string): HostXlFacts =>
  info === undefined ? { ...DEFAULT_XL_FACTS, host: name } : parseXlInfo(info);

const lines = (text: string | undefined): string[] => text === undefined ? [] : text.replace(/\n$/, "").split("\n");

/** `dom0_mem=1G,max:1G` on Xen's command line, in bytes. */
function dom0Mem(xlInfo: string | undefined): number | undefined {
  const size = /^xen_commandline.*\bdom0_mem=(?:min:|max:)?([0-9]+[kKmMgG]?)/m.exec(xlInfo ?? "")?.[1];
  return size === undefined ? undefined : parseSize(size);
}

const underXen = (meta: Json): boolean => stringAt(memberAt(meta, "versions"), "xen") !== undefined;

/** What Xen's console says of dom0, where it is kept. */
const isPv = (log: string | undefined): boolean | undefined => {
  const built = /\*\*\* Building a (PVH?) Dom0 \*\*\*/.exec(log ?? "");
  return built ? built[1] === "PV" : undefined;
};

const smallPagesOnly = (sysfs: SysfsText): boolean =>
  [...sysfs.devices].some((name) => /^pfn/.test(name) && sysfs.words(`${name}/supported_alignments`).join() === "4096");
