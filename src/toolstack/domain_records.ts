/** libxl's own records of running domains: by number, by name. */
import { type DomainRecord } from "./domain_record.ts";
import { type Tools } from "./parts.ts";
import { type StoreFacts } from "./state.ts";

type With = Pick<Tools, "state">;

/** By domid. */
export const records = ({ state }: With): DomainRecord[] =>
  [...state.domains.ids()].map((id) => state.domains.get(id)!).sort((a, b) => a.domid - b.domid);

export const recordOf = ({ state }: With, domid: number): DomainRecord | undefined => state.domains.get(String(domid));

export function keepRecord(tools: With, record: DomainRecord): void {
  tools.state.domains.set(String(record.domid), record);
  if (!storeFacts(tools).hadGuests) keepStoreFacts(tools, { hadGuests: true });
}

export const dropRecord = ({ state }: With, domid: number): void => state.domains.delete(String(domid));

export const storeFacts = ({ state }: With): StoreFacts =>
  state.store.get("facts") ?? { dom0Name: "Domain-0", renamed: false, hadGuests: false };

export const keepStoreFacts = (tools: With, facts: Partial<StoreFacts>): void =>
  tools.state.store.set("facts", { ...storeFacts(tools), ...facts });

/** The name that XenStore has for a domain. */
export const nameOf = (tools: With, domid: number): string | undefined =>
  domid === 0 ? storeFacts(tools).dom0Name : recordOf(tools, domid)?.name;

/**
 * A number as it stands, whether there is such a domain or not, cut to 32 bits as libxl does; else a name. No digit at all is
 * zero, dom0 (`libxl_utils.c` libxl_domain_qualifier_to_domid).
 */
export function domidOf(tools: With, text: string): number | undefined {
  if (!/^[0-9]*$/.test(text)) return domainNamed(tools, text);
  const number = BigInt(text || "0");
  return Number(BigInt.asUintN(32, number > ULONG_MAX ? ULONG_MAX : number));
}
const ULONG_MAX = 2n ** 64n - 1n;

/** The lowest number that no running domain has for its console, as the kernel gives them out. */
export function freeConsole(tools: With): number {
  const used = new Set(records(tools).map((record) => record.console));
  let console = 0;
  while (used.has(console)) console++;
  return console;
}

export function domainNamed(tools: With, name: string): number | undefined {
  if (name === storeFacts(tools).dom0Name) return 0;
  return records(tools).find((record) => record.name === name)?.domid;
}
