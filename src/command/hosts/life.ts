/** `host show | check | boot | reboot | shutdown`: what the machine is, whether it is sound, and its power. */
import { type Json } from "../../base/json.ts";
import { shortSize } from "../../base/units.ts";
import { boot, type Fork, powerOff, violations } from "../../host/mod.ts";
import { type AnyCommand, declare, done, type Effect, type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";
import { counted } from "../tables/counted.ts";

/** A verb without arguments. */
function plain(verb: string, summary: string, effect: Effect, help: string, act: (host: Fork) => Outcome): AnyCommand {
  const usage = `host ${verb}`;
  return declare<undefined>({
    kind: "host",
    vocabulary: "nvdeck",
    whileOff: true,
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
    power: host.isOn ? "on" : "off",
    generation: host.generation,
  };
  const rows: (readonly [string, string])[] = [
    ["name", facts.name],
    ["made from", facts.origin],
    [
      "management",
      facts.management === "dom0" ? "dom0 (its driver finds pmem)" : "xen (Xen owns pmem, dom0 sees none)",
    ],
    ["dom0", `${facts.dom0.toUpperCase()}, ${shortSize(facts.dom0Memory)}`],
    ["RAM", shortSize(ram)],
    [
      "pmem",
      `${shortSize(pmem)} in ${counted(regions.length, "region")} on ${counted(machine.dimms().length, "DIMM")}`,
    ],
    ...(host.isOn
      ? [["namespaces", String(value.namespaces)], ["domains", String(running)]] as const
      : [["power", "off: nothing runs; host boot turns it on"]] as const),
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

function shutDown(host: Fork): Outcome {
  if (!host.isOn) return done("", "the host is off already\n");
  const ended = endDomains(host);
  return done("", `${ended}the host is off\n`);
}

function bootUp(host: Fork): Outcome {
  if (host.isOn) return done("", "the host is up already\n");
  return done("", cameUp(host));
}

function reboot(host: Fork): Outcome {
  const ended = endDomains(host);
  return done("", `${ended}${cameUp(host)}`);
}

/** Turns the power off, and tells how many guests that ended. */
function endDomains(host: Fork): string {
  const ended = host.xen.domains().filter((domain) => domain.domid !== 0).length;
  powerOff(host);
  return ended === 0 ? "" : `${counted(ended, "domain")} ended\n`;
}

const cameUp = (host: Fork): string => [...boot(host), "the host is up"].map((note) => `${note}\n`).join("");

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
  plain(
    "shutdown",
    "Turn the machine off",
    "writes",
    "Domains end and everything volatile is gone, as with reboot. While the host is off nothing runs in it that could answer.",
    shutDown,
  ),
  plain(
    "boot",
    "Turn the machine on",
    "writes",
    `Xen, dom0's driver and labels, the filesystems of fstab, what was handed to Xen, and the guests that start by themselves
once the memory that is kept for them is what it was.`,
    bootUp,
  ),
];
