import assert from "node:assert/strict";
import { PERMISSIONS } from "../../src/cli/permissions.ts";

const tasks = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url))).tasks as Record<
  string,
  string
>;

Deno.test("the tasks that run the program have the launcher's permissions and no others", () => {
  for (const name of ["start", "nvdeck"]) {
    const granted = tasks[name]!.split(" ").filter((word) => word.startsWith("--allow"));
    assert.deepEqual(granted, PERMISSIONS);
    assert.ok(tasks[name]!.includes("--no-prompt"));
  }
});
