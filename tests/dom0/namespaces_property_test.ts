/**
 * Whatever verbs are typed in whatever order: the host's invariants hold, namespaces lie in their regions and apart from each
 * other, and the label areas alone rebuild the namespaces that were there.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, lengthOf, overlaps, range } from "../../src/base/range.ts";
import { type Dom0, type NamespaceView } from "../../src/dom0/mod.ts";
import { type Host, type HostImage, importCapture, violations } from "../../src/host/mod.ts";
import { LABELS, madeHost } from "../command/ndctl/made_host.ts";
import { hostFrom, sessionOn } from "../support/session.ts";
import { folderOf } from "./captured_dom0.ts";

const region = fc.constantFrom("region0", "region1");
const namespace = fc.tuple(fc.nat(1), fc.nat(4)).map(([r, n]) => `namespace${r}.${n}`);
const mode = fc.constantFrom("raw", "sector", "fsdax", "devdax");
const size = fc.constantFrom("16M", "32M", "48M", "64M", "200M", "20M", "1G", "0");
const optional = (words: fc.Arbitrary<string>) => fc.option(words, { nil: "" });
const words = (...parts: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc.tuple(...parts.map((part) => typeof part === "string" ? fc.constant(part) : part))
    .map((list) => list.filter((word) => word !== "").join(" "));

const line = fc.oneof(
  { weight: 6, arbitrary: words("ndctl create-namespace -r", region, "-m", mode, "-s", size) },
  { weight: 1, arbitrary: words("ndctl create-namespace --continue -m", mode) },
  { weight: 2, arbitrary: words("ndctl create-namespace -f -e", namespace, "-m", mode, optional(words("-s", size))) },
  { weight: 3, arbitrary: words("ndctl destroy-namespace", optional(fc.constant("-f")), namespace) },
  { weight: 1, arbitrary: fc.constant("ndctl destroy-namespace -f all") },
  { weight: 2, arbitrary: words("ndctl", fc.constantFrom("disable-namespace", "enable-namespace"), namespace) },
  { weight: 2, arbitrary: words("ndctl", fc.constantFrom("disable-region", "enable-region"), region) },
  { weight: 1, arbitrary: words("ndctl", fc.constantFrom("disable-dimm", "enable-dimm"), "nmem0") },
  {
    weight: 1,
    arbitrary: words("ndctl init-labels", optional(fc.constant("-f")), optional(fc.constant("-V 1.2")), "all"),
  },
  { weight: 1, arbitrary: fc.constant("ndctl zero-labels nmem1") },
  { weight: 1, arbitrary: words("ndctl check-namespace -f -R", namespace) },
  { weight: 1, arbitrary: words("ndctl write-infoblock -m devdax -a 2M", namespace) },
  { weight: 1, arbitrary: words("ndctl inject-error -B 7 -n 3", namespace) },
  { weight: 1, arbitrary: words("ndctl clear-errors -s", namespace) },
  { weight: 1, arbitrary: words("daxctl reconfigure-device -m", fc.constantFrom("system-ram", "devdax"), "all") },
  { weight: 1, arbitrary: words("ndctl sanitize-dimm", fc.constantFrom("-z", "-o"), "nmem1") },
  { weight: 1, arbitrary: fc.constant("host reboot") },
);

/** Labelled namespaces of the enabled regions, as data. */
function labelled(dom0: Dom0): string[] {
  return dom0.regions().filter(({ enabled }) => enabled).flatMap(({ number }) => dom0.namespaces(number))
    .filter((n) => n.labelled && n.size > 0)
    .map(({ uuid, altName, extent, sectorSize }) =>
      `${uuid} ${altName} ${extent.start} ${lengthOf(extent)} ${sectorSize}`
    )
    .sort();
}

function assertApart(dom0: Dom0): void {
  for (const { number, start, size } of dom0.regions()) {
    const placed: NamespaceView[] = dom0.namespaces(number).filter((n) => n.size > 0);
    for (const [i, one] of placed.entries()) {
      assert.ok(contains(range(start, size), one.extent), `${one.name} lies outside region${number}`);
      for (const other of placed.slice(i + 1)) {
        assert.ok(!overlaps(one.extent, other.extent), `${one.name} and ${other.name} overlap`);
      }
    }
  }
}

function assertRebuilds(host: Host): void {
  const fork = host.fork();
  const before = labelled(fork.dom0);
  const enabled = new Set(fork.dom0.regions().filter((r) => r.enabled).map(({ number }) => number));
  fork.dom0.boot();
  const after = fork.dom0.regions().filter(({ number }) => enabled.has(number));
  assert.ok(after.every((r) => r.enabled), "a region that was up does not come up");
  const same = labelled(fork.dom0).filter((text) => before.includes(text));
  assert.deepEqual(same, before);
}

async function holds(host: Host, lines: readonly string[]): Promise<void> {
  const { run } = sessionOn(host);
  for (const text of lines) {
    const { status } = await run(text);
    assert.ok(status >= 0 && status < 256, `${text}: ${status}`);
    assert.deepEqual(violations(host.fork()), [], text);
    assertApart(host.fork().dom0);
    assertRebuilds(host);
  }
}

const captured: HostImage = importCapture(folderOf("iset-two-regions"), "start")._unsafeUnwrap();
const hosts = [
  ["DIMMs by themselves", () => madeHost(2).host],
  ["interleave sets", () => hostFrom(captured)],
] as const;

for (const [what, make] of hosts) {
  Deno.test(`any verbs in any order leave a sound host: ${what}`, async () => {
    const run = fc.tuple(fc.boolean(), fc.array(line, { minLength: 4, maxLength: 14 }));
    const property = fc.asyncProperty(run, ([labels, lines]) => holds(make(), labels ? [...LABELS, ...lines] : lines));
    await fc.assert(property, { numRuns: 50 });
  });
}
