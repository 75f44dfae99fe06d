/** Whatever an operator does with ndctl, the host stays sound, and the label areas alone are enough to tell what there is. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { violations } from "../../src/host/mod.ts";
import { hostFrom, imageFrom, sessionOn, type TestSession } from "../support/session.ts";

const RUNS = 25;
const LENGTH = 14;

/** A verb with a namespace chosen by place, so that most of them meet one that is there. */
type Act = (names: readonly string[]) => string;

const pick = (names: readonly string[], n: number): string => names[n % Math.max(1, names.length)] ?? "namespace0.0";

const size = fc.constantFrom("16M", "32M", "64M", "96M", "100M", "1G", "200G", "0");
const mode = fc.constantFrom("raw", "sector", "fsdax", "devdax");
const name = fc.constantFrom("", "-n db", "-n 数据", `-n ${"x".repeat(63)}`);
const region = fc.constantFrom("-r region0", "-r region1", "");
const which = fc.nat(20);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.tuple(region, mode, size, name).map(([r, m, s, n]): Act => () =>
      `ndctl create-namespace ${r} -m ${m} -s ${s} ${n}`
    ),
  },
  { weight: 3, arbitrary: which.map((n): Act => (names) => `ndctl destroy-namespace -f ${pick(names, n)}`) },
  { weight: 1, arbitrary: which.map((n): Act => (names) => `ndctl destroy-namespace ${pick(names, n)}`) },
  { weight: 1, arbitrary: which.map((n): Act => (names) => `ndctl disable-namespace ${pick(names, n)}`) },
  { weight: 1, arbitrary: which.map((n): Act => (names) => `ndctl enable-namespace ${pick(names, n)}`) },
  {
    weight: 2,
    arbitrary: fc.tuple(which, mode).map(([n, m]): Act => (names) =>
      `ndctl create-namespace -f -e ${pick(names, n)} -m ${m}`
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Act>(() => "ndctl disable-region region0", () => "ndctl enable-region region0"),
  },
  { weight: 1, arbitrary: fc.constant<Act>(() => "undo") },
);

/** What identifies each namespace, wherever the kernel numbers it. */
const inventory = ({ session }: TestSession): string[] =>
  session.host().fork().dom0.namespaces().filter(({ size }) => size > 0)
    .map(({ uuid, altName, extent, mode }) => `${uuid} ${altName} ${extent.start}+${extent.end - extent.start} ${mode}`)
    .sort();

const names = ({ session }: TestSession): string[] =>
  session.host().fork().dom0.namespaces().filter(({ size }) => size > 0).map(({ name }) => name);

for (const fixture of ["iset-two-regions", "carve-modes-v12"]) {
  Deno.test(`${fixture}: after any sequence of verbs the invariants hold and labels rebuild the namespaces`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: LENGTH }), async (acts) => {
        const test = sessionOn(hostFrom(imageFrom(fixture)));
        for (const act of acts) {
          await test.run(act(names(test)));
          assert.deepEqual(violations(test.session.host().fork()), []);
        }
        await test.run("ndctl enable-region all");
        await test.run("ndctl enable-namespace all");
        const before = inventory(test);
        assert.equal((await test.run("host reboot")).status, 0);
        assert.deepEqual(inventory(test), before);
      }),
      { numRuns: RUNS },
    );
  });
}
