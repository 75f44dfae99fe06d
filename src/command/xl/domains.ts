/** Finding the domain that an operand names, with xl's words where there is none. */
import { err, ok, type Result } from "neverthrow";
import { type Fork } from "../../host/mod.ts";
import { type Outcome } from "../language/command.ts";
import { refused } from "./verb.ts";

/** ERROR_INVAL of libxl, as xl prints it. */
const INVALID = -6;

/** A number is taken as it is, whether there is such a domain or not (`libxl_domain_qualifier_to_domid`). */
export function findDomain(host: Fork, text: string): Result<number, Outcome> {
  const domid = host.toolstack.domidOf(text);
  if (domid !== undefined) return ok(domid);
  return err(refused(`${text} is an invalid domain identifier (rc=${INVALID})\n`));
}

export const nameTaken = (domid: number, name: string): string =>
  `libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain ${domid}:Domain with name "${name}" already exists.\n`;

/** What libxl logs when a domain that is to be destroyed is not there. */
export const notThere = (domid: number): string =>
  `libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain ${domid}:Non-existant domain
libxl: error: libxl_domain.c:1137:domain_destroy_callback: Domain ${domid}:Unable to destroy guest
libxl: error: libxl_domain.c:1064:domain_destroy_cb: Domain ${domid}:Destruction of domain failed
`;
