/** A running domain by name or domid, as `--domain` names it. */
import { err, ok, type Result } from "neverthrow";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";

export const DOMAIN_OPTION = {
  domain: { value: "DOMAIN", help: "a running domain, by name or domid", required: true },
} as const;

/** Digits are a domid, anything else a name, as libxl has it. */
export function findDomain(host: Fork, text: string): Result<DomainRecord, Explanation> {
  const all = host.toolstack.records();
  const found = /^[0-9]+$/.test(text)
    ? all.find((domain) => domain.domid === Number(text))
    : all.find((domain) => domain.name === text);
  if (found) return ok(found);
  if (text === "0" || text === "Domain-0") {
    return err({ what: "Domain-0 is no HVM guest: it has no device model and no EPT", hint: hintOf(all) });
  }
  return err({ what: `there is no running domain "${text}"`, hint: hintOf(all) });
}

const hintOf = (all: readonly DomainRecord[]): string =>
  all.length === 0
    ? "no guest runs; xl create FILE starts one"
    : `running: ${all.map((domain) => domain.name).join(", ")}`;
