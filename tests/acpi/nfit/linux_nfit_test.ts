import assert from "node:assert/strict";
import {
  decodeNfit,
  linuxRegions,
  nfitStructure,
  persistenceDomain,
  readAsLinux,
  stateErrorWords,
  stateFlagsText,
  uniqueId,
} from "../../../src/acpi/mod.ts";
import { GiB } from "../../../src/base/units.ts";
import { concat } from "../../../src/base/bytes.ts";
import { capturedTables, capturedText, patched, withAppended } from "../support.ts";
import { AT, cookieTable, interleaved, oneDimm, twoDimms } from "./tables.ts";

const linux = (table: Uint8Array, release?: "6.1" | "6.12") => readAsLinux(decodeNfit(table)._unsafeUnwrap(), release);
const texts = (messages: readonly { text: string }[]) => messages.map((message) => message.text);
/** A structure of `length` bytes, of which type and length count and the rest is zero. */
const hollow = (type: number, length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  bytes.set([type & 0xff, type >> 8, length & 0xff, length >> 8]);
  return bytes;
};

Deno.test("a sound table: DIMMs ascending by handle, regions in the order of the ranges", () => {
  const nfit = linux(twoDimms());
  assert.equal(nfit.status, "ok");
  assert.deepEqual(nfit.dimms.map((d) => [d.handle, uniqueId(d.dcr!.record)]), [[1, "8680-56341200"], [
    2,
    "8680-57341200",
  ]]);
  assert.deepEqual(nfit.messages, []);
  const { regions } = linuxRegions(nfit);
  assert.deepEqual(regions.map((r) => [r.start, r.size, r.readOnly]), [[4 * GiB, GiB, false], [5 * GiB, GiB, true]]);
});

Deno.test("length zero: a warning, what came before counts", () => {
  const nfit = linux(patched(twoDimms(), 40 + 184 + 2, 2, 0));
  assert.deepEqual([nfit.status, nfit.dimms.length], ["ok", 1]);
  assert.deepEqual(texts(nfit.messages), ["found a zero length table '0' parsing nfit"]);
});

Deno.test("an unknown type: an error message, skipped by its length; equal neighbours are one message", () => {
  const nfit = linux(withAppended(withAppended(oneDimm(), hollow(8, 12)), hollow(8, 4)));
  assert.equal(nfit.status, "ok");
  assert.deepEqual(nfit.messages.map((m) => [m.level, m.text, m.times]), [[
    "err",
    "unknown table '8' parsing nfit",
    2,
  ]]);
});

Deno.test("wrong lengths: the whole initialisation fails", () => {
  for (const length of [55, 57, 64]) assert.equal(linux(patched(oneDimm(), AT.spa + 2, 2, length)).errno, "ENOMEM");
  const cookieWithoutFlag = patched(cookieTable(), AT.spa + 6, 2, 2);
  assert.match(linux(cookieWithoutFlag).reason!, /64 bytes, 56 expected/);
  const flagWithoutCookie = patched(oneDimm(), AT.spa + 6, 2, 7);
  assert.match(linux(flagWithoutCookie).reason!, /56 bytes, 64 expected/);
  assert.equal(linux(withAppended(oneDimm(), hollow(1, 47))).errno, "ENOMEM");
  assert.equal(linux(withAppended(oneDimm(), hollow(1, 49))).errno, "ENOMEM");
  assert.equal(linux(withAppended(oneDimm(), hollow(5, 39))).errno, "ENOMEM");
  assert.equal(linux(withAppended(oneDimm(), hollow(5, 40))).status, "ok");
  assert.equal(linux(withAppended(oneDimm(), hollow(4, 31))).errno, "ENOMEM");
  assert.equal(linux(withAppended(oneDimm(), hollow(4, 32))).status, "ok");
});

Deno.test("interleave and flush hint structures: 6.1 wants one element, 6.12 none", () => {
  const status = (
    bytes: Uint8Array,
  ) => [linux(withAppended(oneDimm(), bytes)).status, linux(withAppended(oneDimm(), bytes), "6.12").status];
  assert.deepEqual(status(hollow(2, 15)), ["failed", "failed"]);
  assert.deepEqual(status(hollow(2, 16)), ["failed", "ok"]);
  assert.deepEqual(status(hollow(2, 20)), ["ok", "ok"]);
  assert.deepEqual(status(hollow(6, 16)), ["failed", "ok"]);
  assert.deepEqual(status(hollow(6, 23)), ["failed", "ok"]);
  assert.deepEqual(status(hollow(6, 24)), ["ok", "ok"]);
});

