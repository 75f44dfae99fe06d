import assert from "node:assert/strict";
import { decodeNfit, decodeSrat, type LintFinding, lintNfit, nfitStructure, type Srat } from "../../../src/acpi/mod.ts";
import { concat } from "../../../src/base/bytes.ts";
import { type SratRecords } from "../../../src/acpi/srat.ts";
import { captured, capturedTables, patched, sealed, withAppended } from "../support.ts";
import { AT, cookieTable, interleaved, oneDimm, twoDimms } from "./tables.ts";

const SPA_2 = 40 + 184;
const found = (table: Uint8Array): string[] =>
  lintNfit(table).map((finding) =>
    `${finding.severity} ${finding.offset}+${finding.length} ${finding.path}: ${finding.message}`
  );

/** Exactly one finding, at this place, whose message matches. */
function only(
  table: Uint8Array,
  severity: LintFinding["severity"],
  offset: number,
  length: number,
  message: RegExp,
): void {
  const findings = lintNfit(table);
  assert.equal(findings.length, 1, JSON.stringify(findings, undefined, 1));
  const [finding] = findings;
  assert.deepEqual([finding!.severity, finding!.offset, finding!.length], [severity, offset, length]);
  assert.match(finding!.message, message);
}

Deno.test("sound tables have no findings: every capture, and each shape of ours", () => {
  for (const { path, bytes } of capturedTables("nfit")) assert.deepEqual(found(bytes), [], path);
  for (const table of [oneDimm(), twoDimms(), cookieTable(), interleaved(2), interleaved(6)]) {
    assert.deepEqual(found(table), []);
  }
});

Deno.test("header: signature, length, revision, checksum, reserved bytes", () => {
  only(patched(oneDimm(), 0, 1, 0x58), "error", 0, 4, /"XFIT" is not "NFIT"/);
  only(patched(oneDimm(), 8, 1, 2), "warning", 8, 1, /revision 2/);
  only(patched(oneDimm(), 36, 4, 1), "warning", 36, 4, /reserved/);
  const wrong = oneDimm();
  wrong[9]!++;
  only(wrong, "error", 9, 1, /0xa5 should be 0xa4/);
  only(concat(oneDimm(), new Uint8Array(2)), "warning", 4, 4, /2 bytes follow/);
  assert.match(
    found(oneDimm().slice(0, 200)).join("\n"),
    /error 4\+4 header\/Length: the header says 224 bytes, 200 are there/,
  );
  assert.match(found(oneDimm().slice(0, 39))[0]!, /error 0\+39 header/);
  assert.match(found(patched(oneDimm(), 4, 4, 12))[0]!, /less than the header itself/);
});

Deno.test("lengths: past the end, too short, not what flags and counts ask for, zero", () => {
  only(
    patched(oneDimm(), AT.controlRegion + 2, 2, 81),
    "error",
    AT.controlRegion + 2,
    2,
    /claims 81 bytes, 80 are left/,
  );
  only(withAppended(oneDimm(), Uint8Array.of(7, 0, 8, 0, 0, 0, 0, 0)), "error", 226, 2, /needs at least 16 bytes/);
  only(
    patched(cookieTable(), AT.spa + 6, 2, 2),
    "error",
    AT.spa + 2,
    2,
    /length is 64, 56 expected without a location cookie/,
  );
  only(withAppended(oneDimm(), nfitStructure("capabilities", { length: 18 }).raw), "error", 226, 2, /claims 18/);
  only(withAppended(oneDimm(), Uint8Array.of(9, 0, 4, 0)), "warning", 224, 2, /type 9 is reserved/);
  only(withAppended(oneDimm(), Uint8Array.of(3, 0, 0, 0)), "error", 224, 4, /length 0 ends the walk/);
  only(withAppended(oneDimm(), Uint8Array.of(3, 0, 3, 0)), "error", 224, 4, /3 bytes is shorter/);
  only(withAppended(oneDimm(), Uint8Array.of(3, 0)), "error", 224, 2, /2 bytes are left over/);
});

Deno.test("reserved bits and bytes", () => {
  only(patched(oneDimm(), AT.spa + 6, 2, 0x0b), "warning", AT.spa + 6, 2, /bits 0x8 are reserved/);
  only(patched(oneDimm(), AT.spa + 8, 4, 1), "warning", AT.spa + 8, 4, /reserved bytes/);
  only(patched(oneDimm(), AT.mapping + 44, 2, 0x88), "warning", AT.mapping + 44, 2, /bits 0x80 are reserved/);
  only(patched(oneDimm(), AT.controlRegion + 74, 1, 1), "warning", AT.controlRegion + 74, 6, /reserved bytes/);
  only(patched(oneDimm(), AT.mapping + 7, 1, 0xf0), "warning", AT.mapping + 4, 4, /bits 28 to 31 of the handle/);
});

