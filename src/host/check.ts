/** What must hold of a host at any time. `host check`, tests and fuzzers run this one list. */
import { hex } from "../base/units.ts";
import { alignDown } from "../base/quantity.ts";
import { checkLabelArea, explainLabel } from "../label/mod.ts";
import { ofOwners } from "./check_owners.ts";
import { type Fork } from "./fork.ts";
import { labelAreas } from "./label_areas.ts";
import { type HostViolation } from "./violation.ts";

export function violations(fork: Fork): HostViolation[] {
  return [...ofXen(fork), ...ofOwners(fork), ...ofLabels(fork), ...ofCapacity(fork)];
}

const ofXen = (fork: Fork): HostViolation[] =>
  fork.xen.violations().map(({ name, detail }) => ({ rule: name, object: "Xen", what: detail }));

/**
 * Every label area is sound by itself; warnings and notes are what a kernel may leave behind. That sets are whole is no
 * invariant: who initialises one DIMM of two, as ndctl lets one do, breaks them.
 */
function ofLabels(fork: Fork): HostViolation[] {
  return labelAreas(fork).flatMap(({ handle, bytes }) =>
    checkLabelArea(bytes).filter((fault) => fault.severity === "error").map((fault) => ({
      rule: "label areas are sound",
      object: `DIMM ${hex(handle)}`,
      what: explainLabel(fault).what,
    }))
  );
}

/** What namespaces take and what is free make up the region, but for what alignment leaves over at its ends. */
function ofCapacity(fork: Fork): HostViolation[] {
  return fork.dom0.regions().filter((region) => region.enabled && region.labelled).flatMap((region) => {
    const used = fork.dom0.namespaces(region.number).reduce((sum, namespace) => sum + namespace.size, 0);
    const { available } = fork.dom0.capacity(region.number);
    const whole = alignDown(region.size, region.align);
    const over = used + available - region.size;
    if (over > 0) {
      return [{ rule: "used and free capacity add up", object: region.name, what: `${over} bytes too many` }];
    }
    return used % region.align === 0 && used + available !== whole
      ? [{
        rule: "used and free capacity add up",
        object: region.name,
        what: `${whole - used - available} bytes are missing`,
      }]
      : [];
  });
}
