/** A host from files an operator has: an NFIT, perhaps an SRAT, and label areas. What they do not tell is assumed, and said. */
import { err, ok, type Result } from "neverthrow";
import { decodeNfit, decodeSrat, DSM_UUID, readAsLinux } from "../../acpi/mod.ts";
import { exactNumber } from "../../base/quantity.ts";
import { type Range } from "../../base/range.ts";
import { type FormatFault } from "../../base/structure.ts";
import { GiB, KiB } from "../../base/units.ts";
import { type DimmFacts, HEALTHY } from "../../machine/mod.ts";
import { DEFAULT_XL_FACTS } from "../../toolstack/mod.ts";
import { type HostImage } from "../image.ts";
import { digest } from "../journal.ts";
import { PLAIN_CPUS } from "./cpus.ts";
import { dom0Share, ramOfSize } from "./iomem.ts";

export interface TableFiles {
  readonly nfit: Uint8Array;
  readonly srat: Uint8Array | undefined;
  /** Label areas by DIMM number as Linux counts them (ascending handle). */
  readonly labels: ReadonlyMap<number, Uint8Array>;
  readonly name: string;
}

export type ImportFault =
  | FormatFault
  | { readonly kind: "capture"; readonly file: string; readonly reason: string }
  | { readonly kind: "no-such-dimm"; readonly nmem: number; readonly dimms: number };

/** SMART 1, 2, 17 and 18, labels 4-6, security 19 and 23-26: what the model's Intel DIMMs answer. */
const INTEL_MASK = 1 | (3 << 1) | (7 << 4) | (7 << 17) | (15 << 23);
/** Scrub, clear, translate and inject: 1-5 and 7-9. */
const ROOT_MASK = 1 | 0x3e | (7 << 7);
const LABEL_BYTES = 128 * KiB;
const MAX_TRANSFER = 4 * KiB;
const RAM = 64 * GiB;

export function importTables({ nfit, srat, labels, name }: TableFiles): Result<HostImage, ImportFault> {
  const table = decodeNfit(nfit);
  if (table.isErr()) return err(table.error);
  if (srat) {
    const decoded = decodeSrat(srat);
    if (decoded.isErr()) return err(decoded.error);
  }
  const linux = readAsLinux(table.value);
  const handles = linux.dimms.map((dimm) => dimm.handle);
  for (const nmem of labels.keys()) {
    if (nmem >= handles.length) return err({ kind: "no-such-dimm", nmem, dimms: handles.length });
  }
  const dimms = handles.map((handle, nmem): DimmFacts => ({
    handle,
    labelBytes: labels.get(nmem)?.length ?? LABEL_BYTES,
    maxTransfer: MAX_TRANSFER,
    families: [{ uuid: DSM_UUID.intel, mask: INTEL_MASK }],
    labelMethods: false,
    locked: false,
    smart: HEALTHY,
    injected: {},
  }));
  const taken = spaRanges(linux.spas.map(({ record }) => record));
  const blank = handles.length - labels.size;
  return ok({
    facts: {
      name,
      management: "dom0",
      dom0: "pvh",
      dom0Memory: dom0Share(RAM),
      xl: { ...DEFAULT_XL_FACTS, host: name },
      xenLog: [],
      seed: BigInt(`0x${digest(name)}`),
      origin: "tables and label areas",
    },
    machine: {
      root: { dsmMask: ROOT_MASK, hasFit: true, clearErrorUnit: 256 },
      ram: ramOfSize(RAM, taken),
      physicalAddressBits: 46,
      cpus: PLAIN_CPUS,
    },
    ramOf: (bytes) => ramOfSize(bytes, taken),
    tables: new Map([["NFIT", nfit], ...(srat ? [["SRAT", srat] as const] : [])]),
    dimms,
    content: [...labels].map(([nmem, bytes]) => ({ at: "label", handle: handles[nmem]!, offset: 0, bytes }) as const),
    notes: blank > 0 ? [`${blank} DIMMs have no --labels: they get a blank label area of 128 KiB`] : [],
  });
}

export const spaRanges = (spas: readonly { readonly rangeBase: bigint; readonly rangeLength: bigint }[]): Range[] =>
  spas.flatMap(({ rangeBase, rangeLength }) => {
    const start = exactNumber(rangeBase);
    const end = exactNumber(rangeBase + rangeLength);
    return start === undefined || end === undefined ? [] : [{ start, end }];
  });

export function explainImport(fault: ImportFault): string {
  switch (fault.kind) {
    case "format":
      return `${fault.path} at byte ${fault.offset}: ${fault.reason}`;
    case "capture":
      return `${fault.file} ${fault.reason}`;
    case "no-such-dimm":
      return `--labels names nmem${fault.nmem}, but the NFIT has ${fault.dimms} DIMMs`;
  }
}
