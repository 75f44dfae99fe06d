/** The checks for the areas that a verb found: each by itself, and all DIMMs of the host together where they are its own. */
import { type Fork } from "../../host/mod.ts";
import { type Dom0 } from "../../dom0/mod.ts";
import { type CheckedRegion, checkLabelArea, checkLabelAreas, type LabelFault } from "../../label/mod.ts";
import { wholeArea } from "../ndctl/label_area.ts";
import { storedDimms } from "../tables/stored_dimms.ts";
import { type FoundArea } from "./areas.ts";

/**
 * Faults whose `area` is an index into `areas`. Sets of labels are looked at across DIMMs: of the host always all of them,
 * of files those that are given, if there are several.
 */
export function checkAreas(host: Fork, areas: readonly FoundArea[]): LabelFault[] {
  if (areas.every(({ dimm }) => dimm === undefined)) {
    const bytes = areas.map((area) => area.bytes);
    return sorted(bytes.length === 1 ? checkLabelArea(bytes[0]!) : checkLabelAreas(bytes));
  }
  const stored = storedDimms(host);
  const all = stored.dimms().map((dimm) => wholeArea(stored, dimm).unwrapOr(new Uint8Array()));
  const faults = checkLabelAreas(all, regionsOf(stored));
  return sorted(
    areas.flatMap(({ dimm }, area) =>
      faults.filter((fault) => fault.area === dimm).map((fault) => ({ ...fault, area }))
    ),
  );
}

const regionsOf = ({ kernel }: Dom0): CheckedRegion[] =>
  kernel.regions.filter((region) => !region.volatile).map(({ mappings, cookies, typeGuid }) => ({
    mappings: mappings.map(({ dimm, start, size }) => ({ area: dimm.number, start, size })),
    cookie1: cookies.cookie1,
    cookie2: cookies.cookie2,
    altCookie: cookies.altcookie,
    typeGuid,
  }));

const sorted = (faults: LabelFault[]): LabelFault[] => faults.sort((a, b) => a.area - b.area || a.offset - b.offset);
