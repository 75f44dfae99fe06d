import assert from "node:assert/strict";
import { sameBytes } from "../../../src/base/bytes.ts";
import { parseJson } from "../../../src/base/json.ts";
import { atPointer } from "../../../src/base/json_pointer.ts";
import { outText } from "../../../src/command/language/output.ts";
import { sessionFor } from "../../support/session.ts";
import { pathOf, tableOf } from "../tables/captured.ts";
import { type Guest, ON_NAMESPACE, sessionWithGuest } from "../tables/guest_host.ts";
import { memoryFiles } from "../tables/memory_files.ts";

const guestWith = (...config: string[]): Guest => ({ ...ON_NAMESPACE, config: [...ON_NAMESPACE.config, ...config] });

Deno.test("ssdt show of a host is its firmware's ASL", async () => {
  const { run } = sessionFor("server-two-socket");
  const executed = await run("ssdt show");
  assert.equal(executed.status, 0);
  assert.match(outText(executed), /^DefinitionBlock \("", "SSDT", 2, "PEER", "NVDROOT", 0x01\)\n\{\n/);
  const exported = await run("ssdt export");
  assert.ok(sameBytes(exported.out as Uint8Array, tableOf("server-two-socket", "ssdt.bin")));
});

Deno.test("ssdt show of a minimal guest has the root device and one child a slot", async (t) => {
  const { run } = sessionWithGuest("server-two-socket", guestWith('nvdeck_acpi = "nfit"'));
  await t.assertSnapshot(outText(await run("ssdt show --domain web1")));
});

Deno.test("a full guest's objects are QEMU's, as a tree", async () => {
  const { run } = sessionWithGuest("server-two-socket", ON_NAMESPACE);
  const value = parseJson(outText(await run("ssdt show --domain web1 --json")));
  const root = "/objects/0/children/0";
  assert.equal(atPointer(value, `${root}/path`), "\\_SB.NVDR");
  assert.equal(atPointer(value, `${root}/children/0/value`), "ACPI0012");
  const names = (atPointer(value, `${root}/children`) as { path: string }[]).map(({ path }) => path.split(".").at(-1));
  assert.deepEqual(names.slice(0, 7), ["_HID", "NCAL", "_DSM", "RSTA", "RFIT", "_FIT", "NV00"]);
});

Deno.test("a guest without an SSDT says which profile it has", async () => {
  const { run } = sessionWithGuest("server-two-socket", guestWith('nvdeck_acpi = "nfit-bare"'));
  const executed = await run("ssdt show --domain web1");
  assert.equal(executed.status, 3);
  assert.match(executed.err, /^nvdeck: web1 has no SSDT: profile nfit-bare\n/);
  assert.equal((await run("nfit show --domain web1")).status, 0);
});

Deno.test("what is no AML, or is cut short, is one message and status 1", async () => {
  const ssdt = tableOf("server-two-socket", "ssdt.bin");
  const files = memoryFiles({ "cut.bin": ssdt.slice(0, 100), "empty.bin": new Uint8Array() });
  const { run } = sessionFor("host-unarmed", { files });
  for (const path of ["cut.bin", "empty.bin", pathOf("host-unarmed", "nfit.bin")]) {
    const executed = await run(`ssdt show --file ${path}`);
    assert.equal(executed.status, 1, path);
    assert.match(executed.err, /^nvdeck: .* \(at 0x[0-9a-f]+\)\nssdt show takes an SSDT or DSDT/);
    assert.equal(executed.out, "");
  }
});
