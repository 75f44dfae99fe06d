/** Xen's raw, management and data ranges in order of frame, with who uses them and what dom0's labels say of them. */
import { mfnOfSpa } from "../../abi/mod.ts";
import { lengthOf, overlaps, type Range, without } from "../../base/range.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { type SegmentView, type XenRangeView } from "../language/console_host.ts";

export function rangeViews(fork: Fork, domainName: (domid: number) => string): XenRangeView[] {
  const { xen } = fork;
  const namespaces = fork.dom0.namespaces().filter((namespace) => namespace.size > 0).map((namespace) => ({
    name: namespace.name,
    frames: { start: mfnOfSpa(namespace.extent.start), end: mfnOfSpa(namespace.extent.end) },
  }));
  const common = ({ start, end }: Range) => ({
    startMfn: start,
    endMfn: end,
    namespace: namespaces.find((namespace) => overlaps(namespace.frames, { start, end }))?.name,
  });
  const raw = xen.regions("raw");
  const pxmOf = (range: Range) => raw.find((region) => overlaps(region, range))?.pxm;
  const views: XenRangeView[] = [
    ...raw.map((region): XenRangeView => ({
      kind: "raw",
      ...common(region),
      proximityDomain: region.pxm,
      usedFrames: 0,
      users: [],
    })),
    ...xen.regions("mgmt").map((region): XenRangeView => ({
      kind: "mgmt",
      ...common(region),
      proximityDomain: pxmOf(region),
      usedFrames: region.used,
      users: ["Xen"],
    })),
    ...xen.regions("data").map((region): XenRangeView => {
      const owned = [...xen.owned(region)];
      return {
        kind: "data",
        ...common(region),
        proximityDomain: pxmOf(region),
        usedFrames: owned.reduce((sum, run) => sum + lengthOf(run), 0),
        users: [...new Set(owned.map((run) => domainName(run.owner)))],
      };
    }),
  ];
  return views.sort((a, b) => a.startMfn - b.startMfn || b.endMfn - a.endMfn);
}

/** A range of addresses from end to end: what Xen holds structures in, what guests can get, and what waits to be set up. */
export function rangeSegments(fork: Fork, whole: Range): SegmentView[] {
  const within = (["mgmt", "data"] as const).flatMap((kind) =>
    fork.xen.regions(kind).map(({ start, end }) => ({ kind, start: start * PAGE_SIZE, end: end * PAGE_SIZE }))
      .filter((range) => overlaps(range, whole))
  );
  const waiting = without(whole, within).map((range) => ({ kind: "raw" as const, ...range }));
  return [...within, ...waiting].sort((a, b) => a.start - b.start)
    .map(({ kind, start, end }) => ({ kind, startSpa: start, endSpa: end, name: "" }));
}
