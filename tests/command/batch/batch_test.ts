import assert from "node:assert/strict";
import { ok } from "neverthrow";
import { utf8 } from "../../../src/base/bytes.ts";
import { type Files } from "../../../src/command/language/files.ts";
import { diskFiles } from "../../../src/cli/files.ts";
import { sessionFor, type TestSession } from "../../support/session.ts";

const FIXTURE = "carve-modes-v12";

/** A session whose disk holds one script. */
function withScript(script: string, json = false): TestSession {
  const files: Files = { ...diskFiles, read: (path) => (path === "s.nv" ? ok(utf8(script)) : diskFiles.read(path)) };
  return sessionFor(FIXTURE, { files, json });
}

const names = ({ session }: TestSession): string[] =>
  session.host().fork().dom0.namespaces().map(({ altName }) => altName);

Deno.test("a value kept from one command is used by the next", async () => {
  const test = withScript(`
let ns = ndctl create-namespace -m raw -s 32M -n kept -> /dev
ndctl destroy-namespace -f $ns
`);
  const executed = await test.run("batch s.nv");
  assert.equal(executed.status, 0);
  assert.match(test.said.join(""), /2 run, 0 failed, 2 changed the host/);
  assert.ok(!names(test).includes("kept"));
});

Deno.test("the first failure stops the script with its own exit status; what came before is kept", async () => {
  const test = withScript(
    "ndctl create-namespace -m raw -s 32M -n one\nndctl destroy-namespace namespace9.9\nndctl list",
  );
  const executed = await test.run("batch s.nv");
  assert.equal(executed.status, 250);
  assert.match(test.said.join(""), /s\.nv:2: ndctl destroy-namespace namespace9\.9/);
  assert.ok(names(test).includes("one"));
});

Deno.test("--continue-on-error goes on and exits 5", async () => {
  const test = withScript("ndctl destroy-namespace namespace9.9\nndctl create-namespace -m raw -s 32M -n two");
  assert.equal((await test.run("batch --continue-on-error s.nv")).status, 5);
  assert.ok(names(test).includes("two"));
});

Deno.test("--atomic keeps nothing of a script that fails, and one entry of one that does not", async () => {
  const failing = withScript("ndctl create-namespace -m raw -s 32M -n one\nndctl destroy-namespace namespace9.9");
  assert.equal((await failing.run("batch --atomic s.nv")).status, 250);
  assert.equal(failing.session.host().generation, 1);
  assert.match(failing.said.join(""), /nothing was kept/);

  const whole = withScript("ndctl create-namespace -m raw -s 32M -n one\nndctl create-namespace -m raw -s 32M -n two");
  assert.equal((await whole.run("batch --atomic s.nv")).status, 0);
  assert.equal(whole.session.host().journal(9).length, 2);
  assert.ok(names(whole).includes("one") && names(whole).includes("two"));
});

Deno.test("a command after ! must fail", async () => {
  assert.equal((await withScript("! ndctl destroy-namespace namespace9.9").run("batch s.nv")).status, 0);
  assert.equal((await withScript("! ndctl list").run("batch s.nv")).status, 1);
});

Deno.test("a dry run of a script runs all of it on one fork: later lines see earlier ones, nothing is kept", async () => {
  const test = withScript(`
let ns = ndctl create-namespace -m raw -s 32M -n kept -> /dev
ndctl list -n $ns
`);
  const executed = await test.run("batch s.nv", { dryRun: true });
  assert.equal(executed.status, 6);
  assert.equal(test.session.host().generation, 1);
});

Deno.test("--json prints one object a command", async () => {
  const test = withScript("ndctl list -N\n! frobnicate", true);
  await test.run("batch s.nv");
  const rows = test.said.join("").split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  assert.deepEqual(rows.map(({ line, status, changed }) => [line, status, changed]), [[1, 0, false], [2, 2, false]]);
  assert.ok(Array.isArray(rows[0].result));
});
