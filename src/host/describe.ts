/** A host's objects, each told in one line: what previews and dry runs compare. */
import { hex, PAGE_SIZE, shortSize } from "../base/units.ts";
import { type Fork } from "./fork.ts";

const MODE_WORD = { raw: "raw", safe: "sector", memory: "fsdax", dax: "devdax" } as const;

/** By name, in the order an operator would list them. */
export type Description = ReadonlyMap<string, string>;

export function describe(fork: Fork): Description {
  const objects = new Map<string, string>();
  describeGuests(fork, objects);
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
  describeXen(fork, objects);
  return objects;
}

/** Ranges of frames that Xen was given, and the namespaces whose memory it is. */
function describeXen(fork: Fork, objects: Map<string, string>): void {
  for (const kind of ["mgmt", "data"] as const) {
    for (const { start, end } of fork.xen.regions(kind)) {
      objects.set(`${kind} ${hex(start)} – ${hex(end)}`, shortSize((end - start) * PAGE_SIZE));
    }
  }
  for (const report of fork.toolstack.reports()) {
    const what = report.kind === "namespace" ? reportName(fork, report.namespace.uuid) : undefined;
    if (what !== undefined) objects.set(what, `${objects.get(what) ?? ""}, Xen's`);
  }
}

const reportName = (fork: Fork, uuid: string | undefined): string | undefined =>
  fork.dom0.namespaces().find((namespace) => uuid !== undefined && namespace.uuid === uuid)?.name;

function describeGuests(fork: Fork, objects: Map<string, string>): void {
  for (const record of fork.toolstack.records()) {
    const pmem = record.vnvdimms.map(({ slot, spec, pages }) =>
      `nv${slot} ${shortSize(pages * PAGE_SIZE)} of ${backendOf(spec)}`
    );
    objects.set(record.name, [`domain ${record.domid}`, ...pmem].join(", "));
  }
  for (const { domainName, slot, spec } of fork.toolstack.assignments()) {
    objects.set(`${domainName} nv${slot}`, `kept for it: ${backendOf(spec)}`);
  }
}

/** What an entry of `vnvdimms` names, without its options. */
const backendOf = (spec: string): string => /backend\s*=\s*([^,]*)/.exec(spec)?.[1]?.trim() ?? spec;
