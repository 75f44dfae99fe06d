/** What sysfs shows of a device: files by their path below it. Values as `cat` prints them, without the line break at the end. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { hex } from "../../base/units.ts";
import { type BadSectors } from "../badblocks.ts";

/** A file that cannot be read is there all the same. */
export type Attributes = Record<string, Result<string, Errno>>;

export const shown = (value: string | number | bigint): Result<string, Errno> => ok(String(value));

/** The kernel's `%#x`: zero has its 0x, unlike C's. */
export const shownHex = (value: number | bigint): Result<string, Errno> => ok(hex(value));

/** -ENXIO where there is nothing to show. */
export const shownIf = (value: string | number | undefined): Result<string, Errno> =>
  value === undefined ? err("ENXIO") : shown(value);

/** `512 [4096] `: a space behind each. */
export const choice = (values: readonly number[], chosen: number | undefined): Result<string, Errno> =>
  ok(values.map((value) => `${value === chosen ? `[${value}]` : value} `).join(""));

export const words = (list: Iterable<string>): Result<string, Errno> =>
  ok([...list].map((word) => `${word} `).join(""));

/** `sector count`, a line each. */
export const badblocks = (list: readonly BadSectors[]): Result<string, Errno> =>
  ok(list.map(({ sector, sectors }) => `${sector} ${sectors}`).join("\n"));

/** A block device under `prefix`. Sectors are 512 bytes whatever its blocks are. */
export function blockDevice(
  disk: string,
  { size, block, physical, dax, bad }: {
    readonly size: number;
    readonly block: number;
    readonly physical: number;
    readonly dax: boolean;
    /** Absent for a BTT. */
    readonly bad?: readonly BadSectors[];
  },
): Attributes {
  const path = `block/${disk}`;
  return {
    [`${path}/size`]: shown(size / 512),
    [`${path}/queue/dax`]: shown(dax ? 1 : 0),
    [`${path}/queue/logical_block_size`]: shown(block),
    [`${path}/queue/physical_block_size`]: shown(physical),
    ...(bad ? { [`${path}/badblocks`]: badblocks(bad) } : {}),
  };
}
