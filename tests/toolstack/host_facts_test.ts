/** `xl info` of a capture as facts. */
import assert from "node:assert/strict";
import { DEFAULT_XL_FACTS, parseXlInfo } from "../../src/toolstack/mod.ts";

const captured = (name: string) => Deno.readTextFileSync(`fixtures/hosts/transcript-xl-1/${name}`);

Deno.test("every row that no hypercall answers is taken over as it stands", () => {
  const facts = parseXlInfo(captured("xl-info-n.txt"));
  assert.equal(facts.host, "(none)");
  assert.equal(facts.release, "6.1.0-56-amd64");
  assert.deepEqual([facts.xenMajor, facts.xenMinor, facts.xenExtra], [4, 17, ".7"]);
  assert.equal(facts.xenCaps.endsWith("hvm-3.0-x86_64 "), true, "the blank at the end is xl's");
  assert.equal(facts.virtStart, "0xffff800000000000");
  assert.equal(facts.changeset, "");
  assert.match(facts.commandLine, /^console=com1 com1=115200,8n1 dom0_mem=1G/);
  assert.deepEqual(facts.cpuTopology, [], "the capture's table has no rows");
});

Deno.test("xl info without -n leaves the topology open", () => {
  assert.equal(parseXlInfo(captured("xl-info.txt")).cpuTopology, undefined);
});

Deno.test("a topology table is read row by row", () => {
  const text =
    "cpu_topology           :\ncpu:    core    socket     node\n  0:       0        0        0\n  1:       1        0        1\n" +
    "device topology        :\n";
  assert.deepEqual(parseXlInfo(text).cpuTopology, [
    { core: 0, socket: 0, node: 0 },
    { core: 1, socket: 0, node: 1 },
  ]);
});

Deno.test("what is missing is the default's", () => {
  assert.deepEqual(parseXlInfo(""), DEFAULT_XL_FACTS);
});
