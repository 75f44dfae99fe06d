/** `host show | check | boot | reboot | shutdown`: what the machine is, whether it is sound, and its power. */
import { type Json } from "../../base/json.ts";
import { shortSize } from "../../base/units.ts";
import { boot, type Fork, powerOff, violations } from "../../host/mod.ts";
import { type AnyCommand, declare, done, type Effect, type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";

/** A verb without arguments. */
function plain(verb: string, summary: string, effect: Effect, help: string, act: (host: Fork) => Outcome): AnyCommand {
  const usage = `host ${verb}`;
  return declare<undefined>({
    kind: "host",
    vocabulary: "nvdeck",
    name: ["host", verb],
    summary,
    usage,
    help,
    effect,
    parse: (argv) => parseOptions(argv, {}, usage).map(() => undefined),
    // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
    *run(host) {
      return act(host);
    },
  });
}

function show(host: Fork): Outcome {
  const { facts, dom0, machine } = host;
  const regions = dom0.regions();
  const ram = machine.facts.ram.reduce((sum, r) => sum + r.end - r.start, 0);
  const pmem = regions.reduce((sum, region) => sum + region.size, 0);
  const running = host.xen.domains().filter((domain) => domain.domid !== 0).length;
  const value: Json = {
    name: facts.name,
    origin: facts.origin,
    management: facts.management,
    dom0: facts.dom0,
    ram,
    pmem,
    dimms: machine.dimms().length,
    regions: regions.length,
    namespaces: dom0.namespaces().filter((namespace) => namespace.size > 0).length,
    domains: running,
    generation: host.generation,
  };
  const rows: [string, string][] = [
    ["name", facts.name],
    ["made from", facts.origin],
    [
      "management",
      facts.management === "dom0" ? "dom0 (its driver finds pmem)" : "xen (Xen owns pmem, dom0 sees none)",
    ],
    ["dom0", `${facts.dom0.toUpperCase()}, ${shortSize(facts.dom0Memory)}`],
    ["RAM", shortSize(ram)],
    ["pmem", `${shortSize(pmem)} in ${regions.length} regions on ${machine.dimms().length} DIMMs`],
    ["namespaces", String(value.namespaces)],
    ["domains", String(running)],
    ["journal", `entry ${host.generation}`],
  ];
  return done(rows.map(([key, text]) => `${key.padEnd(12)}${text}\n`).join(""), "", value);
}

function check(host: Fork): Outcome {
  const found = violations(host);
  const value = found.map(({ rule, object, what }): Json => ({ rule, object, what }));
  if (found.length === 0) return done("every invariant holds\n", "", value);
  const text = found.map(({ rule, object, what }) => `${object}: ${what} (${rule})\n`).join("");
  return { status: EXIT.failed, out: text, err: "", keep: false, value };
}

function reboot(host: Fork): Outcome {
  const ended = host.xen.domains().filter((domain) => domain.domid !== 0).length;
  powerOff(host);
  const notes = boot(host);
  const text = notes.map((note) => `${note}\n`).join("");
  return done("", `${ended > 0 ? `${ended} domains ended\n` : ""}${text}the host is up\n`);
}

export const lifeCommands: readonly AnyCommand[] = [
  plain("show", "Tell what this host is", "reads", "Identity, management, memory, counts.", show),
  plain("check", "Check the host's invariants", "reads", "Exit 1 and one line for each that does not hold.", check),
  plain(
    "reboot",
    "Turn the machine off and on again",
    "writes",
    "Domains end. Everything volatile is gone: Xen's regions and frames, dom0's mounts and device numbers. Media stay.",
    reboot,
  ),
];
