/** dom0's sysfs, attribute by attribute, as captured machines showed it. */
import assert from "node:assert/strict";
import { textOf } from "../../src/base/bytes.ts";
import { type CaptureState, importCapture } from "../../src/host/mod.ts";
import { hostFrom } from "../support/session.ts";
import { FIXTURES, folderOf } from "./captured_dom0.ts";

/** Links that the collector of the captures made up or that are the same everywhere. */
const LINKS = /\/(?:subsystem|parent) -> /;
/** Not collected: reading it flushes. */
const NOT_COLLECTED = ["deep_flush", "wait_probe"];

for (const { name } of [...Deno.readDirSync(FIXTURES)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
  for (const state of ["start", "end"] as const) {
    const text = sysfsOf(name, state);
    if (text === "") continue;
    Deno.test(`${name} shows in sysfs what it showed, ${state}`, () => {
      const image = importCapture(folderOf(name), state)._unsafeUnwrap();
      const { sysfs } = hostFrom(image).fork().dom0;
      const shown = sysfs.devices().flatMap((device) => {
        const driver = sysfs.driver(device);
        const files = Object.entries(sysfs.attributes(device)!).filter(([file]) => !NOT_COLLECTED.includes(file));
        return [
          ...(driver === undefined ? [] : [`${device}/driver -> ${driver}`]),
          ...files.map(([file, value]) =>
            `${device}/${file}:${value.match((line) => line === "" && isList(file) ? "" : ` ${line}`, () => "")}`
          ),
        ];
      });
      assert.deepEqual(shown.sort(), text.split("\n").filter((line) => line !== "" && !LINKS.test(line)).sort());
    });
  }
}

/** Of machines that were booted twice, the first boot's start and the last one's end. */
function sysfsOf(name: string, state: CaptureState): string {
  const folder = folderOf(name);
  const boots = state === "start" ? ["", "boot0/"] : ["", "boot1/"];
  const bytes = boots.map((boot) => folder.read(`${boot}${state}.sysfs.txt`)).find((found) => found !== undefined);
  return bytes ? textOf(bytes) : "";
}

/** A list without an entry has no line at all. */
const isList = (file: string): boolean => file.endsWith("badblocks");
