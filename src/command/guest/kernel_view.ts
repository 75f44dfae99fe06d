/** `guest probe` and `guest ndctl`: a guest's own Linux and its ndctl, over the tables that the guest has. */
import { err, ok } from "neverthrow";
import { parseJson } from "../../base/json.ts";
import { type AnyCommand, declare, type HostCommand, type Outcome } from "../language/command.ts";
import { optionUsage, parseOptions, usageFault } from "../language/options.ts";
import { ndctlCommands } from "../ndctl/ndctl_commands.ts";
import { DOMAIN_OPTION } from "../tables/domain.ts";
import { lookingVerb, noSuchObject } from "../tables/verb.ts";
import { findGuest, insideOf } from "./guest_of.ts";

/** A verb of ndctl with its arguments. */
interface Inner {
  readonly command: HostCommand;
  readonly args: unknown;
}

function innerCommand(words: readonly string[]): AnyCommand | undefined {
  return ndctlCommands.find(({ name }) => name.length === 2 && name[1] === words[0]);
}

const PROBE_USAGE = `guest probe ${optionUsage(DOMAIN_OPTION)}`;
/** Buses, DIMMs, regions, namespaces, idle ones as well. */
const LIST = ["list", "-BDRNi"];

export const guestProbe = lookingVerb({
  name: ["guest", "probe"],
  summary: "Show what a guest's Linux makes of its tables",
  usage: PROBE_USAGE,
  help: "ndctl list in the guest: its NFIT, its _DSM and its memory are all that its kernel has to go by.",
  parse: (argv) => parseOptions(argv, DOMAIN_OPTION, PROBE_USAGE).map((parsed) => ({ domain: parsed.get("domain")! })),
  run: (host, { domain }, context): Outcome =>
    findGuest(host, domain).match(({ record, guest }) => {
      const command = innerCommand(LIST) as HostCommand;
      const args = command.parse(LIST.slice(1))._unsafeUnwrap();
      const outcome = finish(command.run(insideOf(host, guest), args, context));
      const text = String(outcome.out);
      // A look changes nothing: what the kernel learnt by booting is forgotten again.
      if (text !== "") return { ...outcome, value: parseJson(text), keep: false };
      return { ...outcome, err: `the Linux of ${record.name} finds no NVDIMM bus\n`, value: [], keep: false };
    }, noSuchObject),
});

const NDCTL_USAGE = "guest ndctl --domain DOMAIN [--] VERB [ARGUMENT…]";

interface NdctlArguments extends Inner {
  readonly domain: string;
}

export const guestNdctl: AnyCommand = declare<NdctlArguments>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["guest", "ndctl"],
  summary: "Run ndctl in a guest",
  usage: NDCTL_USAGE,
  help:
    "Every verb of ndctl, with its options and exit status; namespaces carved there live in the vNVDIMM's label area.",
  effect: ({ command, args }) => typeof command.effect === "function" ? command.effect(args) : command.effect,
  parse(argv) {
    const [option = "", ...rest] = argv;
    const joined = /^--domain=(.*)$/.exec(option)?.[1];
    const domain = joined ?? (option === "--domain" ? rest.shift() : undefined);
    const words = rest[0] === "--" ? rest.slice(1) : rest;
    if (domain === undefined) return err(usageFault("--domain DOMAIN comes first", NDCTL_USAGE));
    const command = innerCommand(words[0] === "ndctl" ? words.slice(1) : words);
    if (command?.kind !== "host") return err(usageFault(`ndctl has no verb "${words[0] ?? ""}"`, NDCTL_USAGE));
    const argvInside = words.slice(words[0] === "ndctl" ? 2 : 1);
    return command.parse(argvInside).andThen((args) => ok({ domain, command, args }));
  },
  *run(host, { domain, command, args }, context) {
    const found = findGuest(host, domain);
    if (found.isErr()) return noSuchObject(found.error);
    return yield* command.run(insideOf(host, found.value.guest), args, context);
  },
});

function finish(running: ReturnType<HostCommand["run"]>): Outcome {
  for (;;) {
    const step = running.next();
    if (step.done) return step.value;
  }
}
