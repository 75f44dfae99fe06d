/**
 * The script by which a device model's ACPI tables are put into guest memory (QEMU `hw/acpi/bios-linker-loader.c`): firmware
 * allocates the files named, then patches addresses and checksums in them. Entries are 128 bytes.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../base/bytes.ts";
import { ascii, type FormatFault, formatFault, reserved, structure, u32, u8 } from "../base/structure.ts";

export const LOADER_ENTRY_SIZE = 128;

/** File names of QEMU's fw_cfg. */
export const FW_CFG_FILE = {
  tables: "etc/acpi/tables",
  rsdp: "etc/acpi/rsdp",
  loader: "etc/table-loader",
  dsmPage: "etc/acpi/nvdimm-mem",
} as const;

export type LoaderCommand =
  | { readonly kind: "allocate"; readonly file: string; readonly align: number; readonly zone: "high" | "fseg" }
  /** Adds the address of `source` to the little-endian number of `size` bytes at `offset` of `file`. */
  | {
    readonly kind: "add pointer";
    readonly file: string;
    readonly source: string;
    readonly offset: number;
    readonly size: number;
  }
  /** Sets the byte at `offset` so that `[start, start + length)` of the file sums to zero. */
  | {
    readonly kind: "add checksum";
    readonly file: string;
    readonly offset: number;
    readonly start: number;
    readonly length: number;
  };

const NAME = 56;
const command = structure("loader entry", 4, { command: u32(0) });
const allocate = structure("ALLOCATE", LOADER_ENTRY_SIZE, {
  command: u32(0),
  file: ascii(4, NAME),
  align: u32(60),
  zone: u8(64),
  unused: reserved(65, 63),
});
const addPointer = structure("ADD_POINTER", LOADER_ENTRY_SIZE, {
  command: u32(0),
  file: ascii(4, NAME),
  source: ascii(60, NAME),
  offset: u32(116),
  size: u8(120),
  unused: reserved(121, 7),
});
const addChecksum = structure("ADD_CHECKSUM", LOADER_ENTRY_SIZE, {
  command: u32(0),
  file: ascii(4, NAME),
  offset: u32(60),
  start: u32(64),
  length: u32(68),
  unused: reserved(72, 56),
});
const NUMBER = { allocate: 1, "add pointer": 2, "add checksum": 3 } as const;
const ZONE = { high: 1, fseg: 2 } as const;

export function encodeLoader(commands: readonly LoaderCommand[]): Uint8Array {
  const script = new Uint8Array(LOADER_ENTRY_SIZE * commands.length);
  commands.forEach((each, i) => script.set(entry(each), LOADER_ENTRY_SIZE * i));
  return script;
}

function entry(each: LoaderCommand): Uint8Array {
  switch (each.kind) {
    case "allocate":
      return allocate.write({ ...allocate.blank(), ...each, command: NUMBER[each.kind], zone: ZONE[each.zone] });
    case "add pointer":
      return addPointer.write({ ...addPointer.blank(), ...each, command: NUMBER[each.kind] });
    case "add checksum":
      return addChecksum.write({ ...addChecksum.blank(), ...each, command: NUMBER[each.kind] });
  }
}

/** Entries with other numbers are skipped, as firmware does. */
export function decodeLoader(script: Uint8Array): Result<LoaderCommand[], FormatFault> {
  if (script.length % LOADER_ENTRY_SIZE !== 0) {
    return err(formatFault("table loader", 0, script.length, "not a whole number of 128-byte entries"));
  }
  const commands: LoaderCommand[] = [];
  for (let at = 0; at < script.length; at += LOADER_ENTRY_SIZE) {
    const view = viewOf(script.subarray(at, at + LOADER_ENTRY_SIZE));
    const number = command.read(view)._unsafeUnwrap().command;
    if (number === NUMBER.allocate) {
      const { file, align, zone } = allocate.read(view)._unsafeUnwrap();
      if (zone !== ZONE.high && zone !== ZONE.fseg) {
        return err(formatFault("table loader/zone", at + 64, 1, `zone ${zone} is neither 1 (high) nor 2 (fseg)`));
      }
      commands.push({ kind: "allocate", file, align, zone: zone === ZONE.high ? "high" : "fseg" });
    } else if (number === NUMBER["add pointer"]) {
      const { file, source, offset, size } = addPointer.read(view)._unsafeUnwrap();
      if (![1, 2, 4, 8].includes(size)) {
        return err(formatFault("table loader/size", at + 120, 1, `a pointer of ${size} bytes`));
      }
      commands.push({ kind: "add pointer", file, source, offset, size });
    } else if (number === NUMBER["add checksum"]) {
      const { file, offset, start, length } = addChecksum.read(view)._unsafeUnwrap();
      commands.push({ kind: "add checksum", file, offset, start, length });
    }
  }
  return ok(commands);
}
