/** A host's objects, each told in one line: what previews and dry runs compare. */
import { shortSize } from "../base/units.ts";
import { type Fork } from "./fork.ts";

const MODE_WORD = { raw: "raw", safe: "sector", memory: "fsdax", dax: "devdax" } as const;

/** By name, in the order an operator would list them. */
export function describe(fork: Fork): ReadonlyMap<string, string> {
  const objects = new Map<string, string>();
  for (const dimm of fork.dom0.dimms()) if (!dimm.enabled) objects.set(dimm.name, "disabled");
  for (const region of fork.dom0.regions()) {
    const { available } = fork.dom0.capacity(region.number);
    objects.set(region.name, `${shortSize(available)} free${region.enabled ? "" : ", disabled"}`);
    for (const namespace of fork.dom0.namespaces(region.number)) {
      if (namespace.size === 0) continue;
      const label = namespace.altName === "" ? "" : ` "${namespace.altName}"`;
      const state = namespace.active ? "" : ", disabled";
      objects.set(namespace.name, `${MODE_WORD[namespace.mode]} ${shortSize(namespace.size)}${label}${state}`);
    }
  }
  return objects;
}
