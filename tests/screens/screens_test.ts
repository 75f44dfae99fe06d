/** Every screen on every host at every size: exactly as high and as wide as the terminal, and as it was last accepted. */
import assert from "node:assert/strict";
import { CHINESE_PIECES, type HostFacts, manyPieces, XEN_RANGES } from "./hosts.ts";
import { escaped, SIZES, Stage } from "./stage.ts";
import { THEME_NAMES } from "../../tui/theme.ts";

const FINDINGS = [
  {
    severity: "danger",
    object: "nmem2",
    what: "save_fail: its last save failed.",
    hint: "Replace the DIMM; until then its region is not given to guests.",
  },
  {
    severity: "warning",
    object: "region1",
    what: "The NFIT gives no proximity domain.",
    hint: "Xen takes PXM 0; see `xl dmesg`.",
  },
] as const;

const HOSTS: Readonly<Record<string, HostFacts>> = {
  lab: {},
  "nothing carved": { pieces: [], domains: [], journal: [], trace: [] },
  "10 000 namespaces": { pieces: manyPieces(8192) },
  "Chinese names": { pieces: CHINESE_PIECES },
  "managed by Xen": { management: "xen", ranges: XEN_RANGES },
  "with findings": { findings: FINDINGS, access: "ro" },
  "no memory": { regions: 0, pieces: [], domains: [], journal: [], trace: [] },
};

/** Keys that lead to each picture. */
const PICTURES: Readonly<Record<string, readonly string[]>> = {
  overview: ["1"],
  namespaces: ["2"],
  regions: ["3"],
  domains: ["4", "down"],
  nfit: ["5", "down"],
  ept: ["6", "down"],
  hypercalls: ["7"],
  history: ["8"],
  carve: ["2", "c"],
  assign: ["2", "a"],
  destroy: ["2", "d"],
  help: ["?"],
  "command line": [":", "n"],
  "command output": [":", ..."ndctl list", "enter"],
  filter: ["2", "/", "d", "b"],
  walk: ["6", "g"],
};

for (const [name, keys] of Object.entries(PICTURES)) {
  for (const size of SIZES) {
    Deno.test(`${name} at ${size} is as accepted`, async (t) => {
      await t.assertSnapshot(new Stage({}, { size }).press(...keys).text());
    });
  }
}

Deno.test("the colours of each screen at 80x24 are as accepted", async (t) => {
  for (const [name, keys] of Object.entries(PICTURES)) {
    const stage = new Stage({}, { theme: "dark" }).press(...keys);
    await t.assertSnapshot(stage.rows().map(escaped).join("\n"), { name: `${name}, dark` });
  }
});

for (const [host, facts] of Object.entries(HOSTS)) {
  Deno.test(`every frame fills the terminal exactly: ${host}`, async (t) => {
    for (const size of [...SIZES, "72x20", "40x10", "20x4", "97x33"]) {
      for (const keys of Object.values(PICTURES)) new Stage(facts, { size }).press(...keys).rows();
    }
    const pictures = ["1", "2", "3"].map((key) => new Stage(facts).press(key).text());
    await t.assertSnapshot(pictures.join("\n\n"));
  });
}

Deno.test("every theme fills the terminal exactly, and only the colour ones use colour", async (t) => {
  for (const theme of THEME_NAMES) {
    for (const keys of Object.values(PICTURES)) {
      const rows = new Stage({ pieces: CHINESE_PIECES }, { theme }).press(...keys).rows();
      const ansi = rows.join("\n");
      const colours = ansi.split("\x1b[").slice(1).some((part) => /^[0-9;]*[349][0-9]/.test(part));
      assert.equal(colours, ["dark", "light", "contrast"].includes(theme), `${theme}: colours`);
      const ascii = [...ansi].every((c) => c <= "~");
      if (theme === "ascii") assert.ok(ascii, `${theme} shows only ASCII`);
    }
    await t.assertSnapshot(new Stage({}, { theme }).press("2").text(), { name: `namespaces, ${theme}` });
  }
});

Deno.test("below the minimum size the console says what it needs, and q still leaves", () => {
  const stage = new Stage({}, { size: "40x10" });
  stage.expect("nvdeck needs 72x20 cells", "this terminal has 40x10");
  stage.press("2", "d");
  assert.equal(stage.model.overlays.length, 0, "no key acts on what cannot be seen");
  assert.ok(stage.press("q").left);
});

Deno.test("a name with control characters cannot move the cursor", () => {
  const stage = new Stage({ pieces: CHINESE_PIECES }, { size: "120x40" }).press("2");
  assert.ok(stage.rows().every((row) => !row.includes("\x1b[2J")));
  stage.expect("bad\u{fffd}[2Jname");
});
