/** Stories of an operator, told in keys and in what the screen then says. */
import assert from "node:assert/strict";
import { JOURNAL, TRACE } from "./hosts.ts";
import { Stage } from "./stage.ts";

Deno.test("carving: the form rehearses as it is typed, ↵ once is a question, ↵ twice does it", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "c");
  stage.expect("Carve a namespace", "NEW", "$ ndctl create-namespace -r region0 -m fsdax -M dev -s 16G -a 2M");
  stage.press("tab").type("web data").expect("-n 'web data'");
  stage.press("enter").expect("Rehearsed; nothing would be lost.");
  assert.deepEqual(stage.host.committed, []);
  stage.press("enter").expect("namespace0.5 made: fsdax", "▸ namespace0.5  web data");
  assert.deepEqual(stage.host.committed, [
    "ndctl create-namespace -r region0 -m fsdax -M dev -s 16G -n 'web data' -a 2M",
  ]);
});

Deno.test("carving: a wrong size is refused with sizes that would do, and cannot be entered", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "c", "ctrl+u").type("16001M");
  stage.expect("Not a multiple of 16M; try 16000M or").expectNot("NEW");
  stage.press("backspace", "backspace").type("0M").expect("NEW");
  // 16 000 MiB is a multiple of 16 MiB, but 1 GiB alignment on four ways asks for steps of 4 GiB.
  stage.press("tab", "tab", "right").expect("Not a multiple of 4G; try 12G or 16G.");
  stage.press("enter", "enter");
  assert.deepEqual(stage.host.committed, []);
});

Deno.test("carving: more than the largest free piece is refused with the largest that fits", () => {
  new Stage({}, { size: "120x40" }).press("2", "c", "ctrl+u").type("100G")
    .expect("100.00 GiB is more than the largest", "53.00 GiB; try 53G.");
});

Deno.test("carving: another field disarms the form", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "c", "enter", "tab", "enter");
  stage.expect("Rehearsed; nothing would be lost.");
  assert.deepEqual(stage.host.committed, []);
});

Deno.test("carving: esc leaves everything as it was", () => {
  const stage = new Stage().press("c", "escape");
  assert.equal(stage.model.overlays.length, 0);
  assert.deepEqual(stage.host.committed, []);
});

Deno.test("assigning: cost, guest address, tables and hypercalls stand there before anything is done", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "a");
  stage.expect("by the rule", "GPA 0x240000000", "NFIT 224 bytes", "XENPF_pmem_add", "XENMEM_populate_pmem_map");
  stage.expect("$ xl pmem-setup --namespace namespace0.0; xl create fixtures/guests/db2.cfg");
  assert.deepEqual(stage.host.committed, []);
  stage.press("enter", "enter").expect("Domains", "▸ db2");
  assert.equal(stage.host.committed.length, 2);
  stage.press("6").expect("EPT of db2");
  stage.press("5").expect("vNFIT of db2");
});

Deno.test("assigning: what cannot be given is said on the form, and another one is a key away", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "down", "down", "a");
  stage.expect("namespace0.2 log0", "log0 7.99 GiB: sector mode", "no byte-addressable data;", "not sound yet");
  stage.press("enter", "enter");
  assert.deepEqual(stage.host.committed, []);
  stage.press("right").expect("namespace0.4 tmp0", "refused");
});

Deno.test("assigning: a refusal of the rehearsal says why and what to try", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "down", "down", "down", "down", "a");
  stage.expect("refused", "has its page map in memory", "--mgmt NS", "nothing was changed");
  stage.press("enter").expect("Refused", "exit status 4");
});

Deno.test("destroying: the title says what is lost, and only the name typed agrees", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "d");
  stage.expect('31.50 GiB would be lost: namespace0.0 "db0"', "Type db0 to agree:");
  stage.press("enter").expect("Type db0 to agree, or press esc");
  stage.type("db").press("enter");
  assert.deepEqual(stage.host.committed, []);
  stage.type("0").press("enter").expect("namespace0.0 gone: fsdax.", "u takes it back");
  assert.deepEqual(stage.host.committed, ["ndctl destroy-namespace -f namespace0.0"]);
});

Deno.test("destroying: what a guest holds is refused with the reason", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "down", "down", "down", "d");
  stage.expect("Refused", "Device or resource busy", "is assigned to web1 nv0", "xl shutdown web1", "exit status 240");
  stage.press("escape").expectNot("Refused");
});

