/** Erasing DIMMs: what goes, what stays, and when it is refused. */
import assert from "node:assert/strict";
import { LABELS, madeHost } from "./made_host.ts";

async function withData() {
  const host = madeHost();
  await host.all(...LABELS, "ndctl create-namespace -m fsdax -s 64M", "ndctl disable-region all");
  return host;
}
const security = async (host: Awaited<ReturnType<typeof withData>>) => {
  const [dimm] = await host.json("ndctl list -Di") as { security?: string; security_frozen?: boolean }[];
  return [dimm!.security, dimm!.security_frozen];
};

Deno.test("a crypto erase takes the data and its info blocks, and leaves the labels", async () => {
  const host = await withData();
  assert.deepEqual(await host.refusal("ndctl sanitize-dimm -z nmem0"), [0, "sanitized 1 nmem.\n"]);
  await host.all("ndctl check-labels nmem0", "ndctl enable-region all");
  const [namespace] = await host.json("ndctl list -N") as { mode: string; size: number }[];
  assert.deepEqual([namespace!.mode, namespace!.size], ["raw", 64 * 2 ** 20]);
});

Deno.test("an overwrite takes the labels too, and time", async () => {
  const host = await withData();
  await host.all("ndctl sanitize-dimm -o nmem0");
  assert.deepEqual(await security(host), ["overwrite", undefined]);
  assert.equal((await host.refusal("ndctl sanitize-dimm -o nmem0"))[0], 1);
  await host.all("ndctl wait-overwrite nmem0");
  assert.deepEqual(await security(host), ["disabled", undefined]);
  assert.equal((await host.refusal("ndctl check-labels nmem0"))[0], 1);
});

Deno.test("neither happens while a region uses the DIMM, without a key, or once it is frozen", async () => {
  const host = await withData();
  assert.match((await host.refusal("ndctl sanitize-dimm nmem0"))[1], /Unable to load key\nsanitized 0 nmem\.\n$/);
  await host.all("ndctl enable-region all");
  assert.deepEqual(await host.refusal("ndctl sanitize-dimm -z nmem0"), [
    1,
    "Failed crypto erase for nmem0\nsanitized 0 nmem.\n",
  ]);
  await host.all("ndctl disable-region all", "ndctl freeze-security nmem0");
  assert.deepEqual(await security(host), ["disabled", true]);
  assert.equal((await host.refusal("ndctl sanitize-dimm -z nmem0"))[0], 1);
  await host.all("host reboot", "ndctl disable-region all", "ndctl sanitize-dimm -z nmem0");
});

Deno.test("what a wipe loses is told to whoever must agree", async () => {
  const host = await withData();
  const dry = await host.run("ndctl sanitize-dimm -z nmem0", { dryRun: true });
  assert.equal(dry.status, 6);
  assert.match(String(dry.out), /label of .* on nmem0/);
});
