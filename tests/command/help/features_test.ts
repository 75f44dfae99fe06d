/**
 * `help features` and the tests that show each row: a row that says "yes" or "choice" has tests that exist under these names,
 * a row that says "no" has its reason in the table.
 */
import assert from "node:assert/strict";
import { FEATURES, featuresPage } from "../../../src/command/help/features_page.ts";

const TESTS = new URL("../../", import.meta.url);

/** By row: the file and the name of a test. A name may stop early. */
const EVIDENCE: Readonly<Record<string, readonly (readonly [file: string, test: string])[]>> = {
  F02: [["toolstack/pmem/ranges_test.ts", "raw regions come from NFIT; mgmt and data are set up by frames and listed"]],
  F03: [
    ["xen/boot_test.ts", "one failed DIMM behind a range rejects the range; health events do not"],
    ["toolstack/pmem/setup_test.ts", "a DIMM with ${flag} set is not handed over"],
  ],
  F04: [["xen/boot_test.ts", "NFIT is hidden from dom0 by four bytes, and restored for sleep and crash kernels"]],
  F05: [
    ["xen/boot_test.ts", "management xen: dom0 is denied all raw pmem, to the byte"],
    ["xen/boot_test.ts", "management dom0: NFIT is not read, dom0 is denied only what holds Xen's structures"],
  ],
  F06: [
    ["xen/pmem_setup_test.ts", "the smallest management region is 6 MiB below 1 TiB and 4 MiB above"],
    ["xen/pmem_setup_test.ts", "the cost shown before setup is the cost paid"],
    ["toolstack/pmem/setup_test.ts", "a raw namespace is one hypercall, loses its first bytes and is held in dom0"],
  ],
  F07: [["xen/invariants_test.ts", "damage is named: ${name.source}"]],
  F09: [["xen/pmem_setup_test.ts", "the caller's mgmt_smfn only finds the region; slices follow each other"]],
  F10: [
    ["xen/pmem_setup_test.ts", "another namespace may hold the structures: reported raw, then set up as by RFC v4"],
    ["toolstack/pmem/setup_test.ts", "with --mgmt a raw namespace holds the structures and is wholly Xen's"],
  ],
  F11: [
    ["xen/pmem_setup_test.ts", "adjacent raw regions may be covered together if their proximity domains agree"],
    ["xen/pmem_setup_test.ts", "NFIT and SRAT must agree on the proximity domain"],
  ],
  F12: [["xen/pmem_setup_test.ts", "management and data regions are set up, listed and counted"]],
  F13: [["toolstack/backend/backend_test.ts", "a namespace is found by its name, by its device and as type=pmem"]],
  F14: [[
    "toolstack/backend/backend_test.ts",
    "a file's extents are mapped in the order of the file and the file is held",
  ]],
  F15: [["toolstack/pmem/ranges_test.ts", "a guest gets frames of a data region, and a path is refused there"]],
  F16: [["toolstack/domain/create_test.ts", "a slot that is refused undoes the slots before it"]],
  F17: [
    ["xen/populate_test.ts", "a page that fails takes back all pages of the call, those of earlier entries too"],
    ["xen/hostile_property_test.ts", "no sequence of hypercalls breaks an invariant"],
  ],
  F18: [
    ["xen/populate_test.ts", "a continuation is cmd | done << 6 in the command register, the structure as it was"],
    ["xen/domains_test.ts", "destroying is preempted, the domain dying meanwhile, its tables gone first"],
  ],
  F19: [["xen/errno_order_test.ts", "every check of every operation that has an errno has a row"]],
  F20: [
    [
      "xen/populate_test.ts",
      "an assigned page has owner, reference and gfn; a released one is free, content untouched",
    ],
    ["toolstack/domain/life_test.ts", "content outlives any number of power cycles of the guest"],
  ],
  F21: [["xen/invariants_test.ts", "damage is named: ${name.source}"]],
  F22: [["toolstack/config/parse_config_test.ts", "a vNVDIMM is named by path, by namespace, or by frames"]],
  F23: [["toolstack/pmem/ranges_test.ts", "xen-ndctl has v3's verbs and exit statuses"]],
  F24: [
    [
      "toolstack/domain/qemu_arguments_test.ts",
      "vNVDIMMs make slots one more than they are, and a ceiling of RAM and all of them",
    ],
    ["command/export/export_test.ts", "--xen gives the device model's own line"],
  ],
  F25: [
    ["toolstack/domain/create_test.ts", "an answer of the device model that does not fit aborts the creation"],
    ["device_model/qmp_test.ts", "query-memory-devices has address, slot and size without labels"],
  ],
  F26: [
    ["acpi/nfit/qemu_nfit_test.ts", "every NFIT that QEMU made is made again from its command line, byte for byte"],
    ["acpi/nfit/qemu_nfit_test.ts", "the Xen RFC v4 series: its golden checksums"],
  ],
  F27: [["acpi/guest_ssdt_test.ts", "the object tree is QEMU's, method bodies included, for every captured SSDT"]],
  F29: [[
    "guest/firmware_tables_test.ts",
    "SSDT and NFIT arrive whole, the page's address patched in, checksums right",
  ]],
  F30: [["guest/firmware_tables_test.ts", "a table that Xen builds itself keeps all out; SSDTs may repeat"]],
  F31: [["device_model/dsm_test.ts", "D1, D3: functions and size of the label area"]],
  F32: [[
    "device_model/dsm_test.ts",
    "D4: Read FIT gives the structures, then nothing; a change in between starts it over",
  ]],
  F33: [
    ["command/guest/ndctl_in_guest_test.ts", "namespaces carved in a guest outlast its reboots and the host's"],
    ["xen/guest_memory_test.ts", "the device model writes and reads label pages; done counts the bytes"],
  ],
  F34: [["command/ras/damage_test.ts", "an error in a vNVDIMM marks the frame, reaches the guest at its own address"]],
  F35: [
    ["toolstack/host_hot_plug_test.ts", "without a usable SRAT it is reported and assigned at once"],
    ["toolstack/vnvdimm/attach_test.ts", "an attached vNVDIMM lies behind the others, is announced through _FIT"],
  ],
  F36: [[
    "guest/guest_test.ts",
    "profile nfit: the same region, no methods; profile nfit-bare: a table that nobody reads",
  ]],
  F37: [["toolstack/power_test.ts", "a guest's content is there after guests and host have gone off, again and again"]],
  F38: [["toolstack/domain/life_test.ts", "a reboot makes a new domain with the same memory at the same address"]],
  F39: [
    ["xen/populate_test.ts", "leaves are as large as gfn, mfn and length allow, up to the domain's limit"],
    ["ept/entry_test.ts", "every exact entry of the reference"],
  ],
};