Deno.test("destroying: losses that change while the question stands are asked about again", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "d");
  // Another console makes the namespace larger.
  stage.host.change({ pieces: [[0, 0, 40, "db0", "fsdax", "dev"]] });
  stage.type("db0").press("enter").expect("The losses have changed", "39.38 GiB would be lost");
  assert.deepEqual(stage.host.committed, []);
});

Deno.test("bytes of zeroes are no argument: a question is told by its answer", () => {
  const [first] = TRACE;
  const asked = { name: "hw_cap", value: "0".repeat(64) };
  const call = { ...first!, name: "XEN_SYSCTL_physinfo", fields: [asked], answers: [{ name: "nr_cpus", value: "4" }] };
  new Stage({ trace: [call] }, { size: "120x40" }).press("7").expect("→ nr_cpus 4").expectNot("hw_cap 0");
});

Deno.test("a machine that is off is not called healthy", () => {
  new Stage({ power: "off", pieces: [] }, { size: "120x40" }).expect("○ off").expectNot("healthy");
});

Deno.test("undo: shown first, and the harmless button is the default", () => {
  const stage = new Stage({ journal: JOURNAL }).press("u").expect(
    "undo: 1 object would change, nothing would be lost",
    "Keep it as it is",
  );
  stage.press("enter").expect("Nothing was changed.");
  assert.deepEqual(stage.host.committed, []);
  stage.press("u", "tab", "enter");
  assert.deepEqual(stage.host.committed, ["undo"]);
});

Deno.test("read-only: keys that would change the host say why they do not", () => {
  const stage = new Stage({ access: "ro" }).press("2");
  for (const key of ["c", "a", "d", "u"]) stage.press(key).expect("--read-only");
  assert.deepEqual(stage.host.committed, []);
});

Deno.test("managed by Xen: carve says why not and names the way", () => {
  new Stage({ management: "xen" }).press("2", "c").expect("xl pmem-setup");
});

Deno.test("the command line: completes, rehearses, shows what was printed, and remembers", () => {
  const stage = new Stage({}, { size: "120x40" }).press(":").type("ndctl l").expect("Print buses");
  stage.press("tab").expect(": ndctl list");
  stage.press("enter").expect('{"dev":"namespace0.0","mode":"fsdax"}');
  stage.press("escape", ":", "up").expect(": ndctl list");
});

Deno.test("the command line: an unknown verb is refused with the way out", () => {
  new Stage({}, { size: "120x40" }).press(":").type("frobnicate").press("enter").expect("unknown verb", "Try 'help'");
});

Deno.test("the command line: what would lose data asks as the key does", () => {
  const stage = new Stage({}, { size: "120x40" }).press(":").type("ndctl destroy-namespace -f namespace0.1").press(
    "enter",
  );
  stage.expect("would be lost", "Type old0 to agree");
  stage.press("escape").expect("Nothing was changed.");
});

Deno.test("pasting lines runs nothing: line ends become spaces", () => {
  const stage = new Stage({}, { size: "120x40" }).press(":").send({ kind: "paste", text: "ndctl list\nundo\n" });
  stage.expect(": ndctl list undo");
  assert.deepEqual(stage.host.committed, []);
});

Deno.test("the cursor stays on its object when another console changes the list", () => {
  const stage = new Stage({}, { size: "120x40" }).press("2", "down", "down").expect("▸ namespace0.2");
  stage.press("o", "o").expect("by label ▲", "▸ namespace0.2");
  stage.press("O").expect("by label ▼", "▸ namespace0.2");
});

Deno.test("a filter narrows the list and esc shows all again", () => {
  const stage = new Stage().press("2", "/").type("sector").expect("2 of 10");
  stage.press("enter").expect("filter “sector”");
  stage.press("/", "escape").expect("10 of 10");
});

Deno.test("copying takes what the cursor is on", () => {
  assert.equal(new Stage().press("2", "down", "y").copied, "namespace0.1");
  assert.equal(new Stage().press("6", "y").copied, "ept lookup --domain web1 0x0");
});

Deno.test("EPT: an address is walked; one that is none is refused with an example", () => {
  const stage = new Stage({}, { size: "120x40" }).press("6", "g").type("0x2_5000_1234").press("enter");
  stage.expect("Walk ─ 0x250001234", "PD[128]", "leaf of 2 MiB", "region0 → nmem1");
  stage.press("g", "ctrl+u").type("nonsense").press("enter").expect("not an address below 2^48");
});

Deno.test("NFIT: the first range is open, and the bytes of the field under the cursor are marked", () => {
  const stage = new Stage({}, { size: "120x40" }).press("5", "down", "down", "down", "down", "down");
  stage.expect("▾ SPA range 2", "▸ memory map", "flags", "at 0x2e, 2 bytes", "[03 00]");
  stage.press("left").expect("at 0x28, 56 bytes");
  stage.press("up", "enter", "down").expect("signature", "[4e 46 49 54]");
});

