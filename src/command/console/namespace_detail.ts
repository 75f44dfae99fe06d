/** All that can be told of one namespace before anything is done with it: labels, info block, Xen's cost, a guest's EPT. */
import { err, ok, type Result } from "neverthrow";
import { mfnOfSpa } from "../../abi/mod.ts";
import { GiB } from "../../base/units.ts";
import { labelAreaOf } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import {
  DEFAULT_ALIGN,
  explainSetup,
  type NamespaceBacking,
  namespaceBacking,
  type SetupPlan,
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
  const plan = planOf(fork, name);
  const given = plan.isOk() ? plan.value.geometry.data : data;
  return ok({
    labels: labelSlots(fork, backing),
    infoBlock: infoBlockText(backing),
    dataOffset: data.start - extent.start,
    startMfn: mfnOfSpa(extent.start),
    endMfn: mfnOfSpa(extent.end),
    dataStartMfn: mfnOfSpa(given.start),
    dataEndMfn: mfnOfSpa(given.end),
    xen: plan.map(costView),
    ept: plan.map(({ geometry }): EptForecast => forecast(geometry.data, FIRST_GPA, remedyOf(backing))),
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

const costView = ({ backing, cost, geometry }: SetupPlan): XenCostView => ({
  ruleBytes: cost.byRule,
  takenBytes: cost.alone,
  where: !geometry.reserved
    ? "elsewhere (--mgmt)"
    : backing.mode === "raw"
    ? "in the namespace, before its data"
    : "inside the page-map area",
});

/** What handing the namespace over would do; of one that is Xen's already, what it did. */
function planOf(fork: Fork, name: string): Result<SetupPlan, Explanation> {
  return fork.toolstack.planSetup({ namespace: name, mgmt: undefined, align: DEFAULT_ALIGN }).mapErr(explainSetup);
}

const remedyOf = ({ mode }: NamespaceBacking): string =>
  mode === "raw" ? "if handed over with --align 1G" : "if recreated with -a 1G";
