/** `structure` refuses a declaration with a byte that no field names or that two name; `excerpt` does not. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type Payload } from "../../src/acpi/dsm/payload.ts";
import { viewOf } from "../../src/base/bytes.ts";
import { type Fields, type Structure } from "../../src/base/structure.ts";
import { ROOT, sourcesIn } from "./sources.ts";

/** Labels as readers want them, beside the whole declarations of the same file. */
const EXCERPTS = ["label/namespace_label.ts"];

const SRC = new URL("src/", ROOT);

/** Files of src/ in which a word is called, except where it is declared. */
const callers = (word: string): string[] =>
  [...sourcesIn(SRC)].filter((url) => new RegExp(`\\b${word}\\(`).test(Deno.readTextFileSync(url)))
    .map((url) => url.href.slice(SRC.href.length)).filter((path) => path !== "base/structure.ts").sort();

/** Every structure that a module exports, each once. A declaration that is not sound throws here. */
async function exported(): Promise<Structure<Fields>[]> {
  const found = new Set<Structure<Fields>>();
  for (const path of callers("structure")) {
    for (const value of Object.values(await import(new URL(path, SRC).href))) {
      if (typeof value === "object" && value !== null && "coverage" in value) found.add(value as Structure<Fields>);
    }
  }
  return [...found];
}

Deno.test("every binary structure is declared whole: excerpts are few and known", async () => {
  assert.deepEqual(callers("excerpt"), EXCERPTS);
  assert.ok((await exported()).length > 50);
});

Deno.test("whatever bytes a structure reads, it writes: reserved ones, unknown values, tails", async () => {
  for (const structure of await exported()) {
    const { name, size, fields } = structure;
    const tails = Object.values(fields).some((field) => field.size === 0) ? [0, 8, 40] : [0];
    for (const tail of tails) {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: size + tail, maxLength: size + tail }), (any) => {
          for (const { kind, offset, size } of Object.values(fields)) {
            const end = any.indexOf(0, offset); // text ends at its first NUL
            if (kind === "ascii" && end >= 0 && end < offset + size) any.fill(0, end, offset + size);
          }
          assert.deepEqual(structure.write(structure.read(viewOf(any))._unsafeUnwrap()), any, name);
        }),
        { numRuns: size > 1000 ? 5 : 30 },
      );
    }
  }
});

Deno.test("so do the payloads of _DSM functions", async () => {
  const payloads = Object.values(await import("../../src/acpi/mod.ts")).flatMap((value) =>
    typeof value === "object" && "decode" in value && "encode" in value ? [value as unknown as Payload<Fields>] : []
  );
  assert.ok(payloads.length > 15);
  for (const { size, decode, encode } of payloads) {
    fc.assert(fc.property(fc.uint8Array({ minLength: size, maxLength: size }), (any) => {
      assert.deepEqual(encode(decode(any)._unsafeUnwrap()), any);
    }));
  }
});
