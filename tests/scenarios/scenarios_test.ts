import assert from "node:assert/strict";
import { parseScenario, played } from "./scenario.ts";

const FOLDER = new URL("./", import.meta.url);
const update = Deno.env.get("UPDATE_SCENARIOS") === "1";

for (
  const { name } of [...Deno.readDirSync(FOLDER)].filter(({ name }) => name.endsWith(".txt")).sort((
    a,
    b,
  ) => (a.name < b.name ? -1 : 1))
) {
  Deno.test(`scenario ${name}`, async () => {
    const url = new URL(name, FOLDER);
    const recorded = Deno.readTextFileSync(url);
    const now = await played(parseScenario(recorded));
    if (update) Deno.writeTextFileSync(url, now);
    else assert.equal(now, recorded);
  });
}