Deno.test("NFIT: what was opened stays open for each guest's table by itself", () => {
  const stage = new Stage({}, { size: "120x40" }).press("5", "enter").expect("signature");
  stage.press("n").expect("vNFIT of web1").expectNot("signature");
  stage.press("p").expect("NFIT of the host", "signature");
});

Deno.test("the mouse picks tabs and rows, the wheel scrolls", () => {
  const stage = new Stage({}, { size: "120x40" });
  stage.send({ kind: "mouse", what: "press", x: 15, y: 1 }).expect("Namespaces ─ 10 of 10");
  stage.send({ kind: "mouse", what: "press", x: 10, y: 6 }).expect("▸ namespace0.2");
  stage.send({ kind: "mouse", what: "wheel-down", x: 10, y: 6 }).expect("▸ namespace1.0");
});

Deno.test("help lists every key of the screen, and why some cannot be used now", () => {
  const stage = new Stage({ access: "ro" }, { size: "120x60" }).press("2", "?");
  stage.expect("Carve a new namespace", "now: The console was started with --read-only", "Next row");
  stage.press("?").expect("NAME");
});

Deno.test("help tells of forms, questions and words too, each state among them; over a form only of the form", () => {
  const page = new Stage({}, { size: "200x120" }).press("?");
  page.expect("Command line (:)", "Forms (c, a)", "Questions about data that would be lost", "Mouse", "NVDECK_THEME");
  for (const state of ["free", "xen", "assigned", "reserved", "mounted", "active", "disabled", "broken"]) {
    page.expect(`   ${state} `);
  }
  const overForm = new Stage({}, { size: "200x120" }).press("c", "f1").expect("Next field").expectNot("Forms (c, a)");
  overForm.press("escape").expect("Carve a namespace");
});

Deno.test("ten thousand namespaces: the end of the list is one key away", () => {
  const stage = new Stage({ pieces: Array.from({ length: 8192 }, (_, i) => [0, i / 64, 1 / 64, `vol${i}`, "raw"]) });
  stage.press("2", "end").expect("▸ namespace0.8191", "8 192 of 8 192");
  stage.press("pageup").expectNot("▸ namespace0.8191");
});

Deno.test("a refusal longer than the row is shown whole", () => {
  const screen = new Stage({ management: "xen" }).press("2", "c").text().replace(/\s+/g, " ");
  assert.match(
    screen,
    /Xen owns all pmem here: set regions up with `xl pmem-setup -m` and `-d` on the command line \(:\)\./,
  );
});

Deno.test("both lines of an assignment can be read at 80 columns, every blank of them", () => {
  const stage = new Stage().press("2", "a");
  const shown = stage.text().split("\n").slice(-4, -1).map((row) => row.slice(3)).join("");
  assert.ok(shown.endsWith(`xl create fixtures/guests/db2.cfg 'vnvdimms=["namespace0.0"]'`), shown);
});

Deno.test("while a command is carried out no other one begins, and a form stays as it is", () => {
  const stage = new Stage({}, { size: "120x40" });
  const task = { ticket: 1, purpose: "run" as const, lines: ["xl create a.cfg"], progress: undefined };
  stage.model = { ...stage.model, task, tickets: 1 };
  stage.press("2", "d").expect("Still running: xl create a.cfg. Wait, or stop it with esc.");
  assert.equal(stage.model.task, task);
  stage.press("escape").expect("Stopped. Nothing of it was kept.");
});

Deno.test("the mouse picks a region on the overview by any of its rows", () => {
  const stage = new Stage({}, { size: "120x40" });
  stage.send({ kind: "mouse", what: "press", x: 30, y: 8 }).expect("▸ region1");
  stage.send({ kind: "mouse", what: "press", x: 30, y: 4 }).expect("▸ region0");
  stage.send({ kind: "mouse", what: "press", x: 30, y: 20 }).expect("▸ region0");
});

Deno.test("many losses on a small screen leave the answer in sight", () => {
  const stage = new Stage({}, { size: "72x20" }).press("2", "d");
  const [overlay] = stage.model.overlays;
  assert.ok(overlay?.kind === "confirm");
  const losses = Array.from({ length: 40 }, (_, i) => ({ ...overlay.losses[0]!, object: `namespace0.${i}` }));
  stage.model = { ...stage.model, overlays: [{ ...overlay, losses, again: true }] };
  stage.expect("and 35 more", "Type db0 to agree");
});
