/** Errors in the medium: made, found, listed in the right units, cleared. */
import assert from "node:assert/strict";
import { LABELS, madeHost, out } from "./made_host.ts";

interface Listed {
  readonly badblock_count?: number;
  readonly badblocks?: readonly { readonly offset: number; readonly length: number; readonly dimms?: string[] }[];
}
const first = (json: unknown): Listed => (json as Listed[])[0]!;

async function withFsdax() {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m raw -s 16M", "ndctl create-namespace -m fsdax -s 64M");
  return host;
}

Deno.test("an injected error counts from the region for the region, from the data for an fsdax namespace", async () => {
  const host = await withFsdax();
  const injected = await host.json("ndctl inject-error namespace0.1 -B 8 -n 2") as Listed;
  assert.deepEqual(injected.badblocks, [{ offset: 8, length: 2, dimms: ["nmem0"] }]);
  const dataStart = (16 + 2) * 2048;
  assert.deepEqual(first(await host.json("ndctl list -RM")).badblocks, [
    { offset: dataStart + 8, length: 2, dimms: ["nmem0"] },
  ]);
  // A raw namespace shows those of its whole region.
  assert.equal(first(await host.json("ndctl list -NM -n namespace0.0")).badblock_count, 2);
});

Deno.test("without a notification an error stays latent until a scrub finds it", async () => {
  const host = await withFsdax();
  assert.equal((await host.json("ndctl inject-error -N namespace0.1 -B 0 -n 1") as Listed).badblock_count, undefined);
  assert.deepEqual(await host.json("ndctl inject-error -t namespace0.1"), { badblocks: [{ block: 0, count: 1 }] });
  await host.all("ndctl start-scrub");
  assert.equal(first(await host.json("ndctl list -NM -n namespace0.1")).badblock_count, undefined);
  await host.all("ndctl wait-scrub");
  assert.equal(first(await host.json("ndctl list -NM -n namespace0.1")).badblock_count, 1);
});

Deno.test("a scrub is active until it is waited for; a second one is refused meanwhile", async () => {
  const host = madeHost();
  const state = async () => (await host.json("ndctl list -B") as { scrub_state: string }[])[0]!.scrub_state;
  assert.equal(await state(), "idle");
  assert.deepEqual(await host.json("ndctl start-scrub"), [{
    provider: "ACPI.NFIT",
    dev: "ndbus0",
    scrub_state: "active",
  }]);
  assert.equal(await state(), "active");
  assert.deepEqual(await host.refusal("ndctl start-scrub"), [240, "error starting scrub: Device or resource busy\n"]);
  await host.all("ndctl wait-scrub");
  assert.equal(await state(), "idle");
});

Deno.test("clear-errors clears what lies wholly inside, for good; BTT errors are left to the BTT", async () => {
  const host = await withFsdax();
  await host.all("ndctl inject-error namespace0.1 -B 0 -n 3", "ndctl create-namespace -m sector -s 32M");
  const cleared = await host.run("ndctl clear-errors namespace0.1");
  assert.equal(cleared.err, "cleared 1 namespace\n");
  assert.doesNotMatch(out(cleared), /badblock/);
  await host.all("ndctl start-scrub", "ndctl wait-scrub");
  assert.equal(first(await host.json("ndctl list -RM")).badblock_count, undefined);
  assert.deepEqual(await host.refusal("ndctl clear-errors namespace0.2"), [1, "cleared 0 namespaces\n"]);
});

Deno.test("taking an injection back does not make the kernel forget", async () => {
  const host = await withFsdax();
  await host.all("ndctl inject-error namespace0.1 -B 5 -n 1", "ndctl inject-error -d namespace0.1 -B 5 -n 1");
  assert.equal(await host.json("ndctl inject-error -t namespace0.1"), null);
  assert.equal(first(await host.json("ndctl list -NM -n namespace0.1")).badblock_count, 1);
});

Deno.test("blocks past the end, in a BTT, and of no namespace are refused", async () => {
  const host = await withFsdax();
  const blocks = (64 - 2) * 2048;
  await host.all(`ndctl inject-error namespace0.1 -B ${blocks - 1} -n 1`);
  assert.deepEqual(await host.refusal(`ndctl inject-error namespace0.1 -B ${blocks} -n 1`), [
    234,
    `libndctl: ndctl_namespace_inject_error2: Injection failed at block ${blocks.toString(16)}\n` +
    "Unable to inject error: Invalid argument (-22)\n",
  ]);
  await host.all("ndctl create-namespace -m sector -s 32M");
  assert.match((await host.refusal("ndctl inject-error namespace0.2 -B 0 -n 1"))[1], /Operation not supported \(-95\)/);
  assert.deepEqual(await host.refusal("ndctl inject-error namespace9.0 -B 0 -n 1"), [
    250,
    "  Error: namespace9.0: no such namespace\n\n",
  ]);
  assert.equal((await host.refusal("ndctl inject-error namespace0.1 -t -B 0"))[0], 234);
});

Deno.test("a known bad block cannot be read; an error in an info block keeps the namespace down at the next boot", async () => {
  const host = await withFsdax();
  await host.all("ndctl disable-namespace namespace0.1");
  // Block 8 of the raw namespace is where the info block lies.
  await host.all("ndctl inject-error namespace0.1 -B 8 -n 1");
  assert.deepEqual(await host.refusal("ndctl read-infoblock -j namespace0.1"), [
    251,
    "error reading infoblock data: Input/output error\nread 0 infoblocks\n",
  ]);
});