Deno.test("a last structure that claims more than is left goes unnoticed", () => {
  assert.equal(linux(patched(oneDimm(), AT.controlRegion + 2, 2, 500)).dimms.length, 1);
  const cut = withAppended(oneDimm(), hollow(1, 48).slice(0, 20));
  assert.deepEqual([linux(cut).status, linux(cut).memdevs.length], ["ok", 2]);
});

Deno.test("structures of one to three bytes: skipped where nobody checks the length, fatal elsewhere", () => {
  const tail = (type: number, length: number) => {
    const bytes = hollow(type, 4);
    bytes[2] = length;
    return withAppended(oneDimm(), concat(bytes, new Uint8Array(4)));
  };
  assert.equal(linux(tail(0, 2)).errno, "ENOMEM");
  assert.equal(linux(tail(3, 2)).status, "ok");
  assert.deepEqual(texts(linux(tail(9, 3)).messages)[0], "unknown table '9' parsing nfit");
});

Deno.test("a mapping of a control region that is not there refuses the whole table", () => {
  const nfit = linux(patched(oneDimm(), AT.mapping + 14, 2, 77));
  assert.deepEqual([nfit.status, nfit.errno, nfit.dimms.length], ["failed", "ENODEV", 0]);
  assert.deepEqual(texts(nfit.messages), ["SPA 2 missing DCR 77"]);
  assert.deepEqual(linuxRegions(nfit).regions, []);
});

Deno.test("a mapping of a range that is not there makes no DIMM and leaves the range without mappings", () => {
  const nfit = linux(patched(oneDimm(), AT.mapping + 12, 2, 9));
  assert.deepEqual([nfit.status, nfit.dimms.length], ["ok", 0]);
  const [region] = linuxRegions(nfit).regions;
  assert.deepEqual([region?.mappings.length, region?.cookies.cookie2], [0, 0n]);
});

Deno.test("range index 0: the mapping's DIMM exists without a region, the range makes none", () => {
  const unmapped = linux(patched(oneDimm(), AT.mapping + 12, 2, 0));
  assert.deepEqual(unmapped.dimms.map((d) => [d.handle, d.hasPmem]), [[1, false]]);
  const invalid = linux(patched(oneDimm(), AT.spa + 4, 2, 0));
  assert.equal(linuxRegions(invalid).regions.length, 0);
  assert.equal(linuxRegions(invalid).stopped, undefined);
});

Deno.test("a virtual disk may have range index 0 and needs no DIMM", () => {
  const disk = nfitStructure("spaRange", {
    rangeType: "5cea02c9-4d07-69d3-269f-4496fbe096f9",
    rangeBase: 0x10000000000n,
    rangeLength: 0x100000n,
  });
  const [, region] = linuxRegions(linux(withAppended(oneDimm(), disk.raw))).regions;
  assert.deepEqual([region?.kind, region?.type, region?.mappings.length], ["pmem", "persistentDisk", 0]);
});

Deno.test("a DIMM known only to a volatile range is never made, and the region fails", () => {
  const guid = Uint8Array.from("4f940573dafde344b16c3f22d252e5d0".match(/../g)!, (pair) => parseInt(pair, 16));
  const table = oneDimm();
  table.set(guid, AT.spa + 16);
  const nfit = linux(table);
  assert.equal(nfit.dimms.length, 0);
  const { stopped, messages } = linuxRegions(nfit);
  assert.equal(stopped?.errno, "ENODEV");
  assert.deepEqual(texts(messages), ["spa2 dimm: 0x1 not found", "failed to register spa range 2"]);
});

Deno.test("without an ACPI device of its address a DIMM is skipped, and its range brings the whole bus down", () => {
  const { regions, dimms, stopped, messages } = linuxRegions(linux(twoDimms()), new Set([2]));
  assert.deepEqual([regions.length, dimms.map((d) => d.handle), stopped?.errno], [0, [], "ENODEV"]);
  assert.equal(texts(messages)[0], "no ACPI.NFIT device with _ADR 0x1, disabling...");
});

Deno.test("32 mappings make a region, 33 do not", () => {
  assert.equal(linuxRegions(linux(interleaved(32))).regions[0]?.mappings.length, 32);
  assert.equal(linuxRegions(linux(interleaved(33))).stopped?.errno, "ENXIO");
});

