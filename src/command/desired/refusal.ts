/** Why a file cannot be brought about on this host: the object that it declares, the reason, and the way out. */
import { EXIT } from "../language/exit_codes.ts";

export interface Refusal {
  /** Where the file declares it; undefined for what it does not name. */
  readonly line: number | undefined;
  /** `[namespace.db]`. */
  readonly object: string;
  readonly what: string;
  readonly hint: string;
  readonly status: typeof EXIT.refused | typeof EXIT.noSuchObject | typeof EXIT.usage;
}

type Declared = { readonly line: number; readonly name: string };

const because =
  (status: Refusal["status"]) =>
  (kind: "namespace" | "xen" | "domain", { line, name }: Declared, what: string, hint: string): Refusal => ({
    line: line === 0 ? undefined : line,
    object: `[${kind}.${name}]`,
    what,
    hint,
    status,
  });

export const refused = because(EXIT.refused);
export const notThere = because(EXIT.noSuchObject);
export const contradicts = because(EXIT.usage);
