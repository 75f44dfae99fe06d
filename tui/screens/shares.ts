/** Whose the persistent memory is, in numbers: the table of the overview, and what its chart shows. */
import type {
  HostSnapshot,
  NamespaceView,
  RegionView,
  SegmentView,
  XenRangeView,
} from "../../src/command/language/console_host.ts";
import { GiB, MiB, shortSize } from "../../src/base/units.ts";
import { remembered } from "../memo.ts";
import { type CapacityBar, type CapacityPart, type Unit } from "../scene.ts";
import { type Role } from "../theme.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { cut, fit } from "../text/width.ts";
import { shares } from "../widgets/bar.ts";
import { FILLS, plural } from "./parts.ts";

/** Everything a byte of a region can be, in the order of the overview: yours to give first. */
interface Share {
  readonly what: string;
  readonly bytes: number;
  readonly says: string;
  readonly role: Role;
  readonly fill: string;
}

const sumOf = (list: readonly NamespaceView[]): number => list.reduce((sum, n) => sum + n.sizeBytes, 0);

export const sharesOf = remembered((host: HostSnapshot): readonly Share[] =>
  host.identity.management === "xen" ? sharesByFrame(host) : sharesByNamespace(host)
);

const PAGE = 4096;

/** Under management `xen`: by Xen's ranges, since there are no namespaces. */
function sharesByFrame({ ranges }: HostSnapshot): readonly Share[] {
  const of = (kind: XenRangeView["kind"]) => ranges.filter((r) => r.kind === kind);
  const bytes = (list: readonly XenRangeView[]) => list.reduce((sum, r) => sum + (r.endMfn - r.startMfn) * PAGE, 0);
  const used = of("data").reduce((sum, r) => sum + r.usedFrames * PAGE, 0);
  const users = [...new Set(of("data").flatMap((r) => r.users))].join(", ");
  return [
    {
      what: "not set up",
      bytes: bytes(of("raw")),
      says: plural(of("raw").length, "raw range"),
      role: "muted",
      fill: FILLS.free,
    },
    {
      what: "structures",
      bytes: bytes(of("mgmt")),
      says: plural(of("mgmt").length, "mgmt range"),
      role: "accent",
      fill: FILLS.mgmt,
    },
    {
      what: "assignable",
      bytes: bytes(of("data")) - used,
      says: plural(of("data").length, "data range"),
      role: "text",
      fill: FILLS.data,
    },
    { what: "guests", bytes: used, says: users, role: "ok", fill: FILLS.data },
  ];
}

function sharesByNamespace(host: HostSnapshot): readonly Share[] {
  const free = host.regions.reduce((sum, r) => sum + r.availableBytes, 0);
  const largest = Math.max(0, ...host.regions.map((r) => r.largestBytes));
  const by = (test: (n: NamespaceView) => boolean) => host.namespaces.filter(test);
  const idle = by((n) => n.state === "free" || n.state === "active" || n.state === "disabled");
  const inDom0 = by((n) => n.state === "mounted" || n.state === "reserved");
  const xen = by((n) => n.state === "xen");
  const broken = by((n) => n.state === "broken");
  const owners = Map.groupBy(by((n) => n.state === "assigned"), (n) => n.owner?.split(" ")[0] ?? "a guest");
  const share = (what: string, list: readonly NamespaceView[], role: Role, fillChar: string, says: string): Share[] =>
    list.length === 0 ? [] : [{ what, bytes: sumOf(list), says, role, fill: fillChar }];
  return [
    { what: "not carved", bytes: free, says: `largest piece ${shortSize(largest)}`, role: "muted", fill: FILLS.free },
    ...share("carved, free", idle, "text", "█", plural(idle.length, "namespace")),
    ...share("used by dom0", inDom0, "text", "█", inDom0.map((n) => n.owner ?? n.name).join(", ")),
    ...share("given to Xen", xen, "accent", "█", `${plural(xen.length, "namespace")}, no guest yet`),
    ...[...owners].flatMap(([owner, list]) => share(owner, list, "ok", "█", list.map((n) => n.name).join(", "))),
    ...share("broken", broken, "danger", "█", broken.map((n) => n.name).join(", ")),
  ];
}