Deno.test("mappings that are not page aligned, and ranges that are no resource, make no region", () => {
  for (const offset of [16, 32]) {
    const { stopped, messages } = linuxRegions(linux(patched(oneDimm(), AT.mapping + offset, 8, 0x10001000n + 0x10n)));
    assert.equal(stopped?.errno, "ENOMEM");
    assert.equal(texts(messages)[0], "nvdimm_pmem_region_create: mapping0 is not 4096 aligned");
  }
  assert.equal(linuxRegions(linux(patched(oneDimm(), AT.spa + 40, 8, 0n))).stopped?.errno, "EBUSY");
  assert.equal(linuxRegions(linux(patched(oneDimm(), AT.spa + 32, 8, 2n ** 64n - 1n))).stopped?.errno, "EBUSY");
});

Deno.test("state flags of all mappings of a handle count together", () => {
  const second = nfitStructure("regionMapping", { handle: 1, stateFlags: 0x41 });
  const [dimm] = linux(withAppended(oneDimm(), second.raw)).dimms;
  assert.equal(dimm?.stateFlags, 0x41);
  assert.equal(stateFlagsText(0x7f), "save_fail restore_fail flush_fail not_armed smart_event map_fail smart_notify ");
  assert.equal(stateFlagsText(0), "");
  assert.deepEqual(stateErrorWords(0x38), ["not_armed"]);
});

Deno.test("capabilities: the last structure counts, masked to its highest valid bit", () => {
  const caps = (highestValid: number, value: number) =>
    nfitStructure("capabilities", { highestValid, capabilities: value }).raw;
  const read = (...list: Uint8Array[]) => linux(list.reduce(withAppended, oneDimm())).capabilities;
  assert.equal(read(), undefined);
  assert.equal(read(caps(0, 3)), 1);
  assert.equal(read(caps(1, 3), caps(1, 2)), 2);
  assert.equal(read(caps(30, 0xffffffff)), 0x7fffffff);
  assert.equal(read(caps(31, 0xffffffff)), 0); // the shift overflows on x86
  assert.deepEqual([undefined, 0, 1, 2, 3].map(persistenceDomain), [
    undefined,
    undefined,
    "cpu_cache",
    "memory_controller",
    "cpu_cache",
  ]);
});

/** `device/file: value` lines of a captured sysfs. */
const sysfs = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split("\n").map((line) => [line.split(": ")[0]!, line.split(": ").slice(1).join(": ")]));

Deno.test("DIMMs and regions of every capture are those its kernel showed", () => {
  let checked = 0;
  for (const { path, bytes } of capturedTables("nfit")) {
    const shown = sysfs(capturedText(path.replace("nfit.bin", "start.sysfs.txt")));
    const nfit = linux(bytes);
    const { regions, dimms } = linuxRegions(nfit);
    dimms.forEach((dimm, n) => {
      assert.equal(`0x${dimm.handle.toString(16)}`, shown.get(`nmem${n}/nfit/handle`), path);
      assert.equal(uniqueId(dimm.dcr!.record), shown.get(`nmem${n}/nfit/id`), path);
      assert.equal(stateFlagsText(dimm.stateFlags).trim(), shown.get(`nmem${n}/nfit/flags`)?.trim(), path);
      checked++;
    });
    assert.equal(shown.get(`nmem${dimms.length}/nfit/handle`), undefined, path);
    regions.forEach((region, n) => {
      assert.equal(String(region.mappings.length), shown.get(`region${n}/mappings`), path);
      assert.equal(region.readOnly ? "1" : "0", shown.get(`region${n}/read_only`), path);
      const { cookie1, cookie2 } = region.cookies; // 1.1's where the DIMM has no label area to read
      const labelled = region.mappings.some(({ dimm }) => shown.get(`nmem${dimms.indexOf(dimm)}/available_slots`));
      const cookie = labelled ? cookie2 : cookie1;
      assert.equal(`0x${cookie.toString(16)}`, shown.get(`region${n}/set_cookie`), path);
      region.mappings.forEach((mapping, i) => {
        const member = dimms.indexOf(mapping.dimm);
        const line = `nmem${member},${mapping.start},${mapping.size},${mapping.position}`;
        assert.equal(line, shown.get(`region${n}/mapping${i}`), path);
      });
    });
  }
  assert.ok(checked > 60, `${checked} DIMMs`);
});
