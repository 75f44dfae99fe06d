/** ACPI tables for the console: their bytes with a tree of fields over them. */
import { ok, type Result } from "neverthrow";
import { lintNfit } from "../../acpi/mod.ts";
import { byteSum } from "../../base/checksum.ts";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { type TableView } from "../language/console_host.ts";
import { nfitTree } from "../nfit/nfit_tree.ts";
import { ssdtTree } from "../ssdt/ssdt_tree.ts";
import { domainTable, type FrameName } from "../tables/source.ts";
import { sratTree } from "../tables/srat_tree.ts";

/** Findings that a screen has room for. */
const MOST_NOTES = 20;

/** Firmware's tables, as it left them in memory. */
export function hostTables(fork: Fork): TableView[] {
  const [nfit, srat, ssdt] = [fork.machine.table("NFIT"), fork.machine.table("SRAT"), fork.machine.table("SSDT")];
  return [nfit && nfitView(nfit, "mfn"), srat && sratView(srat), ssdt && ssdtView(ssdt)].filter((view) =>
    view !== undefined
  );
}

/** What a domain's guest gets. A profile without an SSDT has the NFIT alone; without an NFIT there is nothing to see. */
export const domainTables = (fork: Fork, domain: string): Result<TableView[], Explanation> =>
  domainTable(fork, domain, "NFIT").andThen((nfit) =>
    ok([
      nfitView(nfit.bytes, "gfn"),
      ...domainTable(fork, domain, "SSDT").map(({ bytes }) => [ssdtView(bytes)]).unwrapOr([]),
    ])
  );

export function nfitView(bytes: Uint8Array, frames?: FrameName): TableView {
  const findings = lintNfit(bytes);
  return {
    signature: "NFIT",
    bytes,
    checksumOk: byteSum(bytes) === 0,
    notes: findings.slice(0, MOST_NOTES).map(({ path, message }) => `${path}: ${message}`),
    tree: nfitTree(bytes, { findings, frames }),
  };
}

export const sratView = (bytes: Uint8Array): TableView => ({
  signature: "SRAT",
  bytes,
  checksumOk: byteSum(bytes) === 0,
  ...sratTree(bytes),
});

export const ssdtView = (bytes: Uint8Array): TableView => ({
  signature: "SSDT",
  bytes,
  checksumOk: byteSum(bytes) === 0,
  ...ssdtTree(bytes),
});
