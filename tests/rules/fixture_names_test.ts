import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url);

function* sourcesIn(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const url = new URL(`${name}${isDirectory ? "/" : ""}`, folder);
    if (isDirectory) yield* sourcesIn(url);
    else if (/\.tsx?$/.test(name)) yield url;
  }
}

/** The default host has to be named somewhere: at the edge. */
const EDGE = "src/cli/run.ts";

Deno.test("no source knows a fixture by name: rules are implemented, never samples", () => {
  const names = [...Deno.readDirSync(new URL("fixtures/hosts/", root))].map(({ name }) => name);
  for (const folder of ["src/", "tui/"]) {
    for (const url of sourcesIn(new URL(folder, root))) {
      const path = url.pathname.slice(root.pathname.length);
      if (path === EDGE) continue;
      const text = Deno.readTextFileSync(url);
      for (const name of names) assert.ok(!text.includes(name), `${path} names the fixture ${name}`);
    }
  }
});
