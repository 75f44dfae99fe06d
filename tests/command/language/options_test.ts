import assert from "node:assert/strict";
import { type OptionTable, parseOptions } from "../../../src/command/language/options.ts";

const TABLE: OptionTable = {
  domain: { short: "d", value: "D", help: "", required: true },
  hex: { help: "" },
  labels: { value: "F", help: "", many: true },
};
const parse = (...argv: string[]) => parseOptions(argv, TABLE, "verb", 0, 1);

Deno.test("options are read in all spellings", () => {
  for (const argv of [["--domain", "a"], ["--domain=a"], ["-d", "a"]]) {
    assert.equal(parse(...argv)._unsafeUnwrap().get("domain"), "a");
  }
  const parsed = parse("-d", "a", "--labels", "x", "--labels=y", "--", "--odd")._unsafeUnwrap();
  assert.deepEqual(parsed.all("labels"), ["x", "y"]);
  assert.deepEqual(parsed.operands, ["--odd"]);
});

Deno.test("each misuse is a usage fault of status 2 that names the word", () => {
  const cases: [string[], RegExp][] = [
    [[], /--domain D is missing/],
    [["--domain"], /needs D/],
    [["-d", "a", "-d", "b"], /twice/],
    [["-d", "a", "--hex=1"], /takes no value/],
    [["-d", "a", "--wide"], /unknown option --wide/],
    [["-d", "a", "--constructor"], /unknown option --constructor/],
    [["-d", "a", "x", "y"], /"y" is one word too many/],
  ];
  for (const [argv, message] of cases) {
    const fault = parse(...argv)._unsafeUnwrapErr();
    assert.equal(fault.status, 2);
    assert.match(fault.err, message);
  }
});
