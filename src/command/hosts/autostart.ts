/** `host autostart list | add | remove`: the guests that the host starts by itself (`/etc/xen/auto`). */
import { textOf } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import { type AnyCommand, declare, done, type Effect, type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type Files } from "../language/files.ts";
import { parseOptions } from "../language/options.ts";

interface Verb {
  readonly name: string;
  readonly operand: string | undefined;
  readonly summary: string;
  readonly help: string;
  readonly effect: Effect;
  run(host: Fork, operand: string, files: Files): Outcome;
}

const failed = (err: string): Outcome => ({ status: EXIT.failed, out: "", err, keep: false });

function list(host: Fork): Outcome {
  const rows = host.toolstack.autostartFiles().map(({ name, text }) => ({
    name,
    vnvdimms: host.toolstack.parseConfig(text, name).match(
      ({ config }) => config.vnvdimms.map((each) => each.text),
      () => [],
    ),
  }));
  const text = rows.map(({ name, vnvdimms }) => `${name.padEnd(24)}${vnvdimms.join("; ")}`.trimEnd() + "\n").join("");
  return done(text, "", rows as Json);
}

function add(host: Fork, path: string, files: Files): Outcome {
  const read = files.read(path);
  if (read.isErr()) return failed(`${path}: ${read.error.reason}\n`);
  return host.toolstack.addAutostart(textOf(read.value), path).match(
    ({ config: { name, uuidGiven, vnvdimms }, messages }) => {
      const fleeting = !uuidGiven && vnvdimms.length > 0
        ? [`${name} names no uuid: its vNVDIMMs are kept by its name alone`]
        : [];
      const notes = [...messages, ...fleeting].map((line) => `${line}\n`).join("");
      return done(`${name} starts with the host from now on\n`, notes, { name });
    },
    ({ messages }) => failed(messages.map((line) => `${line}\n`).join("")),
  );
}

function remove(host: Fork, name: string): Outcome {
  if (host.toolstack.removeAutostart(name)) {
    return done(`${name} does not start with the host any more\n`, "", { name });
  }
  return failed(`${name} does not start with the host\nhost autostart list shows what does\n`);
}

const VERBS: readonly Verb[] = [
  {
    name: "list",
    operand: undefined,
    summary: "Guests that the host starts by itself",
    help: "In the order in which they start, with their vNVDIMMs.",
    effect: "reads",
    run: list,
  },
  {
    name: "add",
    operand: "FILE",
    summary: "Start a guest with the host from now on",
    help:
      "The file's text is kept under the domain's name, in place of an earlier one; later changes to the file count for nothing.",
    effect: "writes",
    run: add,
  },
  {
    name: "remove",
    operand: "NAME",
    summary: "Start a guest with the host no more",
    help: "What is kept for the guest stays kept.",
    effect: "writes",
    run: remove,
  },
];

export const autostartCommands: readonly AnyCommand[] = VERBS.map(({ name, operand, summary, help, effect, run }) => {
  const usage = `host autostart ${name}${operand === undefined ? "" : ` ${operand}`}`;
  return declare<string>({
    kind: "host",
    whileOff: true,
    vocabulary: "nvdeck",
    name: ["host", "autostart", name],
    summary,
    usage,
    help,
    effect,
    parse: (argv) =>
      parseOptions(argv, {}, usage, operand === undefined ? 0 : 1).map(({ operands }) => operands[0] ?? ""),
    // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
    *run(host, argument, { files }) {
      return run(host, argument, files);
    },
  });
});
