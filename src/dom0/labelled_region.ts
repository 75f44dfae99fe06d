/** A region with its DIMMs' label areas, as the label rules read it. */
import { type LabelledRegion } from "../label/mod.ts";
import { type Kernel } from "./kernel.ts";
import { labelAreaOf } from "./label_data.ts";
import { type RegionTopology } from "./topology.ts";

export const labelledRegion = (kernel: Kernel, region: RegionTopology): LabelledRegion => ({
  start: region.start,
  mappings: region.mappings.map(({ dimm, start, size }) => ({ start, size, area: labelAreaOf(kernel, dimm) })),
  cookie1: region.cookies.cookie1,
  cookie2: region.cookies.cookie2,
  altCookie: region.cookies.altcookie,
  typeGuid: region.typeGuid,
});
