import assert from "node:assert/strict";
import {
  type EptpFault,
  explainEnd,
  explainEptp,
  explainLayout,
  explainMisconfiguration,
  layout,
  type LayoutFault,
  type LayoutOptions,
  type MappingRun,
  USUAL,
  walk,
  xenStyle,
} from "../../src/ept/mod.ts";
import { laidOut } from "./support.ts";

const RUN = { gpa: 0x240000000, mpa: 0x4000000000, length: 4096 };

Deno.test("each refusal of a layout says what, with its numbers, and what to try", () => {
  const rows: [MappingRun[], LayoutOptions, string][] = [
    [[{ ...RUN, length: 1.5 }], {}, "run 0 (GPA 0x240000000, MPA 0x4000000000, length 1.5) is not made of whole pages"],
    [[{ ...RUN, length: 0 }], {}, "run 0 at GPA 0x240000000 is empty"],
    [[RUN, RUN], {}, "run 1 starts at GPA 0x240000000, before the one before it ends (0x240001000)"],
    [[{ ...RUN, gpa: 2 ** 48 }], {}, "run 0 ends at GPA 0x1000000001000, past 48 bits"],
    [[{ ...RUN, mpa: 2 ** 46 }], {}, "run 0 ends at MPA 0x400000001000, past the processor's 46 address bits"],
    [[], { levels: 5, capabilities: { ...USUAL, fiveLevels: false } }, "the processor does not walk 5 levels"],
    [
      [RUN],
      { tableBase: 100 },
      "tables of 16384 bytes from 0x64 do not fit 46 address bits, or do not start on a page",
    ],
    [[{ ...RUN, type: "broken" }], {}, "memory of type broken gives the guest no access, so it has no leaf"],
    [
      [RUN],
      { style: xenStyle({ access: "w" }) },
      "a PT leaf of type ram_rw would be misconfigured: it allows writes without reads",
    ],
  ];
  const kinds = new Set<LayoutFault["kind"]>();
  for (const [runs, options, what] of rows) {
    const fault = layout(runs, options)._unsafeUnwrapErr();
    kinds.add(fault.kind);
    assert.equal(explainLayout(fault).what, what);
    assert.ok(explainLayout(fault).hint.length > 0);
  }
  assert.equal(kinds.size, rows.length);
});

Deno.test("a bad EPTP is a failed VM entry", () => {
  const faults: EptpFault[] = [
    { kind: "eptp-memory-type", memoryType: 5 },
    { kind: "eptp-levels", levels: 3 },
    { kind: "eptp-accessed-dirty" },
    { kind: "eptp-shadow-stack" },
    { kind: "eptp-reserved", bits: 1n << 52n },
  ];
  for (const fault of faults) assert.equal(explainEptp(fault).hint, "VM entry fails with such a pointer");
  assert.equal(explainEptp(faults[4]!).what, "the EPTP sets bits that must be zero: 0x10000000000000");
});

Deno.test("the end of a walk in a sentence", () => {
  const made = laidOut([RUN, { ...RUN, gpa: 0x240200000, type: "ram_ro" }], { style: xenStyle() });
  const said = (gpa: number, access: "read" | "write") => explainEnd(walk(made, gpa, access).end, access);
  assert.equal(
    said(0x240000010, "read"),
    "0x4000000010, in a leaf of 4096 bytes, rwx WB whatever the guest's PAT",
  );
  assert.equal(
    said(0x240200000, "write"),
    "EPT violation (exit 48, qualification 0x1aa): a write where the path allows r-x",
  );
  assert.equal(said(0, "read"), "EPT violation (exit 48, qualification 0x181): nothing is mapped there");
  assert.equal(
    explainEnd({ kind: "misconfiguration", why: { kind: "memory-type", memoryType: 7 } }, "read"),
    "EPT misconfiguration (exit 49): its memory type is 7, which is reserved",
  );
  assert.equal(explainMisconfiguration({ kind: "reserved-bits", bits: 0x80n }), "it sets bits that must be zero: 0x80");
});
