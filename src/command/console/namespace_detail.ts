/** All that can be told of one namespace before anything is done with it: labels, info block, Xen's cost, a guest's EPT. */
import { err, ok, type Result } from "neverthrow";
import { mfnOfSpa } from "../../abi/mod.ts";
import { type Range } from "../../base/range.ts";
import { GiB, shortSize } from "../../base/units.ts";
import { labelAreaOf } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import {
  costOf,
  DEFAULT_ALIGN,
  type Geometry,
  type GeometryFault,
  type NamespaceBacking,
  namespaceBacking,
  pageMapGeometry,
  rawGeometry,
} from "../../toolstack/mod.ts";
import {
  type EptForecast,
  type Explanation,
  type NamespaceDetail,
  type XenCostView,
} from "../language/console_host.ts";
import { forecast } from "./forecast.ts";

/** Where QEMU puts the first vNVDIMM of a guest whose RAM all lies below 4 GiB. */
const FIRST_GPA = 4 * GiB;

export function namespaceDetail(fork: Fork, name: string): Result<NamespaceDetail, Explanation> {
  const backing = namespaceBacking(fork.dom0, name);
  if (!backing) return err({ what: `there is no namespace ${name}`, hint: "it may have been destroyed meanwhile" });
  const { extent, data } = backing;
  const geometry = geometryOf(backing);
  const given = geometry.isOk() ? geometry.value.data : data;
  return ok({
    labels: labelSlots(fork, backing),
    infoBlock: infoBlockText(backing),
    dataOffset: data.start - extent.start,
    startMfn: mfnOfSpa(extent.start),
    endMfn: mfnOfSpa(extent.end),
    dataStartMfn: mfnOfSpa(given.start),
    dataEndMfn: mfnOfSpa(given.end),
    xen: geometry.map(({ reserved }) => costView(backing, reserved)),
    ept: geometry.map(({ data }): EptForecast => forecast(data, FIRST_GPA, remedyOf(backing))),
  });
}

function labelSlots(fork: Fork, { view, region }: NamespaceBacking): NamespaceDetail["labels"] {
  return region.mappings.flatMap(({ dimm }) => {
    const label = labelAreaOf(fork.dom0.kernel, dimm)?.labels.find(({ uuid }) => uuid === view.uuid);
    return label ? [{ dimm: dimm.name, slot: label.slot }] : [];
  });
}

function infoBlockText({ mode, view }: NamespaceBacking): string | undefined {
  switch (mode) {
    case "raw":
      return undefined;
    case "sector":
      return view.labelled && view.claimClass === "btt2" ? "BTT v2.0 at +0x0" : "BTT v1.1 at +0x1000";
    default:
      return `${mode === "fsdax" ? "PFN" : "DAX"} v1.4 at +0x1000`;
  }
}

/** Where Xen's structures would lie, or why the namespace cannot be handed over as it is. */
function geometryOf(backing: NamespaceBacking): Result<Geometry, Explanation> {
  const { mode, map, extent, data, name } = backing;
  if (mode === "sector") {
    return err({
      what: `${name} is in sector mode: its blocks move, so no guest can map them`,
      hint: `recreate it: ndctl create-namespace -f -e ${name} -m fsdax`,
    });
  }
  if (mode === "raw") return rawGeometry(extent, DEFAULT_ALIGN).mapErr((fault) => explainGeometry(backing, fault));
  if (map === "mem") {
    return err({
      what: `${name} keeps no page map, so there is no room for Xen's structures in it`,
      hint: `hand over a raw namespace for them first: xl pmem-setup --namespace ${name} --mgmt NAMESPACE`,
    });
  }
  return pageMapGeometry(extent, data).mapErr((fault) => explainGeometry(backing, fault));
}

function explainGeometry({ name, extent }: NamespaceBacking, fault: GeometryFault): Explanation {
  const hint = `put Xen's structures into another one: xl pmem-setup --namespace ${name} --mgmt NAMESPACE`;
  return fault.kind === "no-room"
    ? {
      what: `${name} of ${shortSize(extent.end - extent.start)} is too small: ${shortSize(fault.needed)} are needed`,
      hint,
    }
    : { what: `the page-map area of ${name} holds ${shortSize(fault.have)}, Xen needs ${shortSize(fault.need)}`, hint };
}

function costView({ extent, mode }: NamespaceBacking, reserved: Range | undefined): XenCostView {
  const { byRule, alone } = costOf(extent);
  const where = !reserved
    ? "elsewhere (--mgmt)"
    : mode === "raw"
    ? "in the namespace, before its data"
    : "inside the page-map area";
  return { ruleBytes: byRule, takenBytes: alone, where };
}

const remedyOf = ({ mode }: NamespaceBacking): string =>
  mode === "raw" ? "if handed over with --align 1G" : "if recreated with -a 1G";
