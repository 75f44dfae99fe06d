/** The same task with dom0 in charge and with Xen in charge: what the guest gets is the same. */
import assert from "node:assert/strict";
import { decodeNfit } from "../../src/acpi/mod.ts";
import { programPath } from "../../src/cli/paths.ts";
import { layout } from "../../src/ept/mod.ts";
import { type Fork } from "../../src/host/mod.ts";
import { hostFrom, imageFrom, sessionOn } from "../support/session.ts";

async function walked(script: string): Promise<Fork> {
  const { run, said, session } = sessionOn(hostFrom(imageFrom("server-two-socket")), {}, true);
  const executed = await run(`batch ${programPath(`fixtures/scripts/${script}`)}`);
  assert.equal(executed.status, 0, said.join(""));
  assert.match(said.join(""), /6b 65 70 74 +kept/, "the content is there after the reboot");
  return session.host().fork();
}

/** What a guest can tell: its NFIT's ranges, its memory's machine addresses, the leaves of its EPT. */
function seenByGuest(fork: Fork) {
  const { domid } = fork.toolstack.records()[0]!;
  const nfit = decodeNfit(fork.deviceModels.tables(domid).nfit!)._unsafeUnwrap();
  const ranges = nfit.structures.flatMap((
    s,
  ) => (s.kind === "spaRange" ? [[s.record.rangeBase, s.record.rangeLength]] : []));
  const pmem = [...fork.xen.mappings(domid)].filter(({ gpa }) => gpa >= 2 ** 32).map(({ gpa, mpa, length }) => ({
    gpa,
    mpa,
    length,
  }));
  const { leaf1g, leaf2m, leaf4k } = layout(pmem)._unsafeUnwrap().counts;
  return { ranges, pmem, leaves: { leaf1g, leaf2m, leaf4k } };
}

Deno.test("both designs give the guest the same memory, the same table and the same leaves", async () => {
  const dom0 = await walked("walk-dom0.nv");
  const xen = await walked("walk-xen.nv");
  assert.deepEqual(seenByGuest(dom0), seenByGuest(xen));
  assert.deepEqual([dom0.xen.violations(), xen.xen.violations()], [[], []]);

  // What differs is who knows what: dom0 has namespaces in the one, nothing at all in the other.
  assert.equal(dom0.dom0.namespaces().some(({ name }) => name.startsWith("namespace1.")), true);
  assert.deepEqual([xen.dom0.hasBus, xen.dom0.namespaces()], [false, []]);
});
