/** Settings of our own, vNVDIMM specifications, and what real xl's parser refuses that the transcript does not show. */
import assert from "node:assert/strict";
import { parseConfig, type ParsedConfig } from "../../../src/toolstack/config/parse_config.ts";
import { parseVnvdimm } from "../../../src/toolstack/config/vnvdimm.ts";

const UUID = "11111111-2222-4333-8444-555555555555";
const read = (text: string) => parseConfig(text, { source: "f.cfg", uuid: () => UUID, cpus: 4 });
const good = (text: string): ParsedConfig => read(`name = 'n'\ntype = 'hvm'\n${text}\n`)._unsafeUnwrap();
const refusal = (text: string): string => read(text)._unsafeUnwrapErr().messages.join("\n");

Deno.test("a file without a UUID gets the drawn one, and says so in the record", () => {
  assert.deepEqual([good("").config.uuid, good("").config.uuidGiven], [UUID, false]);
  const given = good("uuid = 'C0FFEE00-1234-4321-8888-0123456789AB'").config;
  assert.deepEqual([given.uuid, given.uuidGiven], ["c0ffee00-1234-4321-8888-0123456789ab", true]);
});

Deno.test("our own settings have defaults and bounds", () => {
  assert.deepEqual(good("").config.nvdeck, { acpi: "full", eptOrder: 18, placement: "qemu", reserve: 0, slots: 0 });
  const set = good(
    "nvdeck_acpi='nfit-bare'\nnvdeck_ept_order=0\nnvdeck_placement='congruent'\n" +
      "nvdeck_vnvdimm_reserve='8G'\nnvdeck_vnvdimm_slots=3",
  );
  assert.deepEqual(set.config.nvdeck, {
    acpi: "nfit-bare",
    eptOrder: 0,
    placement: "congruent",
    reserve: 8 * 2 ** 30,
    slots: 3,
  });
  for (
    const [setting, reason] of [
      ["nvdeck_acpi = 'none'", /Unknown nvdeck_acpi "none"/],
      ["nvdeck_ept_order = 1", /Unknown nvdeck_ept_order "1"/],
      ["nvdeck_placement = 'any'", /Unknown nvdeck_placement "any"/],
      ["nvdeck_vnvdimm_reserve = '1.5G'", /not a size: "1.5G"/],
      ["nvdeck_vnvdimm_slots = 256", /between 0 and 255: 256/],
      ["dm_acpi_size = 0", /invalid value 0 for "dm_acpi_size"/],
    ] as const
  ) {
    assert.match(refusal(`name='n'\ntype='hvm'\n${setting}\n`), reason);
  }
});

Deno.test("what xl refuses, it refuses with its words", () => {
  for (
    const [text, reason] of [
      ["type='hvm'", "Domain name must be specified."],
      ["name='n'\ntype='hvm'\nbuilder='generic'", `Contradicting "builder" and "type" options specified.`],
      ["name='n'\ntype='hvm'\nuuid='1234'", "Failed to parse UUID: 1234"],
      ["name='n'\ntype='hvm'\nvcpus=4\nmaxvcpus=2", "xl: maxvcpus < vcpus"],
      ["name='n'", "Neither kernel nor bootloader specified"],
      ["name='n'\ntype='hvm'\nbios='coreboot'", `ERROR: invalid value "coreboot" for "bios"`],
      ["name='n'\ntype='hvm'\npci=['slot3']", "unable to parse PCI_SPEC_STRING `slot3' for passthrough"],
      ["name='n'\ntype='hvm'\ncpus='3-1'", "Invalid pcpu range: 3-1."],
      ["name='n'\ntype='hvm'\ncpus='^all'", `Can't combine "^" and "all".`],
      ["name='n'\ntype='hvm'\ndevice_model_version='kvm'", `Unknown device_model_version "kvm" specified`],
      ["name='n'\ntype='hvm'\nvcpus=100000000", "Unable to allocate cpumap"],
    ] as const
  ) {
    assert.equal(refusal(`${text}\n`), reason);
  }
});

