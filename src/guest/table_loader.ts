/**
 * hvmloader carries out the device model's script (RFC v4 `tools/libacpi` blob and linker/loader; QEMU
 * `hw/acpi/bios-linker-loader.c`): it places fw_cfg files in guest memory, then patches addresses and checksums in them.
 * Errors are v4's (reference/xen-vnvdimm.md 4.12).
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { ACPI_OWN_END, ACPI_POPULATED_END } from "../abi/hvm_layout.ts";
import { decodeLoader, FW_CFG_FILE, type LoaderCommand } from "../acpi/mod.ts";
import { byteSum } from "../base/checksum.ts";
import { alignUp } from "../base/quantity.ts";
import { type Range } from "../base/range.ts";
import { MiB } from "../base/units.ts";

/** A fw_cfg file of the device model; undefined where it offers none of that name. */
export type ReadFile = (name: string) => Uint8Array | undefined;

export interface PlacedFile {
  readonly name: string;
  readonly gpa: number;
  readonly bytes: Uint8Array;
}

export interface LoadFault {
  readonly errno: Errno;
  readonly reason: string;
}

type Zone = (LoaderCommand & { readonly kind: "allocate" })["zone"];

/** Room in guest memory by zone: behind Xen's own tables, and where an RSDP is looked for. */
const ZONES: Readonly<Record<Zone, Range>> = {
  high: { start: ACPI_OWN_END, end: ACPI_POPULATED_END },
  fseg: { start: 0xf0000, end: MiB },
};

/** The files that the script names, placed and patched, in its order; none of them where any step fails. */
export function runLoader(read: ReadFile): Result<PlacedFile[], LoadFault> {
  const script = read(FW_CFG_FILE.loader);
  if (!script) return fault("ENODEV", `${FW_CFG_FILE.loader} is missing`);
  const commands = decodeLoader(script);
  if (commands.isErr()) return fault("EINVAL", commands.error.reason);
  const loader = new Loader(read);
  for (const command of commands.value) {
    const done = loader.run(command);
    if (done.isErr()) return err(done.error);
  }
  return ok([...loader.files.values()]);
}

class Loader {
  readonly files = new Map<string, PlacedFile>();
  readonly #next: Record<Zone, number> = { high: ZONES.high.start, fseg: ZONES.fseg.start };

  constructor(private readonly read: ReadFile) {}

  run(command: LoaderCommand): Result<void, LoadFault> {
    switch (command.kind) {
      case "allocate":
        return this.#allocate(command);
      case "add pointer":
        return this.#addPointer(command);
      case "add checksum":
        return this.#addChecksum(command);
    }
  }

  #allocate({ file: name, align, zone }: LoaderCommand & { kind: "allocate" }): Result<void, LoadFault> {
    const bytes = this.read(name);
    if (!bytes) return fault("ENOENT", `the device model has no ${name}`);
    if (this.files.has(name)) return fault("EEXIST", `${name} is allocated twice`);
    if (align === 0 || (align & (align - 1)) !== 0) return fault("EINVAL", `${name} asks for alignment ${align}`);
    const gpa = alignUp(this.#next[zone], align);
    const end = gpa + bytes.length;
    if (end > ZONES[zone].end) return fault("ENOMEM", `no room for the ${bytes.length} bytes of ${name}`);
    this.#next[zone] = end;
    this.files.set(name, { name, gpa, bytes: bytes.slice() });
    return ok();
  }

  #addPointer({ file, source, offset, size }: LoaderCommand & { kind: "add pointer" }): Result<void, LoadFault> {
    return this.#placed(file).andThen(({ bytes }) =>
      this.#placed(source).andThen(({ gpa }) => {
        if (offset + size > bytes.length) return fault("EINVAL", `a pointer at ${offset} is outside ${file}`);
        addAt(bytes.subarray(offset, offset + size), gpa);
        return ok();
      })
    );
  }

  #addChecksum({ file, offset, start, length }: LoaderCommand & { kind: "add checksum" }): Result<void, LoadFault> {
    return this.#placed(file).andThen(({ bytes }) => {
      if (offset >= bytes.length || start + length > bytes.length) {
        return fault("EINVAL", `a checksum at ${offset} is outside ${file}`);
      }
      bytes[offset] = 0;
      bytes[offset] = -byteSum(bytes.subarray(start, start + length)) & 0xff;
      return ok();
    });
  }

  #placed(name: string): Result<PlacedFile, LoadFault> {
    const file = this.files.get(name);
    if (file) return ok(file);
    return this.read(name)
      ? fault("ENOSPC", `${name} is not allocated yet`)
      : fault("ENOENT", `the device model has no ${name}`);
  }
}

/** Adds to a little-endian number in place; what does not fit is lost, as in the machine. */
function addAt(field: Uint8Array, value: number): void {
  let rest = BigInt(value);
  for (let i = field.length - 1; i >= 0; i--) rest += BigInt(field[i]!) << BigInt(8 * i);
  for (let i = 0; i < field.length; i++) field[i] = Number((rest >> BigInt(8 * i)) & 0xffn);
}

const fault = (errno: Errno, reason: string): Result<never, LoadFault> => err({ errno, reason });
