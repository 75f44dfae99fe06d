import assert from "node:assert/strict";
import { ROOT, sourcesIn } from "./sources.ts";

/** The default host has to be named somewhere: at the edge. */
const EDGE = "src/cli/paths.ts";

Deno.test("no source knows a fixture by name: rules are implemented, never samples", () => {
  const names = [...Deno.readDirSync(new URL("fixtures/hosts/", ROOT))].map(({ name }) => name);
  for (const folder of ["src/", "tui/"]) {
    for (const url of sourcesIn(new URL(folder, ROOT))) {
      const path = url.pathname.slice(ROOT.pathname.length);
      if (path === EDGE) continue;
      const text = Deno.readTextFileSync(url);
      for (const name of names) assert.ok(!text.includes(name), `${path} names the fixture ${name}`);
    }
  }
});
