/** What `host check` holds label areas to, and what it leaves to the operator. */
import assert from "node:assert/strict";
import { findingViews } from "../../src/command/console/finding_views.ts";
import { violations } from "../../src/host/mod.ts";
import { sessionFor } from "../support/session.ts";

Deno.test("a set whose DIMMs were initialised one without the other breaks no invariant, and is shown as a finding", async () => {
  const { run, session } = sessionFor("iset-two-regions");
  for (
    const line of [
      "ndctl disable-region all",
      "ndctl init-labels -f all",
      "ndctl enable-region all",
      "ndctl create-namespace -r region0 -m raw -s 16M",
      "ndctl disable-region all",
      "ndctl init-labels -f nmem0",
    ]
  ) assert.equal((await run(line)).status, 0, line);
  const fork = session.host().fork();
  assert.deepEqual(violations(fork), []);
  const found = findingViews(fork).filter(({ object }) => object === "nmem1");
  assert.deepEqual(found.map(({ severity }) => severity), ["warning"]);
  assert.match(found[0]!.what, /^no DIMM holds position 0 of the 2 labels of /);
});

Deno.test("an index block that does not hold is a violation", () => {
  const { session } = sessionFor("iset-two-regions");
  const fork = session.host().fork();
  const { media } = fork.state.machine;
  const id = [...media.ids()].find((page) => page.startsWith("1:l"))!;
  const page = media.get(id)!.slice();
  page[20]! ^= 3;
  page[276]! ^= 3;
  media.set(id, page);
  assert.equal(violations(fork)[0]?.rule, "label areas are sound");
});
