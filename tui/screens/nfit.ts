/** Screen 5: the ACPI tables of the host or of a guest, decoded on the left, as bytes on the right. */
import type { FieldNode, HostSnapshot, TableView } from "../../src/command/language/console_host.ts";
import { hex } from "../../src/base/units.ts";
import { quoted } from "../../src/command/language/words.ts";
import { remembered } from "../memo.ts";
import { stay } from "../messages.ts";
import { type Binding } from "../keys.ts";
import { type Model } from "../model.ts";
import { type Scene, type Screen } from "../scene.ts";
import { beside, EMPTY, fill, type Line, line, span } from "../text/line.ts";
import { hexLines, hexTop, hexWidth } from "../widgets/hex.ts";
import { clean, wrapped } from "../text/width.ts";
import { cursorIndex, topRow } from "../widgets/list.ts";
import { rule } from "../widgets/rule.ts";
import { type Column, tableLines } from "../widgets/table.ts";
import { flattened, toggled, type TreeRow, treeSign } from "../widgets/tree.ts";
import { copyKey, withList } from "./bindings.ts";
import { plural } from "./parts.ts";
import { refusal } from "./refusal.ts";

const COLUMNS: readonly Column<TreeRow<FieldNode>>[] = [
  {
    title: "FIELD",
    priority: 1,
    min: 16,
    text: (r) => inTree(r, r.node.name),
    short: (r) => inTree(r, shortened(r.node.name)),
  },
  {
    title: "VALUE",
    grow: true,
    priority: 2,
    min: 10,
    text: (r) => [r.node.value, r.node.note ?? "", r.node.fault ?? ""].filter((t) => t).join("  ") || " ",
    role: (r) => (r.node.fault ? "danger" : r.depth === 0 ? "muted" : "text"),
  },
  {
    title: "BYTES",
    align: "right",
    priority: 3,
    min: 7,
    text: (r) => (r.depth === 0 ? `${r.node.offset}–${r.node.offset + r.node.length - 1}` : String(r.node.offset)),
    role: () => "muted",
  },
];

const inTree = (r: TreeRow<FieldNode>, name: string): string => `${"  ".repeat(r.depth)}${treeSign(r.state)}${name}`;

/** Terms of the specification in the letters that everybody uses for them; the full name stands above the bytes. */
const shortened = (name: string): string =>
  name.replace("System Physical Address", "SPA").replace("NVDIMM Physical Address", "DPA").replace(
    "Structure Index",
    "Index",
  );

export interface TablesState {
  readonly domain: string | undefined;
  readonly all: readonly TableView[];
  readonly index: number;
}

/** An NFIT starts as a list of its structures, the first range open; what was opened or closed stays so. */
const rowsOfTable = remembered((table: TableView, owner: string | undefined, turned: ReadonlySet<string>) => {
  const first = table.tree.find(({ name }) => /SPA range/i.test(name)) ?? table.tree[0];
  return flattened(table.tree, {
    // Every guest's table has a structure at byte 40: each is opened for itself.
    id: (node: FieldNode) => `${owner ?? ""} ${table.signature} ${node.id}`,
    isLeaf: (node) => node.children.length === 0,
    children: (node) => node.children,
    startsOpen: (node) => node === first,
  }, turned);
});
const ids = remembered((rows: readonly TreeRow<FieldNode>[]) => rows.map((r) => r.id));

/** Running guests that have persistent memory, and so tables and an EPT to look at. */
export const guestsWithTables = remembered((host: HostSnapshot): readonly string[] =>
  host.domains.filter((d) => d.domid !== undefined && d.domid !== 0 && d.vnvdimms.length > 0).map((d) => d.name)
);

/** Whose tables are shown: those of the guest that was chosen, while it runs, else the host's own. */
const ownerOf = ({ snapshot, tables }: Model): string | undefined =>
  guestsWithTables(snapshot).find((name) => name === tables.domain);
const tablesOf = (model: Model) => model.snapshot.tables(ownerOf(model));
const tableOf = (model: Model): TableView | undefined =>
  tablesOf(model).map((all) => all[Math.min(model.tables.index, all.length - 1)]).unwrapOr(undefined);
const rowsOf = (model: Model): readonly TreeRow<FieldNode>[] => {
  const table = tableOf(model);
  return table ? rowsOfTable(table, ownerOf(model), model.lists.nfit.turned) : [];
};

/** Whose tables one can look at: the host's, then each domain that has any. */
const owners = (model: Model): readonly (string | undefined)[] => [undefined, ...guestsWithTables(model.snapshot)];

function nextTable(model: Model, by: 1 | -1): Model {
  const count = tablesOf(model).map((all) => all.length).unwrapOr(1);
  const index = model.tables.index + by;
  if (index >= 0 && index < count) return { ...model, tables: { ...model.tables, index } };
  const all = owners(model);
  const at = Math.max(0, all.indexOf(ownerOf(model)));
  const domain = all[(at + by + all.length) % all.length];
  const last = model.snapshot.tables(domain).map((tables) => tables.length - 1).unwrapOr(0);
  return { ...model, tables: { domain, index: by > 0 ? 0 : last } };
}

const reset = (model: Model): Model => withList(model, "nfit", { selected: undefined, index: 0, top: 0 });

