/**
 * Random wanted states, one after the other on one host: what can be brought about is, at once and for good; what cannot leaves
 * the host as it was.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { violations } from "../../../src/host/mod.ts";
import { desired, type DesiredSession, outOf, YES } from "./support.ts";

const CONFIG = 'name = "g"\ntype = "hvm"\nmemory = 64\nuuid = "6d1f0a52-5a3c-4f0e-9a3b-000000000001"\n';

/** Keys of a table, each of them or not. */
const keys = <T extends Record<string, fc.Arbitrary<unknown>>>(shape: T) => fc.record(shape, { requiredKeys: [] });
type Table = Readonly<Record<string, unknown>>;

const size = fc.constantFrom("32M", "64M", "96M", "128M", "256M");
const namespace: fc.Arbitrary<Table> = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ state: "absent" }) },
  { weight: 2, arbitrary: keys({ mode: fc.constant("raw"), size, numa_node: fc.constant(0) }) },
  { weight: 1, arbitrary: keys({ mode: fc.constant("sector"), size, sector_size: fc.constantFrom(512, 4096) }) },
  {
    weight: 3,
    arbitrary: keys({
      mode: fc.constantFrom("fsdax", "devdax"),
      size,
      map: fc.constantFrom("dev", "mem"),
      align: fc.constantFrom("4K", "2M"),
    }),
  },
);

const wanted = (names: readonly string[]) => {
  const name = fc.constantFrom(...names);
  const setup: fc.Arbitrary<Table> = fc.oneof(
    fc.constant({ state: "absent" }),
    keys({ mgmt: name, align: fc.constantFrom("16M", "1G") }),
    fc.constant({}),
  );
  return fc.record({
    prune: fc.subarray(["namespace", "xen", "domain"]),
    namespaces: fc.dictionary(name, namespace, { maxKeys: 4, noNullPrototype: true }),
    setups: fc.dictionary(name, setup, { maxKeys: 2, noNullPrototype: true }),
    domain: fc.option(
      keys({
        state: fc.constantFrom("running", "off", "absent"),
        restart: fc.boolean(),
        autostart: fc.constant(false),
      }),
    ),
  }).map(({ prune, namespaces, setups, domain }) =>
    [
      `[options]\nprune = ${JSON.stringify(prune)}`,
      ...Object.entries(namespaces).map(([name, table]) => textOf(`[namespace.${name}]`, table)),
      ...Object.entries(setups).map(([name, table]) => textOf(`[xen.${name}]`, table)),
      ...(domain ? [textOf("[domain.g]", { config: "g.cfg", ...domain })] : []),
    ].join("\n")
  );
};

const textOf = (header: string, table: Table): string =>
  [header, ...Object.entries(table).map(([key, value]) => `${key} = ${JSON.stringify(value)}`)].join("\n");

/** Whether it could be brought about. */
async function tryOn(test: DesiredSession, text: string): Promise<boolean> {
  const { generation } = test.session.host();
  const plan = await test.on("plan", text);
  assert.equal(test.session.host().generation, generation, "a plan keeps nothing");
  assert.ok([0, 1, 2, 3, 4, 6].includes(plan.status), `${plan.status}: ${plan.err}`);
  const differs = (await test.on("diff", text)).status;
  const applied = await test.on("apply", text, YES);
  if (plan.status === 0 || plan.status === 6) {
    assert.equal(differs, plan.status, "what is different is what would be changed");
    assert.equal(applied.status, 0, applied.err);
    const after = await test.on("diff", text);
    assert.deepEqual([after.status, outOf(after)], [0, ""]);
    assert.equal((await test.on("plan", text)).status, 0);
    assert.deepEqual(violations(test.session.host().fork()), []);
    return true;
  }
  assert.deepEqual([applied.status, applied.err], [plan.status, plan.err]);
  assert.notEqual(plan.err, "");
  assert.ok(!plan.err.includes("would still be different"), plan.err);
  assert.equal(test.session.host().generation, generation, "nothing is kept of what cannot be brought about");
  return false;
}

const HOSTS = [
  ["carve-modes-v12", ["fs-dev", "fs-mem", "sec4k", "ddax", "rawns", "new1", "new2"]],
  ["iset-two-way", ["r", "sec", "d", "new1", "new2"]],
] as const;

for (const [fixture, names] of HOSTS) {
  Deno.test(`${fixture}: after apply nothing is different, plan has nothing to do, and every invariant holds`, async () => {
    let brought = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(wanted(names), { minLength: 1, maxLength: 4 }), async (texts) => {
        const test = desired(fixture);
        test.put("g.cfg", CONFIG);
        for (const text of texts) if (await tryOn(test, text)) brought++;
      }),
      { numRuns: 12 },
    );
    assert.ok(brought > 0, "none of the wanted states could be brought about");
  });
}
