/** One round of fuzzing for batch files: lines of the examples and scenarios, spoilt, split into words and read as commands. */
import assert from "node:assert/strict";
import { parseScript } from "../../../src/command/batch/script.ts";
import { lineOf, splitWords } from "../../../src/command/language/words.ts";
import { mutateText, type Random } from "../../fuzz/mutate.ts";
import { registry } from "../../support/session.ts";

const ROOT = new URL("../../../", import.meta.url);
const texts = (folder: string, end: string): string[] =>
  [...Deno.readDirSync(new URL(folder, ROOT))].map(({ name }) => name).filter((name) => name.endsWith(end)).sort()
    .map((name) => Deno.readTextFileSync(new URL(folder + name, ROOT)));

const SCRIPTS = [
  ...texts("fixtures/scripts/", ".nv"),
  ...texts("tests/scenarios/", ".txt").map((text) =>
    [...text.matchAll(/^> (.*)$/gm)].map(([, line]) => line).join("\n")
  ),
  registry.commands.map(({ name, usage }) => `${name.join(" ")} ${usage.replaceAll(/[[\]…]/g, "")}`).join("\n"),
];
const PIECES = [
  "'",
  '"',
  "\\",
  "\\\n",
  "$",
  "${",
  "$A",
  "${A}",
  "#",
  "!",
  "\n",
  "\r\n",
  " ",
  "\t",
  "--",
  "-",
  "=",
  "\0",
]
  .concat("let a = ", " -> /0/dev", "é", "-1", "0x", "1G", "18446744073709551616", "--json", "constructor", "all");
const VALUES = new Map([["A", "a b"], ["ns", "namespace0.0"]]);

export function fuzzScript(rng: Random): void {
  const whole = SCRIPTS[rng(SCRIPTS.length)]!.split("\n");
  const start = rng(whole.length);
  const text = mutateText(whole.slice(start, start + 1 + rng(6)).join("\n"), rng, PIECES);
  const script = parseScript(text);
  const last = text.split(/\r?\n/).length;
  if (script.isErr()) {
    return assert.ok(script.error.line >= 1 && script.error.line <= last && script.error.reason !== "");
  }
  for (const statement of script.value) {
    assert.ok(statement.line >= 1 && statement.line <= last);
    const words = splitWords(statement.text, VALUES);
    if (words.isErr()) {
      assert.ok(words.error.column >= 0 && words.error.column <= statement.text.length);
      continue;
    }
    if (!words.value.some((word) => /[\n\r]/.test(word))) {
      assert.deepEqual(splitWords(lineOf(words.value))._unsafeUnwrap(), words.value);
    }
    const found = registry.find(words.value);
    if (found.isErr()) assert.ok(found.error.err !== "" && found.error.status > 0);
    else {
      const parsed = found.value.command.parse(found.value.argv);
      if (parsed.isErr()) assert.ok(Number.isInteger(parsed.error.status));
    }
  }
}
