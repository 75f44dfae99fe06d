/** Completion of a command line: verbs by the registry, objects by what the host has. */
import { type Completion, type HostSnapshot } from "./console_host.ts";
import { type Commands } from "./command.ts";

/** Options whose value is the name of an object: what a word behind them may be. */
const OBJECTS: readonly (readonly [RegExp, (host: HostSnapshot) => readonly string[]])[] = [
  [/^(-r|--region)$/, (host) => host.regions.map((region) => region.name)],
  [/^(-n|--namespace|--mgmt|-e|--reconfig)$/, (host) => host.namespaces.map((namespace) => namespace.name)],
  [/^(--domain)$/, (host) => host.domains.map((domain) => domain.name)],
  [/^(-m|--mode)$/, () => ["raw", "sector", "fsdax", "devdax"]],
  [/^(-M|--map)$/, () => ["dev", "mem"]],
];

export function completeLine(registry: Commands, host: HostSnapshot, line: string, cursor: number): Completion {
  const before = line.slice(0, cursor);
  const start = before.lastIndexOf(" ") + 1;
  const prefix = before.slice(start);
  const words = before.slice(0, start).trim().split(/\s+/).filter((word) => word !== "");
  const verbs = registry.complete(words, prefix).map((text) => ({
    text,
    summary: registry.summaryOf([...words, text]),
  }));
  const found = registry.find(words);
  const usage = found.isOk() ? { usage: found.value.command.usage } : {};
  if (verbs.length > 0) return { start, end: cursor, candidates: verbs, ...usage };
  const names = namesFor(words, host).filter((text) => text.startsWith(prefix)).map((text) => ({ text, summary: "" }));
  return { start, end: cursor, candidates: names, ...usage };
}

function namesFor(words: readonly string[], host: HostSnapshot): readonly string[] {
  const previous = words.at(-1) ?? "";
  const known = OBJECTS.find(([option]) => option.test(previous));
  if (known) return known[1](host);
  if (words.length < 2) return [];
  if (words[0] === "xl") return host.domains.map((domain) => domain.name);
  const verb = words[1] ?? "";
  if (/namespace/.test(verb)) return host.namespaces.map((namespace) => namespace.name);
  if (/region/.test(verb)) return host.regions.map((region) => region.name);
  return /dimm|label/.test(verb) ? host.dimms.map((dimm) => dimm.name) : [];
}
