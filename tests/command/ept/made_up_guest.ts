/** An EPT without a host: RAM, a namespace that is not aligned, and a file in three pieces. */
import { range } from "../../../src/base/range.ts";
import { GiB, KiB, MiB } from "../../../src/base/units.ts";
import { layout, type MappingRun, xenStyle } from "../../../src/ept/mod.ts";
import { type GuestEpt } from "../../../src/command/ept/guest_ept.ts";

const NAMESPACE = range(0x100000000, 2 * GiB + 6 * MiB);
const FILE = range(0x1c0000000, 12 * MiB);

export const RUNS: readonly MappingRun[] = [
  { gpa: 0, mpa: 0x40000000, length: 640 * KiB },
  { gpa: 0x100000, mpa: 0x40100000, length: 511 * MiB },
  { gpa: NAMESPACE.start, mpa: 0x1098200000, length: 2 * GiB + 6 * MiB },
  { gpa: FILE.start, mpa: 0x2000200000, length: 4 * MiB },
  { gpa: FILE.start + 4 * MiB, mpa: 0x3000001000, length: 4 * MiB },
  { gpa: FILE.start + 8 * MiB, mpa: 0x3000800000, length: 4 * MiB },
];

const LOW_RAM = range(0, 512 * MiB);
const PIECES = [
  { ...LOW_RAM, name: "RAM" },
  { ...NAMESPACE, name: "namespace0.3" },
  { ...FILE, name: "/mnt/p0/disk1" },
];

export const madeUpGuest = (): GuestEpt => ({
  name: "web1",
  layout: layout(RUNS, { style: xenStyle(), tableBase: 0x7e000 })._unsafeUnwrap(),
  poolPages: 1024,
  names: {
    pmem: [{ slot: 0, gpa: NAMESPACE, name: "namespace0.3" }, { slot: 1, gpa: FILE, name: "/mnt/p0/disk1" }],
    backs: ({ start, end }) =>
      PIECES.filter((piece) => piece.start < end && start < piece.end).map(({ name }) => name).join(", "),
    place: (mpa) => (mpa >= 0x1000000000 ? `region0 → nmem1 dpa 0x${(mpa / 4).toString(16)}` : ""),
  },
});
