/** Carve a namespace: the form on the left, what would come of it on the right, redrawn as you type. */
import type { NamespaceView, Rehearsal } from "../../src/command/language/console_host.ts";
import { hex, shortSize } from "../../src/base/units.ts";
import { type CarveState, type Model } from "../model.ts";
import { costText, forecastText, guestWhyText, namesOf, regionBar, whyText, wrappedFacts } from "../screens/parts.ts";
import { EMPTY, type Line, line, span } from "../text/line.ts";
import { carveForm } from "./carve_state.ts";
import { formKeys } from "./form_keys.ts";
import { added, formView, writesText } from "./form_view.ts";
import { type OverlayLook } from "./overlay.ts";

export const carve: OverlayLook<CarveState> = {
  place: "body",
  keys: () => formKeys(carveForm),
  rows: (scene, state) =>
    formView(
      scene,
      carveForm,
      state,
      `${state.region} after`,
      (result, width, brief) => after(scene.model, state, result, width, brief),
    ),
  line: ({ model }, state) => ({ kind: "command", text: carveForm.lines(model, state).join("; ") }),
};

function after(model: Model, state: CarveState, result: Rehearsal, width: number, brief: boolean): Line[] {
  const region = result.after.regions.find((r) => r.name === state.region);
  const [made] = added(model.snapshot.namespaces, result.after.namespaces);
  if (!region || !made) return [line(span(" Nothing would be carved.", "warning"))];
  const before = namesOf(model.snapshot.namespaces);
  return [
    ...regionBar(region, result.after.namespaces, width, model.theme, { before }),
    EMPTY,
    ...wrappedFacts(story(made, result, brief), width),
  ];
}

type Fact = readonly [string, string];

function story(made: NamespaceView, result: Rehearsal, brief: boolean): Fact[] {
  const usable = shortSize(made.usableBytes);
  const facts = result.after.namespaceDetail(made.name).match(
    (d): Fact[] => [
      ["usable", d.dataOffset > 0 ? `${usable}, data at +${hex(d.dataOffset)}` : usable],
      ...(brief ? [] : [["writes", writesText(result.steps.groups)] as const]),
      ["Xen", d.xen.match(costText, whyText)],
      ["to a guest", d.ept.match(forecastText, (why) => guestWhyText(why, d.xen))],
    ],
    (why): Fact[] => [["usable", usable], ["details", whyText(why)]],
  );
  return [["name", made.name], ["start", `${hex(made.startSpa)}, first fit`], ...facts];
}
