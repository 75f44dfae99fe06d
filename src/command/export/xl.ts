/**
 * A domain's configuration for a real xl: as it was started, with the UUID that its memory is kept for, and its vNVDIMMs as the
 * series that were written know them: RFC v1 by path, RFC v4 by frames (reference/xen-vnvdimm.md 3.3, 4.12).
 */
import { hex } from "../../base/units.ts";
import { type DomainRecord, framesIn, type VnvdimmRecord } from "../../toolstack/mod.ts";
import { type StockBacking } from "./stock_backing.ts";

/** `paths`: undefined where dom0 has none for some of them. */
export function xlText(
  { uuid, config, text, vnvdimms }: DomainRecord,
  paths: readonly StockBacking[] | undefined,
): string {
  return [
    text.trimEnd(),
    ...(config.uuidGiven || vnvdimms.length === 0
      ? []
      : [`uuid = "${uuid}"  # its persistent memory is kept for this one`]),
    ...(vnvdimms.length === 0 ? [] : ["", ...pathLines(paths), ...frameLines(vnvdimms)]),
    "",
  ].join("\n");
}

function pathLines(paths: readonly StockBacking[] | undefined): string[] {
  if (!paths) return ["# an xl of RFC v1 takes paths in dom0, and these vNVDIMMs have none"];
  const other = paths.find(({ kind, labelSize }) => kind === "devdax" || labelSize > 0);
  if (other) {
    const why = other.kind === "devdax" ? `${other.path} is no block device and no file` : `it has no label pages`;
    return [`# an xl of RFC v1 cannot take slot ${other.slot}: ${why}`];
  }
  return [
    "# for an xl of RFC v1, which takes paths (a block device as a whole):",
    setting(paths.map(({ path }) => path)),
  ];
}

function frameLines(vnvdimms: readonly VnvdimmRecord[]): string[] {
  const pieces = vnvdimms.find(({ runs }) => runs.length > 1);
  if (pieces) return [`# an xl of RFC v4 cannot take slot ${pieces.slot}: it lies in ${pieces.runs.length} pieces`];
  const specs = vnvdimms.map(({ runs, labelPages }) => {
    const labels = labelPages === 0 ? "" : `, nr_label_pages=${labelPages}`;
    return `type=mfn, backend=${hex(runs[0]!.mfn)}, nr_pages=${hex(framesIn(runs))}${labels}`;
  });
  return ["# for an xl of RFC v4, which takes frames (where they are now: firmware may move them):", setting(specs)];
}

const setting = (specs: readonly string[]): string => `# vnvdimms = [ ${specs.map((spec) => `'${spec}'`).join(", ")} ]`;
