/** Screen 4: the domains, and for the selected one its guest-physical memory to scale and its vNVDIMMs. */
import type { DomainView } from "../../src/command/language/console_host.ts";
import { shortSize } from "../../src/base/units.ts";
import { rehearse } from "../acts.ts";
import { quoted } from "../../src/command/language/words.ts";
import { stay } from "../messages.ts";
import { type Model } from "../model.ts";
import { type Screen } from "../scene.ts";
import { type Role } from "../theme.ts";
import { EMPTY, line, span } from "../text/line.ts";
import { createLine } from "../xl_lines.ts";
import { byNumber, byText, type Column } from "../widgets/table.ts";
import { onScreen, readOnly } from "./bindings.ts";
import { domainPane, domainPaneRows, isGuest, pmemBytes } from "./domain_pane.ts";
import { listing } from "./listing.ts";
import { assignKey, namespaceAtCursor } from "./namespaces.ts";

const DOMAIN_ROLES: Readonly<Record<DomainView["state"], Role>> = {
  running: "ok",
  paused: "warning",
  shutdown: "muted",
  crashed: "danger",
  dying: "danger",
  off: "muted",
};

const COLUMNS: readonly Column<DomainView>[] = [
  { title: "NAME", priority: 1, min: 8, text: (d) => d.name, compare: byText((d) => d.name) },
  {
    title: "ID",
    align: "right",
    priority: 2,
    min: 2,
    text: (d) => (d.domid === undefined ? "" : String(d.domid)),
    compare: byNumber((d) => d.domid ?? Infinity),
  },
  {
    title: "STATE",
    priority: 1,
    min: 8,
    text: (d) => d.state,
    role: (d) => DOMAIN_ROLES[d.state],
    compare: byText((d) => d.state),
  },
  { title: "TYPE", priority: 6, min: 4, text: (d) => d.type },
  {
    title: "MEMORY",
    align: "right",
    priority: 3,
    min: 10,
    text: (d) => (d.memoryBytes > 0 ? shortSize(d.memoryBytes) : ""),
    compare: byNumber((d) => d.memoryBytes),
  },
  { title: "VCPUS", align: "right", priority: 7, min: 5, text: (d) => (d.vcpus > 0 ? String(d.vcpus) : "") },
  {
    title: "PMEM",
    align: "right",
    priority: 1,
    min: 10,
    text: (d) => (d.vnvdimms.length > 0 ? shortSize(pmemBytes(d)) : ""),
    compare: byNumber(pmemBytes),
  },
  {
    title: "VNVDIMMS",
    align: "right",
    priority: 4,
    min: 8,
    text: (d) => (d.vnvdimms.length > 0 ? String(d.vnvdimms.length) : ""),
  },
  { title: "ACPI", priority: 8, min: 4, text: (d) => d.acpi },
  { title: "AUTOSTART", priority: 9, min: 9, text: (d) => (d.autostart ? "yes" : "") },
  { title: "CONFIG", priority: 5, min: 12, side: "start", text: (d) => d.config ?? "" },
];

const table = listing<DomainView>({
  name: "domains",
  title: "Domains",
  columns: COLUMNS,
  all: (model) => model.snapshot.domains,
  id: (d) => d.name,
  order: () => "by domid",
  paneRows: domainPaneRows,
  pane: ({ model, width, height }, d) => domainPane(model, d, width, height),
  nothing: () => [
    EMPTY,
    line(span("   Xen runs no domain.", "strong")),
    EMPTY,
    line(span("   a", "key"), span("  starts a guest with a namespace.")),
  ],
});
const domainAtCursor = table.at;

/** Why there are no tables and no EPT of the domain under the cursor. */
const notRunning = (model: Model, dom0: string): string | undefined => {
  const d = domainAtCursor(model);
  if (!isGuest(d)) return dom0;
  return d.domid === undefined ? `${d.name} does not run; s starts it.` : undefined;
};

/** The xl.cfg it was made from, or the one that makes a guest of its name. */
const configOf = (model: Model, d: DomainView): string | undefined =>
  d.config ?? model.snapshot.guests.find((g) => g.name === d.name)?.path;

/** With all that is kept for it, also what its xl.cfg does not name. */
function startLine(model: Model, d: DomainView): string {
  const path = configOf(model, d)!;
  const config = model.snapshot.guests.find((g) => g.path === path);
  return config ? createLine(config, d.vnvdimms.map((v) => v.backend)) : `xl create ${quoted(path)}`;
}

export const domains: Screen = {
  name: "domains",
  title: "Domains",
  bindings: [
    {
      keys: ["enter"],
      label: "tables",
      help: "The ACPI tables this guest gets (screen 5)",
      unavailable: (model) => notRunning(model, "dom0 has the host's own tables: press 5."),
      act: (model) => stay(onScreen({ ...model, tables: { domain: domainAtCursor(model)!.name, index: 0 } }, "nfit")),
    },
    {
      keys: ["e"],
      label: "EPT",
      help: "The second-level page tables of this guest (screen 6)",
      unavailable: (model) => notRunning(model, "dom0 has no EPT here; give a guest memory with a."),
      act: (model) => stay(onScreen({ ...model, ept: { domain: domainAtCursor(model)!.name, gpa: undefined } }, "ept")),
    },
    assignKey((model) => namespaceAtCursor(model)?.name),
    {
      keys: ["s"],
      label: "start",
      help: "Start the guest from its xl.cfg",
      unavailable: (model) => {
        const d = domainAtCursor(model);
        if (readOnly(model)) return readOnly(model);
        if (!isGuest(d)) return "dom0 runs already.";
        if (d.state === "running" || d.state === "paused") return `${d.name} runs already, as domain ${d.domid}.`;
        return configOf(model, d)
          ? undefined
          : `No xl.cfg here makes ${d.name}; start it with \`xl create FILE\` on the command line (:).`;
      },
      act: (model) => rehearse(model, [startLine(model, domainAtCursor(model)!)], "ask"),
    },
    {
      keys: ["x"],
      label: "shut down",
      help: "Ask the guest to shut down; its persistent memory stays its own",
      unavailable: (model) => {
        const d = domainAtCursor(model);
        if (readOnly(model)) return readOnly(model);
        if (!isGuest(d)) return "dom0 is shut down with the host, by `host shutdown` (:).";
        return d.domid === undefined ? `${d.name} does not run.` : undefined;
      },
      act: (model) => rehearse(model, [`xl shutdown ${quoted(domainAtCursor(model)!.name)}`], "ask"),
    },
    {
      keys: ["X"],
      label: "",
      help: "End the guest at once, without asking it; its persistent memory stays its own",
      unavailable: (model) => {
        const d = domainAtCursor(model);
        if (readOnly(model)) return readOnly(model);
        if (!isGuest(d)) return "dom0 ends with the host.";
        return d.domid === undefined ? `${d.name} does not run.` : undefined;
      },
      act: (model) => rehearse(model, [`xl destroy ${quoted(domainAtCursor(model)!.name)}`], "ask"),
    },
    ...table.keys((d) => d.name),
  ],
  line: () => "xl list",
  list: table.list,
  view: table.view,
};
