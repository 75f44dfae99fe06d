/** Every captured host, imported, lists what the captured machine listed: same order, same numbers, same JSON. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { diskFiles } from "../../src/cli/files.ts";
import { fixturePath } from "../../src/cli/paths.ts";
import { captureFolder } from "../../src/command/hosts/capture_files.ts";
import { outText } from "../../src/command/language/output.ts";
import { type CaptureState, importCapture } from "../../src/host/mod.ts";
import { hostFrom, sessionOn } from "../support/session.ts";

/** The options behind `STATE.ndctl.json`. */
const WIDE = "ndctl list -BDRNHMFXivvv";

/** Where a capture's files of this state lie: machines that were booted twice have a folder a boot. */
function fileOf(name: string, state: CaptureState, file: string): string | undefined {
  const boots = state === "start" ? ["", "boot0/"] : ["", "boot1/"];
  return boots.map((boot) => fixturePath(`${name}/${boot}${state}.${file}`)).find((path) => existsSync(path));
}

for (const { name } of [...Deno.readDirSync(fixturePath(""))].sort((a, b) => (a.name < b.name ? -1 : 1))) {
  for (const state of ["start", "end"] as const) {
    const wide = fileOf(name, state, "ndctl.json");
    const human = fileOf(name, state, "ndctl.human.json");
    if (wide === undefined || human === undefined) continue;
    Deno.test(`${name} lists as captured, ${state}`, async () => {
      const image = importCapture(captureFolder(diskFiles, fixturePath(name)), state)._unsafeUnwrap();
      const { run } = sessionOn(hostFrom(image));
      assert.equal(outText(await run(WIDE)), await Deno.readTextFile(wide));
      assert.equal(outText(await run(`${WIDE}u`)), await Deno.readTextFile(human));
    });
  }
}
