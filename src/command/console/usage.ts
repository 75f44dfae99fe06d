/** Whose persistent memory is: what dom0 holds open, what was handed to Xen, what the toolstack keeps for which guest. */
import { mfnOfSpa } from "../../abi/mod.ts";
import { overlaps, type Range, range } from "../../base/range.ts";
import { type NamespaceView as KernelNamespace } from "../../dom0/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type StateWord } from "../language/console_host.ts";

export interface Usage {
  readonly state: StateWord;
  /** `web1 nv0`, or the mount point. */
  readonly owner: string | undefined;
}

/** A function from namespaces to their use; the records are read once. */
export function usageOn(fork: Fork): (namespace: KernelNamespace) => Usage | undefined {
  const { domains, assignments, reports } = fork.state.toolstack;
  const live = [...domains.ids()].flatMap((id) => {
    const record = domains.get(id)!;
    return record.vnvdimms.map((nv) => ({
      owner: `${record.name} nv${nv.slot}`,
      frames: nv.runs.map((run) => range(run.mfn, run.count)),
    }));
  });
  const kept = [...assignments.ids()].map((id) => assignments.get(id)!);
  const reported = new Set([...reports.ids()].flatMap((id) => {
    const report = reports.get(id)!;
    return report.kind === "namespace" && report.namespace.uuid !== undefined ? [report.namespace.uuid] : [];
  }));
  return (namespace) => {
    const frames: Range = { start: mfnOfSpa(namespace.extent.start), end: mfnOfSpa(namespace.extent.end) };
    const user = live.find((nv) => nv.frames.some((run) => overlaps(run, frames)));
    if (user) return { state: "assigned", owner: user.owner };
    const waiting = kept.find(({ identity }) => identity.kind !== "frames" && uuidOf(identity) === namespace.uuid);
    if (waiting) return { state: "reserved", owner: `${waiting.domainName} nv${waiting.slot}` };
    const mounted = mountOf(fork, namespace);
    if (mounted !== undefined) return { state: "mounted", owner: mounted };
    return namespace.uuid !== undefined && reported.has(namespace.uuid)
      ? { state: "xen", owner: undefined }
      : undefined;
  };
}

type Identity = { readonly kind: "namespace"; readonly uuid?: string } | {
  readonly kind: "file";
  readonly namespace: { readonly uuid?: string };
};

const uuidOf = (identity: Identity): string | undefined =>
  identity.kind === "file" ? identity.namespace.uuid : identity.uuid;

/** The folder that a filesystem on the namespace's disk is mounted on. */
function mountOf(fork: Fork, namespace: KernelNamespace): string | undefined {
  const personality = namespace.holder === undefined ? undefined : fork.dom0.personality(namespace.holder);
  const disk = namespace.disk ?? personality?.disk;
  const holder = disk === undefined ? undefined : fork.state.dom0.holders.get(disk);
  return /^mounted on (.*)$/.exec(holder?.who ?? "")?.[1];
}
