/**
 * What hvmloader does with a device model's ACPI tables (RFC v4 `tools/libacpi`): it fetches the files through fw_cfg, places
 * them in guest memory as the script says, patches addresses and checksums, and finds the tables through RSDP and RSDT. Any
 * failure leaves the guest without those tables, and no more.
 */
import { err, ok, type Result } from "neverthrow";
import { ACPI_DYNAMIC_START } from "../abi/hvm_layout.ts";
import { decodeLoader, FW_CFG_FILE, type LoaderCommand, rsdtAddressOf, tablesOf } from "../acpi/mod.ts";
import { byteSum } from "../base/checksum.ts";
import { alignUp } from "../base/quantity.ts";
import { textOf, viewOf } from "../base/bytes.ts";
import { MiB } from "../base/units.ts";

/** A file placed in guest memory. */
interface PlacedFile {
  readonly gpa: number;
  readonly bytes: Uint8Array;
}

export interface GuestTables {
  readonly files: ReadonlyMap<string, PlacedFile>;
  /** Tables by signature with their addresses; a signature stands once, but for SSDT. */
  readonly tables: readonly { readonly signature: string; readonly gpa: number; readonly bytes: Uint8Array }[];
}

export type LoadFault =
  /** The device model has no tables to give. */
  | { readonly kind: "no-loader" }
  | { readonly kind: "script"; readonly reason: string };

/** hvmloader's own tables come first; so much of the window is theirs. */
const OWN_TABLES = 64 * 1024;
const HIGH_START = ACPI_DYNAMIC_START + OWN_TABLES;
const HIGH_END = ACPI_DYNAMIC_START + MiB / 4;
/** Below 1 MiB, where an RSDP is looked for. */
const FSEG = { start: 0xf8000, end: 0x100000 };
const MOST_TABLES = 16; // ACPI_MAX_SECONDARY_TABLES

export function loadTables(file: (name: string) => Uint8Array | undefined): Result<GuestTables, LoadFault> {
  const script = file(FW_CFG_FILE.loader);
  if (!script) return err({ kind: "no-loader" });
  const commands = decodeLoader(script);
  if (commands.isErr()) return err({ kind: "script", reason: commands.error.reason });
  const loader = new Loader(file);
  for (const command of commands.value) {
    const reason = loader.run(command);
    if (reason !== undefined) return err({ kind: "script", reason });
  }
  return loader.tables().map((tables) => ({ files: loader.files, tables }));
}

class Loader {
  readonly files = new Map<string, PlacedFile>();
  #high = HIGH_START;
  #fseg = FSEG.start;

  constructor(private readonly file: (name: string) => Uint8Array | undefined) {}

  /** What is wrong with the command, or undefined. */
  run(command: LoaderCommand): string | undefined {
    switch (command.kind) {
      case "allocate":
        return this.#allocate(command.file, command.align, command.zone);
      case "add pointer":
        return this.#addPointer(command);
      case "add checksum":
        return this.#addChecksum(command);
    }
  }

  #allocate(name: string, align: number, zone: "high" | "fseg"): string | undefined {
    const bytes = this.file(name);
    if (!bytes) return `no file ${name}`;
    if (this.files.has(name)) return `${name} is allocated twice`;
    if (align === 0 || (align & (align - 1)) !== 0) return `${name}: alignment ${align}`;
    const gpa = alignUp(zone === "high" ? this.#high : this.#fseg, align);
    const end = gpa + bytes.length;
    if (end > (zone === "high" ? HIGH_END : FSEG.end)) return `no room for the ${bytes.length} bytes of ${name}`;
    if (zone === "high") this.#high = end;
    else this.#fseg = end;
    this.files.set(name, { gpa, bytes: bytes.slice() });
    return undefined;
  }

  #addPointer({ file, source, offset, size }: LoaderCommand & { kind: "add pointer" }): string | undefined {
    const [into, from] = [this.files.get(file), this.files.get(source)];
    if (!into || !from) return `${into ? source : file} is not allocated`;
    if (offset + size > into.bytes.length) return `a pointer at ${offset} is outside ${file}`;
    let address = BigInt(from.gpa);
    for (let i = size - 1; i >= 0; i--) address += BigInt(into.bytes[offset + i]!) << BigInt(8 * i);
    for (let i = 0; i < size; i++) into.bytes[offset + i] = Number((address >> BigInt(8 * i)) & 0xffn);
    return undefined;
  }

  #addChecksum({ file, offset, start, length }: LoaderCommand & { kind: "add checksum" }): string | undefined {
    const into = this.files.get(file);
    if (!into) return `${file} is not allocated`;
    if (offset >= into.bytes.length || start + length > into.bytes.length) return `a checksum is outside ${file}`;
    into.bytes[offset] = 0;
    into.bytes[offset] = -byteSum(into.bytes.subarray(start, start + length)) & 0xff;
    return undefined;
  }

  /** RSDP to RSDT to the tables it lists. */
  tables(): Result<GuestTables["tables"], LoadFault> {
    const wrong = (reason: string): Result<never, LoadFault> => err({ kind: "script", reason });
    const rsdp = this.files.get(FW_CFG_FILE.rsdp);
    const root = rsdp && rsdtAddressOf(rsdp.bytes).map((gpa) => this.#tableAt(gpa));
    if (!root || root.isErr() || !root.value) return wrong("no RSDT");
    const listed = tablesOf(root.value.bytes);
    if (listed.isErr()) return wrong(listed.error.reason);
    if (listed.value.length > MOST_TABLES) return wrong(`${listed.value.length} tables are more than ${MOST_TABLES}`);
    const tables: GuestTables["tables"][number][] = [];
    for (const gpa of listed.value) {
      const table = this.#tableAt(gpa);
      if (!table) return wrong(`no table at 0x${gpa.toString(16)}`);
      const signature = textOf(table.bytes.subarray(0, 4));
      if (signature !== "SSDT" && tables.some((other) => other.signature === signature)) {
        return wrong(`two tables are called ${signature}`);
      }
      tables.push({ signature, ...table });
    }
    return ok(tables);
  }

  #tableAt(gpa: number): PlacedFile | undefined {
    for (const file of this.files.values()) {
      const at = gpa - file.gpa;
      if (at < 0 || at + 8 > file.bytes.length) continue;
      const length = viewOf(file.bytes).getUint32(at + 4, true);
      return at + length <= file.bytes.length ? { gpa, bytes: file.bytes.slice(at, at + length) } : undefined;
    }
    return undefined;
  }
}
