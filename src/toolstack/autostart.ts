/** `/etc/xen/auto`: configurations whose domains the host starts by itself. The text is kept, not a path to it. */
import { ok, type Result } from "neverthrow";
import { type ConfigRefusal, parseConfig, type ParsedConfig } from "./config/parse_config.ts";
import { createDomain } from "./domain/create.ts";
import { explainCreate } from "./domain/create_failure.ts";
import { type Tools } from "./parts.ts";
import { type AutostartFile } from "./state.ts";

/** What became of an autostarted configuration. */
export interface Started {
  readonly name: string;
  readonly domid: number | undefined;
  readonly note: string;
}

/** A UUID is drawn for a file that names none. */
export function readConfig(tools: Tools, text: string, source: string): Result<ParsedConfig, ConfigRefusal> {
  const cpus = tools.host.physinfo().map((info) => info.maxCpuId + 1).unwrapOr(1);
  const nodeOfCpu = tools.facts.cpuTopology?.map(({ node }) => node) ?? [];
  return parseConfig(text, { source, uuid: () => tools.draws.uuid(), cpus, nodeOfCpu });
}

/** By name, the order in which they start. */
export const autostartFiles = ({ state }: Pick<Tools, "state">): AutostartFile[] =>
  [...state.autostart.ids()].sort().map((name) => state.autostart.get(name)!);

/** In place of an earlier one for a domain of the same name. */
export function addAutostart(tools: Tools, text: string, source: string): Result<ParsedConfig, ConfigRefusal> {
  return readConfig(tools, text, source).andThen((parsed) => {
    const { name } = parsed.config;
    tools.state.autostart.set(name, { name, text });
    return ok(parsed);
  });
}

/** False where there is none of that name. */
export function removeAutostart({ state }: Pick<Tools, "state">, name: string): boolean {
  const known = state.autostart.get(name) !== undefined;
  if (known) state.autostart.delete(name);
  return known;
}

/** One that cannot start does not keep the others from it. */
export const startAll = (tools: Tools): Started[] =>
  autostartFiles(tools).map(({ name, text }): Started => {
    const source = `/etc/xen/auto/${name}`;
    const parsed = readConfig(tools, text, source);
    if (parsed.isErr()) return { name, domid: undefined, note: parsed.error.messages.join("\n") };
    const { config } = parsed.value;
    return createDomain(tools, { config, text, source }, { paused: false, volatile: false, handover: undefined }).match(
      ({ domid, notes }) => ({ name, domid, note: notes.join("\n") }),
      ({ fault }) => ({ name, domid: undefined, note: explainCreate(fault).what }),
    );
  });