function capacityByFrame(host: HostSnapshot, region: RegionView): CapacityBar {
  const inside = (kind: SegmentView["kind"]) =>
    region.segments.filter((s) => s.kind === kind).reduce((sum, s) => sum + s.endSpa - s.startSpa, 0);
  const end = region.startSpa + region.sizeBytes;
  const used = host.ranges.filter((r) => r.startMfn * PAGE >= region.startSpa && r.endMfn * PAGE <= end)
    .reduce((sum, r) => sum + (r.kind === "data" ? r.usedFrames * PAGE : 0), 0);
  return {
    name: region.name,
    parts: [
      { what: "guests", bytes: used, role: "ok" },
      { what: "structures", bytes: inside("mgmt"), role: "accent" },
      { what: "assignable", bytes: inside("data") - used, role: "muted" },
      { what: "not set up", bytes: inside("raw") + inside("free"), role: "rule" },
    ],
  };
}

/** Capacity of each region by who has it, for the chart and its text. */
export const capacityOf = remembered((host: HostSnapshot): readonly CapacityBar[] =>
  host.regions.map((r) => {
    if (host.identity.management === "xen") return capacityByFrame(host, r);
    const all = host.namespaces.filter((n) => n.region === r.name);
    const of = (...states: readonly NamespaceView["state"][]) => sumOf(all.filter((n) => states.includes(n.state)));
    const guests = of("assigned", "reserved");
    const xen = of("xen");
    const dom0 = of("mounted");
    const free = of("free", "active", "disabled", "broken");
    return {
      name: r.name,
      parts: [
        { what: "guests", bytes: guests, role: "ok" },
        { what: "Xen", bytes: xen, role: "accent" },
        { what: "dom0", bytes: dom0, role: "text" },
        { what: "carved, free", bytes: free, role: "muted" },
        { what: "not carved", bytes: Math.max(0, r.sizeBytes - guests - xen - dom0 - free), role: "rule" },
      ],
    };
  })
);

/** GiB, or MiB where GiB would all be small numbers. */
export function chartUnit({ regions }: HostSnapshot): Unit {
  const largest = Math.max(0, ...regions.map((r) => r.sizeBytes));
  return largest >= SMALL ? { name: "GiB", bytes: GiB } : { name: "MiB", bytes: MiB };
}
const SMALL = 8 * GiB;

/** Who has how much, with a bar each. */
export function shareTable(host: HostSnapshot, width: number, height: number, spoken: boolean): Line[] {
  const all = sharesOf(host);
  const total = all.reduce((sum, s) => sum + s.bytes, 0) || 1;
  const barWidth = Math.max(8, Math.min(24, width - 64));
  const rows = all.map((s): Line => {
    const cells = s.bytes === 0 ? 0 : Math.max(1, Math.round((s.bytes / total) * barWidth));
    return [
      span(`   ${fit(s.what, 13)}`, s.bytes > 0 ? s.role : "muted"),
      span(fit(shortSize(s.bytes), 12, "right")),
      span(fit(`${Math.round((s.bytes / total) * 100)} %`, 7, "right"), "muted"),
      ...(spoken ? [] : [
        span(`  ${s.fill.repeat(cells)}`, s.role === "text" ? "muted" : s.role),
        span(" ".repeat(barWidth - cells)),
      ]),
      span(`  ${cut(s.says, Math.max(0, width - barWidth - 40))}`, "muted"),
    ];
  });
  if (rows.length <= height) return rows;
  return [...rows.slice(0, height - 1), line(span(`   and ${rows.length - height + 1} more owners`, "muted"))];
}

/** What the chart shows, in text: used before it is loaded and where it cannot be drawn. */
export function capacityText(host: HostSnapshot, width: number): Line[] {
  const fill: Readonly<Record<CapacityPart["role"], string>> = {
    ok: "█",
    accent: "▒",
    text: "▓",
    muted: "░",
    rule: FILLS.free,
  };
  const room = Math.max(10, width - 24);
  const legend = (capacityOf(host)[0]?.parts ?? []).map((p): Line => [span(` ${fill[p.role]} ${p.what}`, p.role)]);
  return [
    EMPTY,
    ...capacityOf(host).flatMap((region): Line[] => {
      const cells = shares(region.parts.map((p) => p.bytes), room, 0);
      const total = region.parts.reduce((sum, p) => sum + p.bytes, 0);
      return [[
        span(` ${fit(region.name, 9)} `),
        ...region.parts.map((p, i) => span(fill[p.role].repeat(cells[i]!), p.role)),
        span(fit(shortSize(total), 12, "right"), "muted"),
      ]];
    }),
    EMPTY,
    ...legend,
  ];
}
