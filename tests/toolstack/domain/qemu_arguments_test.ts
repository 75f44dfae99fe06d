/** QEMU's command line: libxl's part, and what RFC v4 adds for vNVDIMMs (reference/xen-vnvdimm.md 4.13). */
import assert from "node:assert/strict";
import { type Mfn } from "../../../src/abi/address.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { parseConfig, planMemory, qemuArguments } from "../../../src/toolstack/mod.ts";
import { type GuestPersistence, type NvdimmArguments } from "../../../src/toolstack/domain/qemu_arguments.ts";

function argumentsOf(
  settings: string,
  nvdimms: readonly NvdimmArguments[] = [],
  persistence: GuestPersistence = undefined,
): string[] {
  const text = `name = 'g'\ntype = 'hvm'\nmemory = 512\n${settings}\n`;
  const { config } = parseConfig(text, { source: "g.cfg", uuid: () => "", cpus: 4 })._unsafeUnwrap();
  return qemuArguments(7, config, planMemory(config), nvdimms, persistence);
}

/** What stands behind an option, each time it is given. */
const valuesOf = (argv: readonly string[], option: string): string[] =>
  argv.flatMap((word, i) => (word === option ? [argv[i + 1]!] : []));

const run = (mfn: number, count: number) => ({ mfn: mfn as Mfn, count });
const whole: NvdimmArguments = {
  slot: 0,
  runs: [run(0x420200, 0x1000)],
  labelPages: 0,
  path: "/dev/pmem0",
  gpa: undefined,
};
const labelled: NvdimmArguments = {
  slot: 1,
  runs: [run(0x500000, 0x100), run(0x600000, 0x40)],
  labelPages: 32,
  path: undefined,
  gpa: 0x180000000,
};

Deno.test("a guest without vNVDIMMs has nothing of them", () => {
  const argv = argumentsOf("vcpus = 2");
  assert.deepEqual(valuesOf(argv, "-m"), ["504"]);
  assert.deepEqual(valuesOf(argv, "-machine"), ["xenfv,suppress-vmdesc=on"]);
  assert.deepEqual(valuesOf(argv, "-object"), []);
  assert.deepEqual(valuesOf(argv, "-xen-domid"), ["7"]);
  assert.deepEqual(valuesOf(argv, "-smp"), ["2"]);
});

Deno.test("vNVDIMMs make slots one more than they are, and a ceiling of RAM and all of them", () => {
  const argv = argumentsOf("vnvdimms = [ '/dev/pmem0' ]", [whole, labelled], "mem-ctrl");
  const sizes = (0x1000 + 0x140) * 4096;
  assert.deepEqual(valuesOf(argv, "-m"), [`504,slots=3,maxmem=${504 * MiB + sizes}`]);
  assert.deepEqual(valuesOf(argv, "-machine"), ["xenfv,suppress-vmdesc=on,nvdimm,nvdimm-persistence=mem-ctrl"]);
  assert.deepEqual(valuesOf(argv, "-object"), [
    `memory-backend-xen,id=mem1,mem-path=/dev/pmem0,size=${0x1000 * 4096}`,
    `memory-backend-xen,id=mem2,host-addr=${0x500000 * 4096},size=${0x140 * 4096},` +
    `x-label-extents=${(0x600000 + 0x20) * 4096}:${32 * 4096}`,
  ]);
  assert.deepEqual(valuesOf(argv, "-device").slice(1), [
    "nvdimm,id=xen_nvdimm1,memdev=mem1",
    "nvdimm,id=xen_nvdimm2,memdev=mem2,label-size=131072,addr=0x180000000",
  ]);
});

Deno.test("label pages may lie in several pieces of a file", () => {
  const argv = argumentsOf("", [{ ...labelled, runs: [run(0x500000, 0x100), run(0x600000, 8), run(0x700000, 24)] }]);
  assert.match(
    valuesOf(argv, "-object")[0]!,
    new RegExp(`x-label-extents=${0x600000 * 4096}:${8 * 4096}\\+${0x700000 * 4096}:${24 * 4096}$`),
  );
});

Deno.test("room for later attachments is slots and bytes on top", () => {
  const argv = argumentsOf("nvdeck_vnvdimm_slots = 2\nnvdeck_vnvdimm_reserve = '16G'");
  assert.deepEqual(valuesOf(argv, "-m"), [`504,slots=3,maxmem=${504 * MiB + 16 * GiB}`]);
  assert.match(valuesOf(argv, "-machine")[0]!, /,nvdimm$/);
});

Deno.test("profiles other than full are our own option, and a path keeps its commas", () => {
  const argv = argumentsOf("nvdeck_acpi = 'nfit'", [{ ...whole, path: "/mnt/a,b" }], "cpu");
  assert.match(valuesOf(argv, "-machine")[0]!, /,nvdimm,nvdimm-persistence=cpu,x-nvdimm-acpi=nfit$/);
  assert.match(valuesOf(argv, "-object")[0]!, /mem-path=\/mnt\/a,,b,size=/);
});
