import assert from "node:assert/strict";
import { sizeFault, sizeStep, sizeWord } from "../../../tui/overlays/carve_state.ts";
import { GiB, hostOf, MiB } from "../../screens/hosts.ts";

const [REGION] = hostOf().regions;
const region = REGION!;

Deno.test("the step is lcm(region alignment, namespace alignment x ways)", () => {
  assert.equal(sizeStep(region, "raw", 2 * MiB), 16 * MiB);
  assert.equal(sizeStep(region, "fsdax", 4096), 16 * MiB);
  assert.equal(sizeStep(region, "fsdax", 2 * MiB), 16 * MiB);
  assert.equal(sizeStep(region, "devdax", GiB), 4 * GiB);
  assert.equal(sizeStep({ ...region, ways: 6 }, "fsdax", 2 * MiB), 48 * MiB, "six ways");
  assert.equal(sizeStep({ ...region, ways: 3, alignBytes: 48 * MiB }, "raw", 4096), 48 * MiB);
});

Deno.test("sizes are written in the largest unit that gives them back whole", () => {
  assert.deepEqual([16 * GiB, 16001 * MiB, 4096, 12345].map(sizeWord), ["16G", "16001M", "4K", "12345"]);
});

Deno.test("a size is judged on both sides of each boundary", () => {
  const fault = (text: string, step = 16 * MiB) => sizeFault(text, region, step);
  assert.equal(fault(""), undefined, "empty: the largest piece");
  assert.equal(fault("53G"), undefined);
  assert.match(fault("54288M")!, /more than the largest free piece, 53.00 GiB; try 53G/);
  assert.equal(fault("16M"), undefined);
  assert.match(fault("0")!, /at least 16M/);
  assert.equal(fault("15M"), "Not a multiple of 16M; try 16M.");
  assert.equal(fault("17M"), "Not a multiple of 16M; try 16M or 32M.");
  assert.equal(fault("50G", 4 * GiB), "Not a multiple of 4G; try 48G or 52G.");
  assert.equal(fault("53G", 4 * GiB), "Not a multiple of 4G; try 52G.", "the next one up does not fit");
  for (const text of ["1.5G", "GiB", "-1", "1GiB", "99999999999T"]) {
    assert.match(fault(text)!, /Not a size ndctl reads/);
  }
});

Deno.test("a region without free capacity says what to do", () => {
  assert.match(
    sizeFault("1G", { ...region, largestBytes: 0 }, 16 * MiB)!,
    /destroy a namespace or take another region/,
  );
});