Deno.test("indices: zero, taken twice, dangling, unused", () => {
  const spa = patched(twoDimms(), SPA_2 + 4, 2, 2);
  assert.match(found(spa).join("\n"), new RegExp(`error ${SPA_2 + 4}\\+2 .*index 2 is taken`));
  assert.match(found(patched(oneDimm(), AT.spa + 4, 2, 0)).join("\n"), /error 44\+2 .*index 0 is reserved/);
  assert.match(found(patched(oneDimm(), AT.mapping + 12, 2, 8)).join("\n"), /error 108\+2 .*there is no SPA range 8/);
  assert.match(
    found(patched(oneDimm(), AT.mapping + 14, 2, 8)).join("\n"),
    /error 110\+2 .*no control region 8; Linux refuses/,
  );
  assert.match(found(patched(oneDimm(), AT.mapping + 14, 2, 0)).join("\n"), /error 110\+2 .*no control region/);
  assert.match(found(patched(oneDimm(), AT.mapping + 40, 2, 5)).join("\n"), /error 136\+2 .*no interleave structure 5/);
  only(
    withAppended(oneDimm(), nfitStructure("controlRegion", { controlRegionIndex: 9, interfaceCode: 0x301 }).raw),
    "warning",
    228,
    2,
    /no mapping uses/,
  );
  const lines = nfitStructure("interleave", { interleaveIndex: 4, lineCount: 1, lineSize: 64, lineOffsets: [0] });
  only(withAppended(oneDimm(), lines.raw), "warning", 228, 2, /no mapping uses/);
  only(
    withAppended(oneDimm(), nfitStructure("blockWindow", { controlRegionIndex: 9, windowCount: 1 }).raw),
    "error",
    228,
    2,
    /no control region 9/,
  );
});

Deno.test("ranges: empty, past the end, overlapping, of no known type, without DIMMs", () => {
  assert.match(found(patched(oneDimm(), AT.spa + 40, 8, 0n)).join("\n"), /error 80\+8 .*the range has no bytes/);
  assert.match(
    found(patched(oneDimm(), AT.spa + 32, 8, 2n ** 64n - 1n)).join("\n"),
    /error 80\+8 .*past 52 address bits/,
  );
  const touching = twoDimms();
  assert.deepEqual(found(touching), []);
  only(
    patched(touching, SPA_2 + 32, 8, 5n * 2n ** 30n - 4096n),
    "error",
    SPA_2 + 32,
    8,
    /overlaps that of structure 0/,
  );
  only(patched(oneDimm(), AT.spa + 16, 1, 1), "warning", AT.spa + 16, 16, /no type the specification defines/);
  only(
    patched(oneDimm(), AT.spa + 32, 8, 0x100000200n),
    "warning",
    AT.spa + 32,
    8,
    /0x100000200 is no multiple of 4096/,
  );
  const bare = nfitStructure("spaRange", {
    rangeIndex: 9,
    rangeType: "66f0d379-b4f3-4074-ac43-0d3318b78cdb",
    rangeLength: 4096n,
  });
  only(withAppended(oneDimm(), bare.raw), "warning", 228, 2, /no DIMM maps this range/);
});

Deno.test("mappings: sums, sizes, alignment, the same DIMM bytes twice", () => {
  assert.match(
    found(patched(oneDimm(), AT.mapping + 16, 8, 2n ** 29n)).join("\n"),
    /error 80\+8 .*mappings hold 0x20000000 together, the range 0x40000000/,
  );
  assert.match(found(patched(oneDimm(), AT.mapping + 16, 8, 0n)).join("\n"), /error 112\+8 .*the mapping has no bytes/);
  only(patched(oneDimm(), AT.mapping + 32, 8, 0x200n), "warning", AT.mapping + 32, 8, /no multiple of 4096/);
  assert.match(
    found(patched(twoDimms(), SPA_2 + 56 + 4, 4, 1)).join("\n"),
    /the DIMM's bytes are mapped by structure 1 as well/,
  );
  only(
    patched(twoDimms(), SPA_2 + 104 + 24, 4, 0x123456),
    "warning",
    SPA_2 + 56 + 14,
    2,
    /vendor, date and serial number of DIMM 0x1/,
  );
});

