/** The files that firmware fetches: which tables each profile has, and a script that firmware can execute. */
import assert from "node:assert/strict";
import { decodeLoader, FW_CFG_FILE, type LoaderCommand, tablesOf } from "../../src/acpi/mod.ts";
import { byteSum } from "../../src/base/checksum.ts";
import { textOf, viewOf } from "../../src/base/bytes.ts";
import { GiB } from "../../src/base/units.ts";
import { fwCfgFiles, startProcess } from "../../src/device_model/mod.ts";
import { argv } from "./device_model_host.ts";

const files = (profile: string, devices = [{ size: GiB }]) =>
  fwCfgFiles(startProcess(7, argv(512, devices, { machine: `,x-nvdimm-acpi=${profile}` }))._unsafeUnwrap());

/** Signatures of the tables one behind the other in the file. */
function signatures(file: Uint8Array): string[] {
  const list: string[] = [];
  for (let at = 0; at < file.length; at += viewOf(file).getUint32(at + 4, true)) {
    list.push(textOf(file.slice(at, at + 4)));
  }
  return list;
}

Deno.test("each profile has its tables: SSDT before NFIT, no NFIT without a device, no SSDT in nfit-bare", () => {
  const tables = (profile: string, devices?: { size: number }[]) =>
    signatures(files(profile, devices).get(FW_CFG_FILE.tables)!);
  assert.deepEqual(tables("full"), ["SSDT", "NFIT", "RSDT"]);
  assert.deepEqual(tables("full", []), ["SSDT", "RSDT"]);
  assert.deepEqual(tables("nfit"), ["SSDT", "NFIT", "RSDT"]);
  assert.deepEqual(tables("nfit-bare"), ["NFIT", "RSDT"]);
  assert.equal(files("nfit-bare", []).size, 0);
});

Deno.test("only the full profile asks for a _DSM page, and points MEMA to it", () => {
  const script = (profile: string) => decodeLoader(files(profile).get(FW_CFG_FILE.loader)!)._unsafeUnwrap();
  const page = (commands: LoaderCommand[]) =>
    commands.filter((each) => each.kind === "add pointer" && each.source === FW_CFG_FILE.dsmPage).length;
  assert.deepEqual(["full", "nfit", "nfit-bare"].map((profile) => page(script(profile))), [1, 0, 0]);
  assert.equal(files("full").get(FW_CFG_FILE.dsmPage)?.length, 4096);
  assert.equal(files("nfit").has(FW_CFG_FILE.dsmPage), false);
});

Deno.test("the table file holds whole tables that sum to zero, and an RSDT that lists them", () => {
  const file = files("full").get(FW_CFG_FILE.tables)!;
  const starts: number[] = [];
  for (let at = 0; at < file.length; at += viewOf(file).getUint32(at + 4, true)) {
    starts.push(at);
    assert.equal(byteSum(file.subarray(at, at + viewOf(file).getUint32(at + 4, true))), 0);
  }
  assert.deepEqual([...tablesOf(file.slice(starts.at(-1)))._unsafeUnwrap()], starts.slice(0, -1));
});
