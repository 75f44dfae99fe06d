/** Decoders take memory in proportion to what is there, never to what a length field claims. */
import assert from "node:assert/strict";
import * as acpi from "../../src/acpi/mod.ts";
import { capturedTables } from "../acpi/support.ts";
import { captured } from "../label/captures.ts";
import { report } from "../support/report.ts";
import { readLabelArea } from "../../src/label/mod.ts";

/** References, numbers and bytes that a decoded thing holds of its own; views of the input cost only themselves. */
function weight(root: unknown, input: Uint8Array): number {
  const seen = new Set<object>();
  const open: unknown[] = [root];
  let total = 0;
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    total += 8;
    if (typeof value === "string") total += value.length;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (value instanceof Uint8Array) total += value.buffer === input.buffer ? 0 : value.length;
    else for (const part of Object.values(value)) open.push(part);
  }
  return total;
}

const DECODERS = [
  ["nfit", acpi.decodeNfit, 2],
  ["srat", acpi.decodeSrat, 1],
  ["ssdt", acpi.decodeAml, 1],
] as const;

for (const [kind, decode, step] of DECODERS) {
  Deno.test(`lengths of 0, 1 and all ones anywhere in an ${kind.toUpperCase()} cost no memory`, () => {
    const { bytes } = capturedTables(kind).sort((a, b) => a.bytes.length - b.bytes.length)[0]!;
    for (let at = 0; at < bytes.length; at += step) {
      for (const [width, value] of [[1, 0], [1, 1], [1, 0xff], [2, 0xff], [4, 0xff]] as const) {
        const hostile = bytes.slice();
        hostile.fill(value, at, at + width);
        const size = weight(decode(hostile).unwrapOr(undefined), hostile);
        assert.ok(size <= 4096 + 40 * bytes.length, `${size} for ${bytes.length} bytes, ${value} at ${at}`);
      }
    }
  });
}

Deno.test("counts and sizes of all ones in an index block cost no memory", () => {
  const area = captured("carve-modes-v12/labels/end.nmem0.bin.gz");
  for (let at = 0; at < 512; at++) {
    for (const width of [1, 2, 4, 8]) {
      const hostile = area.slice();
      hostile.fill(0xff, at, at + width);
      assert.ok(weight(readLabelArea(hostile).unwrapOr(undefined), hostile) <= area.length);
    }
  }
});

Deno.test("the densest input of each format keeps at most 128 times its size", () => {
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted") {
    return report("SKIPPED, NOT TESTED: memory of the densest inputs: no permission to run a process");
  }
  const { stdout, stderr, success } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--v8-flags=--expose-gc,--max-old-space-size=512", "--allow-env", "--allow-read"]
      .concat(new URL("densest.ts", import.meta.url).pathname),
    env: { NO_COLOR: "1" },
  }).outputSync();
  assert.ok(success, new TextDecoder().decode(stderr));
  const kept = JSON.parse(new TextDecoder().decode(stdout)) as { name: string; times: number }[];
  assert.ok(kept.length > 8);
  for (const { name, times } of kept) assert.ok(times <= 128, `${name} keeps ${times} times its size`);
});
