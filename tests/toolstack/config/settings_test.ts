/** The grammar against what libxlutil itself answered (fixtures/golden/xl-config). */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Complaints } from "../../../src/toolstack/config/complaints.ts";
import { parseSettings, type Setting } from "../../../src/toolstack/config/settings.ts";

interface Golden {
  readonly text: string;
  readonly error: boolean;
  readonly report: string;
  readonly settings: readonly Setting[];
}

const goldens: Golden[] = Deno.readTextFileSync("fixtures/golden/xl-config/settings.jsonl").trim().split("\n")
  .map((line) => JSON.parse(line));

const byName = (settings: Iterable<Setting>): Setting[] =>
  [...settings].sort((a, b) => a.name < b.name ? -1 : 1).map(({ name, added, line, value }) => ({
    name,
    added,
    line,
    value,
  }));

Deno.test("every file means what libxlutil made of it, and is refused with its words", () => {
  for (const golden of goldens) {
    const complaints = new Complaints("src");
    const settings = parseSettings(golden.text, complaints);
    const where = JSON.stringify(golden.text);
    assert.equal(complaints.lines.map((line) => `${line}\n`).join(""), golden.report, where);
    assert.equal(settings === undefined, golden.error, where);
    if (settings) assert.deepEqual(byName(settings.values()), byName(golden.settings), where);
  }
});

Deno.test("any text is read or refused, never a crash", () => {
  const pieces = fc.constantFrom(
    "a",
    "=",
    "+=",
    "'",
    '"',
    "\\",
    "[",
    "]",
    ",",
    ";",
    "\n",
    "#",
    "\0",
    "é",
    "\r",
    "0x",
    "(",
  );
  fc.assert(fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
    const complaints = new Complaints("f");
    const settings = parseSettings(parts.join(""), complaints);
    assert.equal(settings === undefined, complaints.failed);
    assert.equal(complaints.failed, complaints.lines.length > 0);
  }));
});

Deno.test("lists nest as deep as Bison's stack, and no deeper", () => {
  const nested = (depth: number) => `a = ${"[".repeat(depth)}${"]".repeat(depth)}\n`;
  assert.ok(parseSettings(nested(4996), new Complaints("f")));
  for (const depth of [4997, 200_000]) {
    const complaints = new Complaints("f");
    assert.equal(parseSettings(nested(depth), complaints), undefined);
    assert.match(complaints.lines[0]!, /memory exhausted/);
  }
});
