/** Options as git's parse-options takes them. */
import assert from "node:assert/strict";
import { count, decimal, flag, parseOptions, text, texts } from "../../../src/command/ndctl/parse_options.ts";

const table = {
  region: text("r", "region", "region-id", "a region"),
  regions: flag("R", "regions", "all of them"),
  repair: flag(undefined, "repair", "repair it"),
  idle: flag("i", "idle", "idle ones too", true),
  verbose: count("v", "verbose", "more"),
  size: decimal("s", "size", "bytes"),
  spa: texts("a", "add-spa", "size,offset", "a range"),
  file: text("o", "", "file", "a file"),
} as const;

const values = (...argv: string[]) => parseOptions(argv, table, "tool").map(({ values }) => values)._unsafeUnwrap();
const fault = (...argv: string[]) => parseOptions(argv, table, "tool")._unsafeUnwrapErr();

Deno.test("short options may be joined, with a value at the end", () => {
  const { regions, verbose, region } = values("-Rvvr0");
  assert.deepEqual([regions, verbose, region], [true, 2, "0"]);
  assert.equal(values("-r", "0").region, "0");
  assert.equal(values("-r=0").region, "=0");
});

Deno.test("long options may be cut short while only one fits; an exact name wins", () => {
  assert.equal(values("--rep").repair, true);
  assert.equal(values("--region=1").region, "1");
  assert.equal(values("--region", "1").region, "1");
  assert.equal(values("--regions").regions, true);
  assert.match(fault("--re").err, /Ambiguous option: re \(could be --regions or --repair\)/);
  assert.equal(fault("--re").status, 129);
});

Deno.test("--no- takes an option back", () => {
  assert.equal(values().idle, true);
  assert.equal(values("--no-idle").idle, false);
  assert.equal(values("--no-id").idle, false);
  assert.equal(values("-v", "--no-verbose").verbose, 0);
  assert.equal(values("--region=1", "--no-region").region, undefined);
  assert.deepEqual(values("-a", "1", "--no-add-spa").spa, []);
  assert.match(fault("--no-idle=1").err, /option `no-idle' takes no value/);
});

Deno.test("words may stand anywhere, and -- ends the options", () => {
  const { words, values: seen } = parseOptions(["a", "-R", "b", "--", "-v"], table, "tool")._unsafeUnwrap();
  assert.deepEqual(words, ["a", "b", "-v"]);
  assert.deepEqual([seen.regions, seen.verbose], [true, 0]);
  assert.deepEqual(parseOptions(["-"], table, "tool")._unsafeUnwrap().words, ["-"]);
});

Deno.test("an option may be given several times where it makes a list", () => {
  assert.deepEqual(values("-a", "1,2", "--add-spa=3,4").spa, ["1,2", "3,4"]);
  assert.equal(values("-o", "x").file, "x");
});

Deno.test("numbers are decimal", () => {
  assert.equal(values("-s", "512").size, 512);
  assert.equal(values("-s", "-1").size, 0xffffffff);
  assert.match(fault("-s", "0x10").err, /switch `s' expects a numerical value/);
  assert.match(fault("-s").err, /switch `s' requires a value/);
});

Deno.test("what is not known is a usage fault, and so is a missing dash", () => {
  for (const argv of [["-x"], ["--bogus"], ["-verbose"], ["--regions=1"], ["-h"], ["--help"]]) {
    assert.equal(fault(...argv).status, 129, argv.join(" "));
  }
  assert.match(fault("-x").err, /unknown switch `x'/);
  assert.match(fault("--bogus").err, /unknown option `bogus'/);
  assert.match(fault("-verbose").err, /did you mean `--verbose` \(with two dashes \?\)/);
  assert.equal(values("-region").region, "egion");
});

Deno.test("--list-opts names the long ones", () => {
  const { out, status } = fault("--list-opts");
  assert.equal(out, "--region --regions --repair --idle --verbose --size --add-spa ");
  assert.equal(status, 130);
});
