/**
 * The device model's ACPI tables as hvmloader adds them to Xen's (RFC v4): all of them or none. A failure is no error of the
 * guest's: it boots without those tables (reference/xen-vnvdimm.md 4.12, merge rule).
 */
import { err, ok, type Result } from "neverthrow";
import { ACPI_OWN_END } from "../abi/hvm_layout.ts";
import { FW_CFG_FILE, rsdtAddressOf, tableHeader, tablesOf } from "../acpi/mod.ts";
import { textOf, viewOf } from "../base/bytes.ts";
import { alignUp } from "../base/quantity.ts";
import { hex, PAGE_SIZE } from "../base/units.ts";
import { type LoadFault, type PlacedFile, type ReadFile, runLoader } from "./table_loader.ts";

/** A table in guest memory. */
export interface AcpiTable {
  readonly signature: string;
  readonly gpa: number;
  readonly bytes: Uint8Array;
}

export interface LoadedTables {
  /** In the order of the device model's RSDT. */
  readonly tables: readonly AcpiTable[];
  /** Where ACPI's memory ends, in bytes; whole pages. */
  readonly end: number;
  /** Why there are none though the device model has some. */
  readonly fault?: LoadFault;
}

/** What Xen builds itself: none of these may come from the device model as well. SSDTs may. */
const OWN = ["FACS", "DSDT", "FACP", "APIC", "HPET", "WAET"];
/** Xen's own of the tables it counts: MADT, HPET, WAET and the SSDTs of two sleep states. */
const OWN_SECONDARY = 5;
const MOST_SECONDARY = 16;

/** The tables, and the pieces of memory to store them with. */
export function loadTables(read: ReadFile): { readonly loaded: LoadedTables; readonly files: readonly PlacedFile[] } {
  const nothing = { loaded: { tables: [], end: ACPI_OWN_END }, files: [] };
  if (!read(FW_CFG_FILE.loader) && !read(FW_CFG_FILE.tables)) return nothing;
  return runLoader(read).andThen((files) => merged(files).map((tables) => ({ files, tables }))).match(
    ({ files, tables }) => {
      const kept = files.filter(({ name }) => name !== FW_CFG_FILE.rsdp);
      const end = kept.reduce((most, { gpa, bytes }) => Math.max(most, gpa + bytes.length), ACPI_OWN_END);
      return { loaded: { tables, end: alignUp(end, PAGE_SIZE) }, files: kept };
    },
    (fault) => ({ ...nothing, loaded: { ...nothing.loaded, fault } }),
  );
}

/** The tables behind the device model's RSDT. The RSDT itself is wiped: the guest uses Xen's. */
function merged(files: readonly PlacedFile[]): Result<AcpiTable[], LoadFault> {
  const rsdp = files.find(({ name }) => name === FW_CFG_FILE.rsdp);
  if (!rsdp) return fault("ENOENT", "the script places no RSDP");
  const root = rsdtAddressOf(rsdp.bytes).mapErr(({ reason }): LoadFault => ({ errno: "EINVAL", reason }))
    .andThen((gpa) => tableAt(files, gpa));
  if (root.isErr()) return err(root.error);
  const listed = tablesOf(root.value.bytes);
  if (listed.isErr()) return fault("EINVAL", listed.error.reason);
  if (OWN_SECONDARY + listed.value.length > MOST_SECONDARY) {
    return fault("ENOSPC", `${listed.value.length} tables beside Xen's own are more than ${MOST_SECONDARY}`);
  }
  const tables: AcpiTable[] = [];
  for (const gpa of listed.value) {
    const table = tableAt(files, gpa);
    if (table.isErr()) return err(table.error);
    const { signature } = table.value;
    if (OWN.includes(signature)) return fault("EEXIST", `Xen has a ${signature} of its own`);
    if (signature !== "SSDT" && tables.some((other) => other.signature === signature)) {
      return fault("EEXIST", `two tables are called ${signature}`);
    }
    tables.push({ ...table.value, bytes: table.value.bytes.slice() });
  }
  root.value.bytes.fill(0);
  return ok(tables);
}

/** The table at an address, as a part of the file it lies in. */
function tableAt(files: readonly PlacedFile[], gpa: number): Result<AcpiTable, LoadFault> {
  const file = files.find((file) => file.gpa <= gpa && gpa + tableHeader.size <= file.gpa + file.bytes.length);
  if (!file) return fault("EINVAL", `there is no table at ${hex(gpa)}`);
  const at = gpa - file.gpa;
  const length = viewOf(file.bytes).getUint32(at + 4, true);
  const bytes = file.bytes.subarray(at, at + length);
  if (length < tableHeader.size || bytes.length < length) {
    return fault("EINVAL", `the table at ${hex(gpa)} says it has ${length} bytes`);
  }
  return ok({ signature: textOf(bytes.subarray(0, 4)), gpa, bytes });
}

const fault = (errno: LoadFault["errno"], reason: string): Result<never, LoadFault> => err({ errno, reason });
