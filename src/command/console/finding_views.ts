/** What an operator should look at, worst first. */
import { hex } from "../../base/units.ts";
import { stateErrorWords } from "../../acpi/mod.ts";
import { dimmNamesOn, type Fork, labelAreas, violations } from "../../host/mod.ts";
import { checkLabelAreas, explainLabel, type LabelFault } from "../../label/mod.ts";
import { type FindingView } from "../language/console_host.ts";

export function findingViews(fork: Fork): FindingView[] {
  if (!fork.isOn) return [OFF];
  return [
    ...violations(fork).map(({ object, what, rule }): FindingView => ({
      severity: "danger",
      object,
      what: `${what} (${rule})`,
      hint: "host check tells more",
    })),
    ...poisoned(fork),
    ...sickDimms(fork),
    ...brokenSets(fork),
    ...idle(fork),
  ];
}

const OFF: FindingView = {
  severity: "warning",
  object: "the host",
  what: "the machine is off: no dom0, no guests",
  hint: "host boot turns it on",
};

const poisoned = (fork: Fork): FindingView[] =>
  fork.machine.poison().map(({ start, length }): FindingView => ({
    severity: "danger",
    object: hex(start),
    what: `${length} bytes of the medium cannot be read`,
    hint: "ndctl clear-errors zeroes and clears them, once no guest uses them",
  }));

function sickDimms(fork: Fork): FindingView[] {
  return fork.dom0.dimms().flatMap((dimm): FindingView[] => {
    const words = stateErrorWords(dimm.stateFlags);
    if (dimm.locked) {
      return [{
        severity: "warning",
        object: dimm.name,
        what: "the DIMM is locked",
        hint: "its namespaces do not come up",
      }];
    }
    if (!dimm.enabled) {
      return [{
        severity: "warning",
        object: dimm.name,
        what: "the DIMM is disabled",
        hint: `ndctl enable-dimm ${dimm.name}`,
      }];
    }
    if (words.length === 0) return [];
    return [{
      severity: "warning",
      object: dimm.name,
      what: `firmware reports ${words.join(", ")}`,
      hint: "writes may not persist: no guest gets memory on it",
    }];
  });
}

/** What only shows when the DIMMs of a set are looked at together; each area may be sound by itself. */
const OF_SETS: readonly LabelFault["kind"][] = ["missing position", "doubled position", "set disagrees"];

function brokenSets(fork: Fork): FindingView[] {
  const areas = labelAreas(fork);
  const names = dimmNamesOn(fork);
  return checkLabelAreas(areas.map(({ bytes }) => bytes)).filter(({ kind }) => OF_SETS.includes(kind)).map((fault) => {
    const { what, hint } = explainLabel(fault);
    return { severity: "warning", object: names(areas[fault.area]!.handle), what, hint };
  });
}

/** Regions and namespaces that are there and not in use because something switched them off. */
function idle(fork: Fork): FindingView[] {
  const regions = fork.dom0.regions().filter((region) => !region.enabled).map((region): FindingView => ({
    severity: "warning",
    object: region.name,
    what: "the region is disabled",
    hint: `ndctl enable-region ${region.name}`,
  }));
  const namespaces = fork.dom0.namespaces().filter((namespace) => namespace.size > 0 && !namespace.active);
  return [
    ...regions,
    ...namespaces.map((namespace): FindingView => ({
      severity: "warning",
      object: namespace.name,
      what: "the namespace is disabled",
      hint: `ndctl enable-namespace ${namespace.name}`,
    })),
  ];
}
