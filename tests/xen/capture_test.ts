/**
 * Real Xen 4.17.7 on a machine with an NVDIMM (`fixtures/hosts/xen-dom0-carved`): what it printed, and what xl asked
 * it.
 */
import assert from "node:assert/strict";
import { GiB, MiB } from "../../src/base/units.ts";
import { consoleText, machine } from "./machine.ts";
import * as raw from "./raw_encoder.ts";

const CAPTURE = new URL("../../fixtures/hosts/xen-dom0-carved/", import.meta.url);
const bytes = (name: string): Uint8Array => Deno.readFileSync(new URL(name, CAPTURE));
const text = (name: string): string => Deno.readTextFileSync(new URL(name, CAPTURE));

/** `[start, end] (usable)` lines of the memory map Xen printed. */
const ram = [...text("xl-dmesg.txt").matchAll(/\[([0-9a-f]{16}), ([0-9a-f]{16})\] \(usable\)/g)]
  .map(([, start, end]) => ({ start: parseInt(start!, 16), end: parseInt(end!, 16) + 1 }));
/** `key : value` of `xl info`. */
const info = new Map(
  text("xl-info.txt").split("\n").map((line) => line.split(/\s*: /, 2) as [string, string]).filter(([, value]) =>
    value
  ),
);

const host = (management: "dom0" | "xen") =>
  machine({
    management,
    tables: { nfit: bytes("nfit.bin"), srat: bytes("srat.bin") },
    machine: {
      ram,
      physicalAddressBits: 40,
      cpus: {
        threadsPerCore: 1,
        coresPerSocket: 1,
        count: 1,
        khz: Math.round(Number(info.get("cpu_mhz")) * 1000),
        hwCaps: info.get("hw_caps")!.split(":").map((word) => parseInt(word, 16)),
      },
    },
    dom0: { type: "pv", memory: GiB, vcpus: 1 },
  });

Deno.test("Xen reads the SRAT and says so in the words of the real one", () => {
  const about = (log: string) => log.split("\n").filter((line) => /SRAT:|NUMA|Faking|System RAM/.test(line));
  // The ACPI table list names the SRAT as well.
  const real = about(text("xl-dmesg.txt")).filter((line) => !/ACPI: SRAT/.test(line));
  assert.deepEqual(about(consoleText(host("dom0"))), real);
});

Deno.test("physinfo answers what xl info printed", () => {
  const reply = host("dom0").reply(35, raw.sysctl(3)).subarray(8);
  assert.equal(Math.floor(Number(raw.u64At(reply, 40)) / 256), Number(info.get("total_memory")));
  // The model keeps frame table and M2P; real Xen also has its image and its heap there.
  assert.ok(Math.abs(Number(raw.u64At(reply, 48)) / 256 - Number(info.get("free_memory"))) < 2);
  assert.equal((raw.u32At(reply, 24) / 1000).toFixed(3), info.get("cpu_mhz"));
  const words = Array.from({ length: 8 }, (_, i) => raw.u32At(reply, 80 + 4 * i).toString(16).padStart(8, "0"));
  assert.equal(words.join(":"), info.get("hw_caps"));
});

Deno.test("dom0 is listed with the memory and state that xl list printed", () => {
  const buffer = new Uint8Array(112);
  const m = host("dom0");
  const reply = m.reply(35, raw.sysctl(6, [[4, 4, 1], [8, 8, m.buffers.place(buffer)]]));
  assert.equal(raw.u32At(reply, 24), 1);
  const [, , memory, vcpus, state] = text("xl-list.txt").split("\n")[1]!.split(/\s+/);
  assert.equal(Number(raw.u64At(buffer, 8)) * 4096 / MiB, Number(memory));
  assert.equal(raw.u32At(buffer, 64), Number(vcpus));
  assert.deepEqual([raw.u32At(buffer, 4) & 0x3f, state], [32, "r-----"]);
});

Deno.test("under management xen the NVDIMM's range would be raw pmem of PXM 0", () => {
  const m = host("xen");
  const [region, ...others] = m.xen.regions("raw");
  assert.deepEqual(others, []);
  assert.deepEqual(region, { start: 0x140000, end: 0x15ffe0, pxm: 0, source: "nfit" });
  assert.equal(m.call(35, raw.setupMgmt(0x140000, 0x140600)), 0);
  assert.equal(m.call(35, raw.setupData(0x140600, 0x15fe00, 0x140000, 0x140600)), "ENOSPC");
  assert.equal(m.call(35, raw.setupMgmt(0x140600, 0x15ffe0)), "EINVAL", "its end is not on 2 MiB");
});
