/** Options as getopt_long reads them for xl. */
import assert from "node:assert/strict";
import { getopt, type XlOptions } from "../../../src/command/xl/getopt.ts";

const OPTIONS: XlOptions = { short: "lf:", long: { long: "l", "defconfig=": "f", dryrun: "n", "dry-way": "w" } };
const read = (line: string, required = 0) =>
  getopt(line.split(" ").filter(Boolean), "verb", OPTIONS, required, "HELP\n");
const good = (line: string) => {
  const { flags, values, operands } = read(line)._unsafeUnwrap();
  return { flags: [...flags], values: Object.fromEntries(values), operands: [...operands] };
};

Deno.test("short options may be joined, values may follow at once or as the next word", () => {
  assert.deepEqual(good("-l -f x a"), { flags: ["l"], values: { f: "x" }, operands: ["a"] });
  assert.deepEqual(good("-lfx"), { flags: ["l"], values: { f: "x" }, operands: [] });
});

Deno.test("the first operand ends the options, and so does --", () => {
  assert.deepEqual(good("a -l b"), { flags: [], values: {}, operands: ["a", "-l", "b"] });
  assert.deepEqual(good("-- -l"), { flags: [], values: {}, operands: ["-l"] });
  assert.deepEqual(good("-"), { flags: [], values: {}, operands: ["-"] });
});

Deno.test("in verbs of our own, options may stand among operands", () => {
  const words = "a -l b -- -f".split(" ");
  const { flags, operands } = getopt(words, "verb", { ...OPTIONS, anywhere: true }, 0, "HELP\n")._unsafeUnwrap();
  assert.deepEqual([[...flags], operands], [["l"], ["a", "b", "-f"]]);
});

Deno.test("long options may be shortened while only one begins that way", () => {
  assert.deepEqual(good("--defconfig=x --lo"), { flags: ["l"], values: { f: "x" }, operands: [] });
  assert.deepEqual(good("--dryrun").flags, ["n"]);
  assert.match(read("--dry")._unsafeUnwrapErr().err, /not supported/);
});

Deno.test("what is not known is named as getopt names it: a letter, NUL for a long option", () => {
  assert.deepEqual(read("-x")._unsafeUnwrapErr(), { err: "option `x' not supported.\n", status: 2 });
  assert.deepEqual(read("--bogus")._unsafeUnwrapErr(), { err: "option `\0' not supported.\n", status: 2 });
  assert.equal(read("-f")._unsafeUnwrapErr().err, "option `f' not supported.\n");
  assert.equal(read("-:")._unsafeUnwrapErr().err, "option `:' not supported.\n");
});

Deno.test("help goes to standard output; too few operands show it with a status of 2", () => {
  assert.deepEqual(read("-h")._unsafeUnwrapErr(), { err: "", out: "HELP\n", status: 0 });
  assert.deepEqual(read("--help")._unsafeUnwrapErr(), { err: "", out: "HELP\n", status: 0 });
  assert.deepEqual(read("", 1)._unsafeUnwrapErr(), {
    err: "'xl verb' requires at least 1 argument.\n\n",
    out: "HELP\n",
    status: 2,
  });
  assert.equal(read("a", 2)._unsafeUnwrapErr().err, "'xl verb' requires at least 2 arguments.\n\n");
});
