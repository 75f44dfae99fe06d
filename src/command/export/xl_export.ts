/** A domain's configuration for a real xl: as it was started, and its vNVDIMMs by frames, which is all that RFC v4 knows. */
import { framesIn, type VnvdimmRecord } from "../../toolstack/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { hex } from "../../base/units.ts";

export function xlExport({ name, uuid, config, text, vnvdimms }: DomainRecord): string {
  const identity = config.uuidGiven ? [] : [`uuid = "${uuid}"  # the memory is kept for this one`];
  return [
    text.trimEnd(),
    ...identity,
    ...(vnvdimms.length === 0 ? [] : ["", ...frameLines(name, vnvdimms)]),
    "",
  ].join("\n");
}

function frameLines(name: string, vnvdimms: readonly VnvdimmRecord[]): string[] {
  const pieces = vnvdimms.filter(({ runs }) => runs.length > 1);
  if (pieces.length > 0) {
    return [`# for an xl of RFC v4: slot ${pieces[0]!.slot} of ${name} lies in pieces, which it cannot name`];
  }
  const specs = vnvdimms.map(({ runs, labelPages }) => {
    const labels = labelPages === 0 ? "" : `, nr_label_pages=${labelPages}`;
    return `'type=mfn, backend=${hex(runs[0]!.mfn)}, nr_pages=${hex(framesIn(runs))}${labels}'`;
  });
  return ["# for an xl of RFC v4, which names frames:", `# vnvdimms = [ ${specs.join(", ")} ]`];
}
