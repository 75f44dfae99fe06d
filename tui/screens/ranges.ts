/** Screen 2 under management `xen`: Xen's raw, mgmt and data ranges by frame, and why there are no namespaces. */
import type { XenRangeView } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { wrapped } from "../text/width.ts";
import { rule } from "../widgets/rule.ts";
import { byNumber, byText, type Column } from "../widgets/table.ts";
import { listing } from "./listing.ts";

export const COLUMNS: readonly Column<XenRangeView>[] = [
  { title: "KIND", priority: 1, min: 4, text: (r) => r.kind, compare: byText((r) => r.kind) },
  { title: "FIRST MFN", priority: 1, min: 11, text: (r) => hex(r.startMfn, 9), compare: byNumber((r) => r.startMfn) },
  { title: "END MFN", priority: 1, min: 11, text: (r) => hex(r.endMfn, 9) },
  {
    title: "SIZE",
    align: "right",
    priority: 2,
    min: 10,
    text: (r) => shortSize((r.endMfn - r.startMfn) * 4096),
    compare: byNumber((r) => r.endMfn - r.startMfn),
  },
  { title: "PXM", align: "right", priority: 6, min: 3, text: (r) => String(r.proximityDomain ?? "") },
  { title: "USED", align: "right", priority: 3, min: 8, text: (r) => grouped(r.usedFrames) },
  { title: "NAMESPACE", priority: 5, min: 10, text: (r) => r.namespace ?? "" },
  { title: "BY", priority: 4, min: 6, text: (r) => r.users.join(", ") },
];

const WHY = [
  "Management `xen`: Xen parsed the NFIT itself, hid it from dom0 and denies dom0 all raw pmem.",
  "`ndctl list` prints nothing. Firmware and media are shown as stored; dom0 sees none of it.",
  "Raw ranges wait for `xl pmem-setup`; mgmt holds Xen's structures; data can go to guests.",
];

const whyLines = (width: number): Line[] =>
  WHY.flatMap((text) => wrapped(text, width - 2)).map((text) => line(span(` ${text}`)));

export const ranges = listing<XenRangeView>({
  name: "namespaces",
  title: "Xen's pmem by frame",
  columns: COLUMNS,
  all: (model) => model.snapshot.ranges,
  id: (r) => `${r.kind} ${hex(r.startMfn)}`,
  order: () => "by frame",
  paneRows: () => 6,
  pane: ({ model, width }) => [rule(["Why no namespaces"], width, model.theme), ...whyLines(width)],
  nothing: ({ size }) => [EMPTY, line(span("   No range.", "strong")), EMPTY, ...whyLines(size.columns)],
});
