/** `structure` refuses a declaration with a byte that no field names or that two name; `excerpt` does not. */
import assert from "node:assert/strict";
import { ROOT, sourcesIn } from "./sources.ts";

/** Labels as readers want them, beside the whole declarations of the same file. */
const EXCERPTS = ["label/namespace_label.ts"];

Deno.test("every binary structure is declared whole: excerpts are few and known", async () => {
  const src = new URL("src/", ROOT);
  const declaring: URL[] = [];
  const excerpts: string[] = [];
  for (const url of sourcesIn(src)) {
    const path = url.href.slice(src.href.length);
    const text = Deno.readTextFileSync(url);
    if (path === "base/structure.ts") continue;
    if (/\bexcerpt\(/.test(text)) excerpts.push(path);
    if (/\bstructure\(/.test(text)) declaring.push(url);
  }
  assert.deepEqual(excerpts.sort(), EXCERPTS);
  assert.ok(declaring.length > 20, `${declaring.length} files declare structures`);
  for (const { href } of declaring) await import(href); // throws at a declaration that is not sound
});