Deno.test("the table has F01 to F40, once each and in order", () => {
  assert.deepEqual(
    FEATURES.map(({ id }) => id),
    Array.from({ length: 40 }, (_, i) => `F${String(i + 1).padStart(2, "0")}`),
  );
});

for (const { id, what, state, note } of FEATURES) {
  if (state === "no") {
    Deno.test(`${id} (${what}) is not there, and the table says why`, () => {
      assert.ok(note.length > 20, note);
      assert.equal(EVIDENCE[id], undefined);
    });
    continue;
  }
  Deno.test(`${id} (${what}) is shown by tests that exist`, () => {
    const evidence = EVIDENCE[id] ?? [];
    assert.ok(evidence.length > 0);
    for (const [file, name] of evidence) {
      const text = Deno.readTextFileSync(new URL(file, TESTS));
      assert.ok(text.includes(`Deno.test("${name}`) || text.includes(`Deno.test(\`${name}`), `${file}: ${name}`);
    }
  });
}

Deno.test("the page has a line a row, with its state", () => {
  const lines = featuresPage.text().trimEnd().split("\n").filter((line) => /^F\d\d/.test(line));
  assert.deepEqual(lines.map((line) => line.split(/ {2,}/).slice(0, 2)), FEATURES.map(({ id, state }) => [id, state]));
});
