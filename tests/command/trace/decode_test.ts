/** Recorded hypercalls in words: the names of Xen's headers, places in hex, counts in decimal. */
import assert from "node:assert/strict";
import { answeredFields, type CallStep, decodedFields } from "../../../src/command/trace/decode.ts";
import { type Step } from "../../../src/abi/steps.ts";
import { sessionFor } from "../../support/session.ts";

async function callsOf(...lines: string[]): Promise<CallStep[]> {
  const { session } = sessionFor("server-two-socket");
  const trial = session.together();
  for (const line of lines) {
    const steps = trial.execute(line.split(" "));
    while (!(await steps.next()).done);
  }
  return trial.host().collected.steps.filter((step: Step): step is CallStep => step.kind === "hypercall");
}

const calls = await callsOf(
  "xl pmem-setup --namespace namespace0.3",
  'xl create fixtures/guests/grow1.cfg vnvdimms=["namespace0.3"]',
);
const call = (name: string): CallStep => calls.find((c) => c.name === name)!;
const textOf = (name: string): string => decodedFields(call(name)).map((f) => `${f.name} ${f.value}`).join(", ");

Deno.test("fields have their C names; frames stand in hex, counts in decimal", () => {
  assert.equal(
    textOf("XENMEM_populate_pmem_map"),
    "done 0, domid 1, mfn 0x1098200, gfn 0x100000, nr_mfns 6192640, type 0 data",
  );
  assert.match(textOf("XENPF_pmem_add"), /^spfn 0x1080000, epfn 0x1680000, rsv_spfn 0x1080200, /);
});

Deno.test("a domctl names its domain even where the operation has no structure of its own", () => {
  assert.equal(textOf("XEN_DOMCTL_unpausedomain"), "domain 1");
  assert.equal(textOf("XEN_DOMCTL_max_mem"), "domain 1, max_memkb 527360");
});

Deno.test("bits are told by their names, and what Xen answered by what it changed", () => {
  assert.match(textOf("XEN_DOMCTL_createdomain"), /flags 0x[0-9a-f]+ hvm hap/);
  assert.deepEqual(answeredFields(call("XEN_DOMCTL_createdomain")), [{ name: "domain", value: "1" }]);
  assert.ok(answeredFields(call("XEN_SYSCTL_physinfo")).some(({ name }) => name === "free_pages"));
});

Deno.test("bytes that are cut short say what they can", () => {
  const whole = call("XENMEM_populate_pmem_map");
  assert.deepEqual(decodedFields({ ...whole, input: whole.input.subarray(0, 12) }), [{ name: "done", value: "0" }]);
  assert.deepEqual(decodedFields({ ...whole, input: new Uint8Array() }), [{ name: "done", value: "0" }]);
});