Deno.test("interleave sets: ways, lines that are not there, lines on top of each other", () => {
  const table = interleaved(3);
  const mapping = 96; // the first of three; the interleave structure follows them
  const lines = mapping + 3 * 48;
  only(patched(table, mapping + 42, 2, 4), "error", mapping + 42, 2, /4 ways, but 3 mappings/);
  assert.match(found(patched(table, lines + 8, 4, 5)).join("\n"), /length is 32, 36 expected for 5 lines/);
  assert.match(
    found(patched(table, lines + 20, 4, 0)).join("\n"),
    /line 1 of mapping 0 lies at offset 0x0, where mapping 0 already is/,
  );
  assert.match(
    found(patched(table, mapping + 48 + 24, 8, 0n)).join("\n"),
    /line 0 of mapping 1 lies at offset 0x0, where mapping 0/,
  );
  assert.match(found(patched(table, lines + 12, 4, 0)).join("\n"), /lines have no bytes/);
  assert.match(found(patched(table, mapping + 40, 2, 0)).join("\n"), /3 ways, but no lines are described/);
  assert.match(found(interleaved(33)).join("\n"), /33 DIMMs map this range; Linux takes 32/);
});

Deno.test("flush hints and capabilities", () => {
  const flush = (fields: object) =>
    withAppended(oneDimm(), nfitStructure("flushHints", { handle: 1, hintCount: 1, hints: [64n], ...fields }).raw);
  assert.deepEqual(found(flush({})), []);
  only(flush({ handle: 2 }), "error", 228, 4, /no mapping has handle 0x2/);
  only(flush({ hints: [0n] }), "error", 240, 8, /an address is zero/);
  only(flush({ hintCount: 2 }), "error", 226, 2, /24, 32 expected for 2 addresses/);
  only(flush({ hintCount: 0, hints: [] }), "warning", 232, 2, /Linux 6.1 refuses/);
  only(withAppended(flush({}), flush({}).slice(224)), "warning", 252, 4, /an earlier structure has this DIMM's hints/);
  const caps = (fields: object) => withAppended(oneDimm(), nfitStructure("capabilities", fields).raw);
  assert.deepEqual(found(caps({ highestValid: 30, capabilities: 7 })), []);
  only(caps({ highestValid: 31 }), "warning", 228, 1, /overflows in Linux/);
  only(caps({ highestValid: 32 }), "error", 228, 1, /bit 32/);
  only(caps({ highestValid: 0, capabilities: 3 }), "warning", 232, 4, /bits above 0/);
  assert.match(found(withAppended(caps({}), caps({}).slice(224))).join("\n"), /warning 240\+16 .*more than one/);
});

Deno.test("a hostile table of many lines and mappings is looked at within bounds", () => {
  const lines = nfitStructure("interleave", {
    interleaveIndex: 1,
    lineCount: 16000,
    lineSize: 1,
    lineOffsets: Array.from({ length: 16000 }, (_, i) => i),
  });
  const sets = Array.from({ length: 2000 }, (_, i) => {
    const mapping = nfitStructure("regionMapping", { rangeIndex: i + 1, interleaveIndex: 1, interleaveWays: 2 });
    const rangeBase = BigInt(i) << 20n;
    return [nfitStructure("spaRange", { rangeIndex: i + 1, rangeBase, rangeLength: 4096n }), mapping, mapping];
  }).flat();
  const table = sealed(withAppended(oneDimm(), concat(lines.raw, ...sets.map((structure) => structure.raw))));
  const start = performance.now();
  assert.ok(lintNfit(table).some((finding) => finding.message.startsWith("not checked")));
  assert.ok(performance.now() - start < 5000);
});

Deno.test("beside the SRAT: another domain, no memory there, a set over two sockets", () => {
  const nfit = captured("server-two-socket/nfit.bin");
  const srat = decodeSrat(captured("server-two-socket/srat.bin"))._unsafeUnwrap();
  const messages = (change: (srat: Srat) => Srat, table = nfit) =>
    lintNfit(table, change(srat)).map(({ message }) => message);
  const memory = (change: (record: SratRecords["memory"]) => SratRecords["memory"]) => (given: Srat): Srat => ({
    ...given,
    entries: given.entries.map((e) => e.kind === "memory" ? { ...e, record: change(e.record) } : e),
  });
  assert.deepEqual(messages((same) => same), []);
  const swapped = messages(memory((r) => ({ ...r, proximityDomain: 1 - r.proximityDomain })));
  assert.deepEqual(swapped, ["domain 0, but the SRAT says 1", "domain 1, but the SRAT says 0"]);
  const shorter = messages(memory((r) => (r.flags & 4) === 0 ? r : { ...r, size: r.size - 1n }));
  assert.equal(shorter.length, 2);
  assert.match(shorter[0]!, /^the SRAT has no memory around 0x400000000 - 0x2400000000: Xen will not take/);
  // The first mapping's DIMM on the other socket.
  const { structures } = decodeNfit(nfit)._unsafeUnwrap();
  const [first] = structures.filter(({ kind }) => kind === "regionMapping");
  const moved = messages((same) => same, patched(nfit, first!.offset + 4, 4, 0x2001));
  assert.ok(moved.some((message) => /its DIMMs are on sockets 0 and 2, its domain is one/.test(message)), moved.join());
});
