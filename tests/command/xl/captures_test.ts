/** What xl printed on the other real Xen machines; CPU seconds and free memory are masked on both sides. */
import assert from "node:assert/strict";
import { Story } from "../../toolstack/story.ts";

const masked = (text: string): string =>
  text.replaceAll(/^(free_memory +: | {3}0: +\d+ +)\d+/gm, "$1FREE").replaceAll(/ +\d+\.\d(?= )/g, " SECONDS");

for (const fixture of ["xen-dom0-carved", "xen-dom0-plain", "xen-domu-pvh"]) {
  for (const [line, file] of [["xl info", "xl-info"], ["xl info -n", "xl-info-n"], ["xl list -v", "xl-list"]]) {
    Deno.test(`${fixture}: ${line}`, () => {
      const real = Deno.readTextFileSync(`fixtures/hosts/${fixture}/${file}.txt`);
      assert.equal(masked(Story.on(fixture).ok(line!)), masked(real));
    });
  }
}
