/** `guest ndctl`: ndctl inside a guest, over the guest's own kernel. */
import { err, ok, type Result } from "neverthrow";
import { type Fork } from "../../host/mod.ts";
import { type Guest } from "../../guest/mod.ts";
import { type AnyCommand, declare, type HostCommand, type UsageFault } from "../language/command.ts";
import { effectOf } from "../language/execute.ts";
import { EXIT } from "../language/exit_codes.ts";
import { usageFault } from "../language/options.ts";
import { ndctlCommands } from "../ndctl/ndctl_commands.ts";
import { runningGuest } from "./running_guest.ts";

const USAGE = "guest ndctl --domain DOMAIN VERB [<options>]";

interface InGuest {
  readonly domain: string;
  readonly command: HostCommand;
  readonly args: unknown;
}

export const guestNdctl: AnyCommand = declare<InGuest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["guest", "ndctl"],
  summary: "Run ndctl in a guest, on the vNVDIMMs that it sees",
  usage: USAGE,
  help:
    "Namespaces carved here lie in the guest's vNVDIMM, their labels in its label pages: they outlast its reboots.\n" +
    "Options, output and exit status are ndctl's, and so is the rule that nobody is asked.",
  effect: ({ command, args }) => effectOf(command, args),
  parse(argv) {
    return domainOf(argv).andThen(({ domain, rest }) =>
      verbOf(rest).andThen(({ command, words }) => command.parse(words).map((args) => ({ domain, command, args })))
    );
  },
  *run(host, { domain, command, args }, context) {
    const found = runningGuest(host, domain);
    return found.isErr() ? found.error : yield* command.run(inside(host, found.value.guest), args, context);
  },
});

/** `--domain D` comes first: everything behind it is the tool's. */
function domainOf(argv: readonly string[]): Result<{ domain: string; rest: readonly string[] }, UsageFault> {
  const [first = "", second] = argv;
  if (first.startsWith("--domain=")) return ok({ domain: first.slice("--domain=".length), rest: argv.slice(1) });
  if (first === "--domain" && second !== undefined) return ok({ domain: second, rest: argv.slice(2) });
  return err(usageFault("--domain DOMAIN comes first", USAGE));
}

function verbOf(words: readonly string[]): Result<{ command: HostCommand; words: readonly string[] }, UsageFault> {
  const [verb] = words;
  const command = ndctlCommands.find(({ name }) => name[1] === verb) ?? ndctlCommands[0]!;
  if (command.kind === "host") return ok({ command, words: command.name[1] === undefined ? words : words.slice(1) });
  return err({
    err: `nvdeck: "ndctl ${verb}" follows the host as a whole; it does not run in a guest\n`,
    status: EXIT.usage,
  });
}

/** The host as a tool in the guest finds it: the guest's kernel in dom0's place. */
const inside = (host: Fork, guest: Guest): Fork => {
  const kernel = guest.kernel();
  return new Proxy(host, {
    get(fork, name) {
      if (name === "dom0") return kernel;
      if (name === "xen" || name === "toolstack") throw new Error(`a tool in a guest reaches for the host's ${name}`);
      return Reflect.get(fork, name, fork);
    },
  });
};
