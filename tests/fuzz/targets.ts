/** Everything that is fuzzed, with its share of the inputs: what is slow gets less, what is intricate more. */
import { fuzzNfit, fuzzPayload, fuzzSrat, fuzzSsdt } from "../acpi/fuzz.ts";
import { cookieTable, interleaved, twoDimms } from "../acpi/nfit/tables.ts";
import { capturedTables } from "../acpi/support.ts";
import { fuzzScript } from "../command/batch/fuzz.ts";
import { fuzzWanted } from "../command/desired/fuzz.ts";
import { fuzzEntry } from "../ept/fuzz.ts";
import { capturedNamespaces } from "../label/captured_namespaces.ts";
import { captured, labelAreas } from "../label/captures.ts";
import { fuzzInfoBlock, fuzzLabelArea } from "../label/fuzz.ts";
import { fuzzConfig } from "../toolstack/config/fuzz.ts";
import { fuzzFrame, fuzzHypercalls } from "../xen/fuzz.ts";
import { type Random } from "./mutate.ts";

export interface Target {
  readonly name: string;
  /** Inputs out of every hundred. */
  readonly share: number;
  readonly round: (rng: Random) => void;
}

const tables = (kind: "nfit" | "ssdt" | "srat"): Uint8Array[] => capturedTables(kind).map(({ bytes }) => bytes);

/** A round over one of these, chosen at random. */
const over = <T>(from: readonly T[], round: (one: T, rng: Random) => void) => (rng: Random): void =>
  round(from[rng(from.length)]!, rng);

/** Reads every capture once. */
export const targets = (): Target[] => [
  { name: "NFIT", share: 25, round: over([...tables("nfit"), cookieTable(), interleaved(6), twoDimms()], fuzzNfit) },
  { name: "SSDT", share: 8, round: over(tables("ssdt"), fuzzSsdt) },
  { name: "SRAT", share: 6, round: over(tables("srat"), fuzzSrat) },
  { name: "_DSM payload", share: 6, round: fuzzPayload },
  { name: "label area", share: 18, round: over(labelAreas().map(captured), fuzzLabelArea) },
  {
    name: "info block",
    share: 10,
    round: over(capturedNamespaces().filter(({ kind }) => kind !== "none"), fuzzInfoBlock),
  },
  { name: "EPT entry", share: 6, round: fuzzEntry },
  { name: "hypercall structure", share: 6, round: fuzzFrame },
  { name: "hypercall", share: 4, round: fuzzHypercalls },
  { name: "xl.cfg", share: 6, round: fuzzConfig },
  { name: "batch script", share: 5, round: fuzzScript },
  { name: "wanted state", share: 1, round: fuzzWanted },
];
