/** Guests: what of the wanted is different now. A running one is compared setting by setting with its file. */
import { type Json } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainConfig, type DomainRecord } from "../../toolstack/mod.ts";
import { field, type FieldDifference, type ObjectDifference } from "./difference.ts";
import { type Wanted, type WantedDomain } from "./wanted.ts";

/** In the order of the file, then guests that the file would have gone though it does not name them. */
export const domainDifferences = (wanted: Wanted, fork: Fork): ObjectDifference[] =>
  [...wanted.domains, ...prunedDomains(wanted, fork)].flatMap((each): ObjectDifference[] => {
    const fields = domainFields(each, fork);
    if (fields.length === 0) return [];
    const line = each.line === 0 ? undefined : each.line;
    const change = each.state === "absent" ? "remove" : "change";
    return [{ kind: "domain", name: each.name, change, line, device: undefined, fields }];
  });

/** Line 0: the file does not name them. */
export function prunedDomains(wanted: Wanted, { toolstack }: Fork): WantedDomain[] {
  if (!wanted.prune.has("domain")) return [];
  const named = new Set(wanted.domains.map(({ name }) => name));
  const known = new Set([
    ...toolstack.records().map(({ name }) => name),
    ...toolstack.autostartFiles().map(({ name }) => name),
    ...toolstack.assignments().map(({ domainName }) => domainName),
  ]);
  return [...known].filter((name) => !named.has(name)).sort().map((name) => ({ ...UNNAMED, name }));
}

const UNNAMED = {
  line: 0,
  state: "absent",
  config: undefined,
  autostart: undefined,
  restart: undefined,
  volatile: undefined,
  content: undefined,
} as const;

export const recordNamed = ({ toolstack }: Fork, name: string): DomainRecord | undefined =>
  toolstack.records().find((record) => record.name === name);

/** Slots of vNVDIMMs that are kept for it, highest first: those behind one that goes move up. */
export const claimsOf = ({ toolstack }: Fork, name: string): number[] =>
  toolstack.assignments().filter(({ domainName }) => domainName === name).map(({ slot }) => slot).sort((a, b) => b - a);

function domainFields(wanted: WantedDomain, fork: Fork): FieldDifference[] {
  const { name, state } = wanted;
  const record = recordNamed(fork, name);
  const absent = state === "absent";
  return [
    ...field("state", record ? "running" : "off", absent ? "off" : state),
    ...(record && state === "running" ? settingFields(wanted, record, fork) : []),
    ...autostartFields(wanted, fork),
    ...(absent ? claimsOf(fork, name).map((slot) => ({ field: `nv${slot}`, actual: "kept", wanted: undefined })) : []),
  ];
}

/** The text is what is started, so the text is compared. */
function autostartFields({ name, state, autostart, config }: WantedDomain, fork: Fork): FieldDifference[] {
  const file = fork.toolstack.autostartFiles().find((each) => each.name === name);
  const word = !file ? "false" : autostart && file.text !== config?.text ? "another text" : "true";
  return field("autostart", word, state === "absent" ? "false" : autostart?.toString());
}

/** Settings of a running guest that its file has otherwise. One that the file leaves to chance (a UUID) is no difference. */
export function settingFields(wanted: WantedDomain, record: DomainRecord, fork: Fork): FieldDifference[] {
  const [now, then] = [configFrom(fork, record.text), configOf(wanted, fork)];
  if (!now || !then) return [];
  const [before, after] = [settings(now, specsOf(record)), settings(then)];
  if (!then.uuidGiven) before.delete("uuid");
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.filter((name) => before.get(name) !== after.get(name)).map((name) => ({
    field: name,
    actual: before.get(name),
    wanted: after.get(name) ?? "unset",
  }));
}

/** As its file has it; undefined without one, or with one that xl does not understand. */
export const configOf = ({ config }: WantedDomain, fork: Fork): DomainConfig | undefined =>
  config && configFrom(fork, config.text);

const configFrom = (fork: Fork, text: string): DomainConfig | undefined =>
  fork.toolstack.parseConfig(text, "").map(({ config }) => config).unwrapOr(undefined);

/** What it has by now: one more may have been attached. */
export const specsOf = ({ vnvdimms }: DomainRecord): string[] => vnvdimms.map(({ spec }) => spec);

/** As libxl calls them: `max_memkb`, `on_reboot`, `nvdeck_acpi`. */
function settings(config: DomainConfig, specs?: readonly string[]): Map<string, string> {
  const { uuidGiven, uuid, nvdeck, shown, vnvdimms, name: _, ...rest } = config;
  const prefixed = Object.entries(nvdeck).map(([key, value]) => [`nvdeck_${key}`, value] as const);
  const given = uuidGiven ? [["uuid", uuid] as const] : [];
  const devices = [["vnvdimms", specs ?? vnvdimms.map(({ text }) => text)] as const];
  return new Map(
    [...given, ...Object.entries(rest), ...devices, ...prefixed, ...Object.entries(shown)]
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        textOf(value as Json),
      ]),
  );
}

const textOf = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value);