Deno.test("numbers are C integers; what is none is warned about and left out", () => {
  assert.equal(good("memory = 0x200").config.targetMemkb, 512 * 1024);
  assert.equal(good("memory = '010'").config.targetMemkb, 8 * 1024);
  for (
    const [text, warning] of [
      ["memory = '12MB'", "f.cfg:3: warning: parameter `memory' is not a valid number"],
      ["memory += 1", "f.cfg:3: warning: can't use += with numbers for parameter `memory'"],
      ["memory = 99999999999999999999", /could not be parsed as a number: Numerical result out of range/],
    ] as const
  ) {
    const { config, messages } = good(text);
    assert.equal(config.targetMemkb, undefined);
    assert.equal(messages.length, 1);
    typeof warning === "string" ? assert.equal(messages[0], warning) : assert.match(messages[0]!, warning);
  }
});

Deno.test("a vNVDIMM is named by path, by namespace, or by frames", () => {
  const spec = (text: string) => {
    const { text: _, ...rest } = parseVnvdimm(text)._unsafeUnwrap();
    return rest;
  };
  assert.deepEqual(spec("/dev/pmem0"), { kind: "path", backend: "/dev/pmem0", labelPages: 0 });
  assert.deepEqual(spec("namespace1.0"), { kind: "namespace", backend: "namespace1.0", labelPages: 0 });
  assert.deepEqual(spec("type=file, backend=/mnt/p0/disk1,nr_label_pages=32"), {
    kind: "file",
    backend: "/mnt/p0/disk1",
    labelPages: 32,
  });
  assert.deepEqual(spec("type=mfn, backend=0x280000, nr_pages=0x40000, nr_label_pages=32"), {
    kind: "mfn",
    backend: "",
    mfn: 0x280000,
    pages: 0x40000,
    labelPages: 32,
  });
});

Deno.test("a vNVDIMM that is not understood is refused with the part that is wrong", () => {
  for (
    const [text, reason] of [
      ["", /names no backend/],
      ["type=mfn,backend=1,pages=2", /unknown key in 'pages=2'/],
      ["backend=1", /no type/],
      ["type=disk,backend=/x", /unknown type 'disk'/],
      ["type=file", /no backend/],
      ["type=mfn,backend=/dev/pmem0,nr_pages=1", /not a frame number/],
      ["type=mfn,backend=0x10", /no nr_pages/],
      ["type=mfn,backend=0x10,nr_pages=0", /not a number of pages/],
      ["type=mfn,backend=0x10,nr_pages=32,nr_label_pages=32", /32 pages leave nothing/],
      ["type=file,backend=/x,nr_label_pages=31", /31 label pages are too few/],
      ["type=file,backend=/x,nr_label_pages=many", /nr_label_pages is not a number/],
      ["type=namespace,backend=namespace0.0,nr_pages=8", /nr_pages goes with type=mfn/],
    ] as const
  ) {
    assert.match(parseVnvdimm(text)._unsafeUnwrapErr(), reason, text);
  }
  assert.equal(parseVnvdimm("type=mfn,backend=0x10,nr_pages=33,nr_label_pages=32").isOk(), true);
});

Deno.test("v4 reads vnvdimms for HVM alone: another guest's are kept as text, to be refused when it is made", () => {
  const pvh = read("name='n'\ntype='pvh'\nkernel='/k'\nvnvdimms=['type=mfn,backend=/dev/pmem0']\n")._unsafeUnwrap();
  assert.equal(pvh.config.vnvdimms[0]!.text, "type=mfn,backend=/dev/pmem0");
  assert.match(refusal("name='n'\ntype='hvm'\nvnvdimms=['type=mfn,backend=/dev/pmem0']\n"), /not a frame number/);
});

Deno.test("words that every JavaScript object knows mean nothing in a configuration", () => {
  for (const word of ["constructor", "toString", "__proto__", "valueOf"]) {
    assert.match(refusal(`name='n'\ntype='hvm'\nvga='${word}'`), /Unknown vga/);
    assert.match(
      refusal(`name='n'\ntype='hvm'\ndisk=['format=${word},vdev=hda,target=/x']`),
      /unknown value for format/,
    );
    assert.deepEqual(good(`vif=['${word}=x']`).config.nics, good("vif=['unknown=x']").config.nics);
  }
});
