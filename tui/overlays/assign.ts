/** Assign to a guest: what it costs, which hypercalls it takes, and what the guest gets, before anything is done. */
import type { DomainView, Rehearsal } from "../../src/command/language/console_host.ts";
import { grouped, hex, shortSize } from "../../src/base/units.ts";
import { type AssignState, type Model } from "../model.ts";
import { costText, leavesText, plural, whyText, wrappedFacts } from "../screens/parts.ts";
import { memoryBar } from "../screens/domain_pane.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { assignForm } from "./assign_state.ts";
import { formKeys } from "./form_keys.ts";
import { formView, hypercallsText, writesText } from "./form_view.ts";
import { type OverlayLook } from "./overlay.ts";

export const assign: OverlayLook<AssignState> = {
  place: "body",
  keys: () => formKeys(assignForm),
  rows: (scene, state) =>
    formView(
      scene,
      assignForm,
      state,
      `${state.guest} after`,
      (result, width, brief) => after(scene.model, state, result, width, brief),
    ),
  line: ({ model }, state) => ({ kind: "command", text: assignForm.lines(model, state).join("; ") }),
};

function after(model: Model, state: AssignState, result: Rehearsal, width: number, brief: boolean): Line[] {
  const domain = result.after.domains.find((d) => d.name === state.guest);
  const { groups } = result.steps;
  return [
    ...(domain && domain.memoryMap.length > 0 ? [...memoryBar(model, domain, width), EMPTY] : []),
    ...wrappedFacts([
      ...costs(model, state, result),
      ...(domain ? gets(state, domain, result) : []),
      ...(brief ? [] : [["hypercalls", hypercallsText(groups)], ["writes", writesText(groups)]] as const),
      ...result.losses.map((l) => ["lost", `${shortSize(l.bytes)} of ${l.object}`] as const),
    ], width),
    ...(result.losses.length > 0 ? [line(span("   Data would be lost: ↵ asks for the name.", "danger"))] : []),
  ];
}

function costs(model: Model, state: AssignState, result: Rehearsal): (readonly [string, string])[] {
  const before = model.snapshot.namespaceDetail(state.namespace);
  const detail = before.isOk() && before.value.xen.isOk() ? before : result.after.namespaceDetail(state.namespace);
  return detail.match(
    (d) => [["Xen", d.xen.match(costText, whyText)]],
    () => [],
  );
}

function gets(state: AssignState, domain: DomainView, result: Rehearsal): (readonly [string, string])[] {
  const given = domain.vnvdimms.find((v) => v.namespace === state.namespace);
  if (!given) return [];
  const tables = result.after.tables(domain.name).map((all) =>
    all.map((t) => `${t.signature} ${plural(t.bytes.length, "byte")}`).join(", ")
  );
  const ept = result.after.ept(domain.name).map((e) =>
    `${grouped(e.tables)} tables, ${shortSize(e.tableBytes)}${
      domain.pool ? `; pool ${grouped(domain.pool.usedPages)} of ${grouped(domain.pool.totalPages)} pages` : ""
    }`
  );
  return [
    [
      "gets",
      `nv${given.slot}, ${shortSize(given.sizeBytes)}${
        given.labelBytes > 0 ? ` and ${shortSize(given.labelBytes)} of labels` : ""
      }`,
    ],
    ["at", given.gpa === undefined ? "known when it starts" : `GPA ${hex(given.gpa)}`],
    ["EPT", `${leavesText(given.leaves)}${ept.isOk() ? `; in all ${ept.value}` : ""}`],
    ...(tables.isOk() ? [["tables", tables.value] as const] : []),
  ];
}
