/** Whatever the bytes, showing them ends, and with text that a terminal can take. */
import assert from "node:assert/strict";
import { nfitText } from "../../../src/command/nfit/nfit_text.ts";
import { nfitHex } from "../../../src/command/nfit/nfit_text.ts";
import { nfitJson } from "../../../src/command/nfit/nfit_json.ts";
import { ssdtTree } from "../../../src/command/ssdt/ssdt_tree.ts";
import { areaJson } from "../../../src/command/label/area_json.ts";
import { areaHex, areaText } from "../../../src/command/label/area_text.ts";
import { faultLines } from "../../../src/command/label/faults_text.ts";
import { nfitView, sratView } from "../../../src/command/console/tables_view.ts";
import { treeText } from "../../../src/command/tables/tree_text.ts";
import { prettyJson } from "../../../src/base/json.ts";
import { checkLabelArea } from "../../../src/label/mod.ts";
import { mutate, random } from "../../fuzz/mutate.ts";
import { captured, tableOf } from "./captured.ts";

// deno-lint-ignore no-control-regex -- what must not get out
const HARMFUL = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;

function eachMutated(name: string, original: Uint8Array, count: number, show: (bytes: Uint8Array) => string): void {
  for (let seed = 1; seed <= count; seed++) {
    const bytes = mutate(original, random(seed));
    try {
      assert.doesNotMatch(show(bytes), HARMFUL);
    } catch (cause) {
      throw new Error(`${name}, seed ${seed}`, { cause });
    }
  }
}

Deno.test("mutated NFITs are shown", () => {
  for (const host of ["server-two-socket", "host-unarmed"]) {
    eachMutated(host, tableOf(host), 80, (bytes) => {
      nfitView(bytes);
      prettyJson(nfitJson(bytes));
      return nfitText({ title: "nfit.bin", bytes: bytes }) + nfitHex(bytes);
    });
  }
});

Deno.test("mutated SRATs and SSDTs are shown", () => {
  const host = "server-two-socket";
  eachMutated("srat", tableOf(host, "srat.bin"), 200, (bytes) => treeText(sratView(bytes).tree).join("\n"));
  eachMutated("ssdt", tableOf(host, "ssdt.bin"), 200, (bytes) => treeText(ssdtTree(bytes).tree).join("\n"));
});

Deno.test("mutated label areas are shown and checked", () => {
  const whole = captured("server-two-socket", "labels/end.nmem0.bin.gz");
  for (const area of [whole.slice(0, 2048), whole.slice(0, 4096)]) {
    eachMutated("labels", area, 150, (bytes) => {
      const faults = checkLabelArea(bytes);
      prettyJson(areaJson("nmem0", bytes));
      const shown = [false, true].flatMap((fields) => areaText("nmem0", bytes, faults, fields));
      return [...shown, ...areaHex(bytes), ...faultLines(faults, ["nmem0"])].join("\n");
    });
  }
});