/** Opening and closing of nodes, for every screen that shows a tree. */
export function treeKeys<N>(name: "nfit" | "ept", rowsOf: (model: Model) => readonly TreeRow<N>[]): readonly Binding[] {
  const here = (model: Model) => {
    const rows = rowsOf(model);
    return rows[cursorIndex(model.lists[name], rows.map((r) => r.id))];
  };
  const turn = (model: Model, id: string) =>
    withList(model, name, { turned: toggled(model.lists[name].turned, id), selected: id });
  return [
    {
      keys: ["enter", " "],
      label: "open",
      help: "Open or close the row under the cursor",
      act: (model) => {
        const row = here(model);
        return stay(row && row.state !== "leaf" ? turn(model, row.id) : model);
      },
    },
    {
      keys: ["right", "l"],
      label: "",
      help: "Open the row under the cursor",
      act: (model) => {
        const row = here(model);
        return stay(row?.state === "closed" ? turn(model, row.id) : model);
      },
    },
    {
      keys: ["left", "h"],
      label: "",
      help: "Close the row under the cursor, or go to the one that holds it",
      act: (model) => {
        const row = here(model);
        if (row?.state === "open") return stay(turn(model, row.id));
        const rows = rowsOf(model);
        const at = row ? rows.indexOf(row) : -1;
        const parent = row ? rows.slice(0, at).findLastIndex((r) => r.depth < row.depth) : -1;
        return stay(parent < 0 ? model : withList(model, name, { selected: rows[parent]!.id, index: parent }));
      },
    },
  ];
}

export const nfit: Screen = {
  name: "nfit",
  title: "NFIT",
  bindings: [
    ...treeKeys("nfit", rowsOf),
    {
      keys: ["n"],
      label: "next table",
      help: "Next table, then the next guest's",
      act: (m) => stay(reset(nextTable(m, 1))),
    },
    { keys: ["p"], label: "previous", help: "Previous table", act: (m) => stay(reset(nextTable(m, -1))) },
    copyKey((model) => {
      const rows = rowsOf(model);
      return rows[cursorIndex(model.lists.nfit, ids(rows))]?.node.value;
    }),
  ],
  line: (model) => {
    const verb = tableOf(model)?.signature === "SSDT" ? "ssdt" : "nfit";
    const owner = ownerOf(model);
    return owner ? `${verb} show --domain ${quoted(owner)}` : `${verb} show`;
  },
  list: (model, height) => ({ ids: ids(rowsOf(model)), height: Math.max(1, height - 2), firstRow: 2 }),
  view,
};

function view({ model, width, height }: Scene): Line[] {
  const table = tableOf(model);
  if (!table) {
    return refusal(
      tablesOf(model).match(() => ({ what: "There is no such table.", hint: "n shows the next one." }), (e) => e),
      {
        title: "Tables",
        width,
        height,
        theme: model.theme,
      },
    );
  }
  const rows = rowsOf(model);
  const list = model.lists.nfit;
  const cursor = cursorIndex(list, ids(rows));
  const owner = ownerOf(model);
  const whose = owner ? `v${table.signature} of ${owner}` : `${table.signature} of the host`;
  const head = [
    whose,
    plural(table.bytes.length, "byte"),
    table.checksumOk ? "sum ok" : "sum wrong",
    ...table.notes.slice(0, 1),
  ];
  const listHeight = height - 1;
  const shown = { columns: COLUMNS, rows, top: topRow(list, rows.length, listHeight - 1, cursor), cursor };
  if (model.theme.layout === "reader") {
    return fill([rule(head, width, model.theme), ...tableLines(shown, width, listHeight, model.theme)], height);
  }
  const right = hexWidth(width);
  const left = width - 1 - right;
  return fill([
    [...rule(head, left, model.theme), span("┬", "rule"), ...rule(["hex"], right, model.theme)],
    ...beside(
      tableLines({ ...shown, tree: true }, left, listHeight, model.theme),
      fieldPane(table.bytes, rows[cursor]?.node, right, listHeight),
      left,
      [span("│", "rule")],
      listHeight,
    ),
  ], height);
}

/** Rows above the bytes: name, place, value in two, and a blank one. Always so many, so that the bytes stay in place. */
const FIELD_ROWS = 5;

/** The field under the cursor in full, and its bytes among those around it. */
function fieldPane(bytes: Uint8Array, node: FieldNode | undefined, width: number, height: number): Line[] {
  const mark = { offset: node?.offset ?? 0, length: node?.length ?? 0 };
  const place = `at ${hex(mark.offset)}, ${plural(mark.length, "byte")}`;
  const meaning = node ? [node.value, node.note ?? "", node.fault ?? ""].filter((t) => t) : [];
  const rows = height - FIELD_ROWS;
  return [
    ...fill([
      line(span(` ${clean(node?.name ?? "")}`, "strong")),
      line(span(mark.length > 0 ? ` ${place}` : "", "muted")),
      ...meaning.flatMap((text) => wrapped(clean(text), width - 2)).map((text) =>
        line(span(` ${text}`, node?.fault ? "danger" : "text"))
      ),
    ], FIELD_ROWS - 1),
    EMPTY,
    ...hexLines(bytes, hexTop(mark, bytes.length, width, rows), width, rows, mark),
  ];
}
