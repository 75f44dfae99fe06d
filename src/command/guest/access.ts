/** What `guest read` and `guest write` have in common: one access by one address, and what it says where it fails. */
import { err, ok, type Result } from "neverthrow";
import { type GuestFault } from "../../abi/ports.ts";
import { prettyJson } from "../../base/json.ts";
import { MiB, parseInteger, parseSize } from "../../base/units.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { type Outcome, type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type Parsed, usageFault } from "../language/options.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { type LoadOrStore, tellFault } from "./fault_text.ts";

/** One command loads or stores no more than this. */
export const MOST_BYTES = 64 * MiB;

export const ACCESS_OPTIONS = {
  ...DOMAIN_OPTION,
  gpa: { value: "A", help: "guest-physical address", required: true },
} as const;

export interface Access {
  readonly domain: string;
  readonly gpa: number;
}

export function accessOf(parsed: Parsed, usage: string): Result<Access, UsageFault> {
  const text = parsed.get("gpa")!;
  const gpa = parseInteger(text.replaceAll("_", ""));
  return gpa === undefined
    ? err(usageFault(`"${text}" is no guest-physical address`, usage))
    : ok({ domain: parsed.get("domain")!, gpa });
}

/** `--length`, as ndctl reads sizes. */
export function lengthOf(text: string, usage: string): Result<number, UsageFault> {
  const length = parseSize(text);
  if (length !== undefined && length >= 1 && length <= MOST_BYTES) return ok(length);
  return err(usageFault(`--length takes 1 byte to 64 MiB, not "${text}"`, usage));
}

/** Meeting an error in the medium is how Xen learns of it: that is kept. Other faults leave everything as it was. */
export function accessFailed(
  host: Fork,
  record: DomainRecord,
  fault: GuestFault,
  access: LoadOrStore,
  json: boolean,
): Outcome {
  const { what, details, value } = tellFault(host, record, fault, access);
  return {
    status: EXIT.failed,
    out: json ? `${prettyJson({ fault: value })}\n` : "",
    err: [`nvdeck: ${what}`, ...details, ""].join("\n"),
    keep: fault.kind === "poison",
    learned: fault.kind === "poison",
    value: { fault: value },
  };
}
