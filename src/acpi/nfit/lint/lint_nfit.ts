/**
 * The strict reading of an NFIT: everything the specification forbids (ACPI 6.5 §5.2.25) or a known consumer trips over,
 * each with its place. Any bytes will do; nothing here fails.
 */
import { byteSum } from "../../../base/checksum.ts";
import { decodeLoosely } from "../nfit.ts";
import { NFIT_HEADER_SIZE, type NfitHeader, nfitHeader } from "../structures.ts";
import { type Srat } from "../../srat.ts";
import { affinityFindings } from "./affinity.ts";
import { type LintFinding } from "./finding.ts";
import { platformFindings } from "./platform.ts";
import { rangeFindings } from "./ranges.ts";
import { referenceFindings } from "./references.ts";
import { setFindings } from "./sets.ts";
import { restFinding, shapeFindings } from "./shape.ts";
import { tablesOf } from "./tables.ts";

/** All findings, by offset. None: the table is sound, beside the SRAT as well if one is given. */
export function lintNfit(bytes: Uint8Array, srat?: Srat): LintFinding[] {
  const list = decodeLoosely(bytes);
  if (list.header === undefined) {
    const message = `an NFIT has a header of ${NFIT_HEADER_SIZE} bytes, ${bytes.length} are there`;
    return [{ severity: "error", path: "header", offset: 0, length: bytes.length, message }];
  }
  const tables = tablesOf(list.structures);
  const rest = restFinding(list.rest, list.end);
  const findings = [
    ...headerFindings(bytes, list.header),
    ...tables.all.flatMap((structure) => [...shapeFindings(structure)]),
    ...(rest ? [rest] : []),
    ...referenceFindings(tables),
    ...rangeFindings(tables),
    ...setFindings(tables),
    ...platformFindings(tables),
    ...affinityFindings(tables, srat),
  ];
  return findings.sort((a, b) => a.offset - b.offset);
}

function* headerFindings(bytes: Uint8Array, header: NfitHeader): Generator<LintFinding> {
  const at = (severity: LintFinding["severity"], field: keyof NfitHeader, message: string): LintFinding => {
    const { offset, size, meaning } = nfitHeader.fields[field];
    return { severity, path: `header/${meaning?.title}`, offset, length: size, message };
  };
  if (header.signature !== "NFIT") yield at("error", "signature", `${JSON.stringify(header.signature)} is not "NFIT"`);
  if (header.length < NFIT_HEADER_SIZE) yield at("error", "length", `${header.length} is less than the header itself`);
  if (header.length > bytes.length) {
    yield at("error", "length", `the header says ${header.length} bytes, ${bytes.length} are there`);
  }
  if (header.length >= NFIT_HEADER_SIZE && header.length < bytes.length) {
    yield at("warning", "length", `${bytes.length - header.length} bytes follow behind the table`);
  }
  if (header.revision !== 1) yield at("warning", "revision", `revision ${header.revision}; ACPI 6.5 defines 1`);
  const sum = byteSum(bytes.subarray(0, Math.max(NFIT_HEADER_SIZE, header.length)));
  if (sum !== 0 && header.length <= bytes.length) {
    const right = (header.checksum - sum) & 0xff;
    const text = (byte: number) => `0x${byte.toString(16).padStart(2, "0")}`;
    yield at("error", "checksum", `the bytes do not sum to zero: ${text(header.checksum)} should be ${text(right)}`);
  }
  if (header.reserved !== 0) yield at("warning", "reserved", "reserved bytes are not zero");
}
