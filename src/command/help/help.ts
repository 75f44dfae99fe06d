/** `help`: the registry as text. Pages beside the verbs (`help differences`, …) are handed in by who knows them. */
import { ok } from "neverthrow";
import { type AnyCommand, declare, done, failed, type Vocabulary } from "../language/command.ts";
import { EXIT, EXIT_MEANING } from "../language/exit_codes.ts";
import { Registry } from "../language/registry.ts";

/** A page by its word: `differences`, `designs`, `hypercalls` … */
export interface HelpPage {
  readonly word: string;
  readonly summary: string;
  readonly text: () => string;
}

const VOCABULARIES: readonly (readonly [Vocabulary, string])[] = [
  ["nvdeck", "nvdeck's own"],
  ["ndctl", "ndctl (as version 76.1)"],
  ["daxctl", "daxctl (as version 76.1)"],
  ["dom0", "files in dom0"],
  ["xl", "xl (Xen 4.17 with the vNVDIMM series)"],
  ["xen-ndctl", "xen-ndctl (RFC v3)"],
];

const exitCodes: HelpPage = {
  word: "exit-codes",
  summary: "what nvdeck's exit status means",
  text: () =>
    Object.entries(EXIT).map(([name, code]) =>
      `${String(code).padStart(4)}  ${EXIT_MEANING[name as keyof typeof EXIT]}\n`
    ).join("") +
    "\nThe ndctl, daxctl, xl, xen-ndctl and dom0-file vocabularies use the exit status of the real tool instead;\n" +
    "--dry-run (6) and --read-only (4) keep nvdeck's codes in every vocabulary.\n",
};

/** The command depends on the registry it is part of, so it is made last. */
export function helpCommand(commands: readonly AnyCommand[], globals: string, pages: readonly HelpPage[]): AnyCommand {
  const all = [exitCodes, ...pages];
  return declare<{ readonly words: readonly string[] }>({
    kind: "host",
    whileOff: true,
    vocabulary: "nvdeck",
    name: ["help"],
    summary: "Explain a verb, or list them all",
    usage: `help [VERB | ${all.map((page) => page.word).join(" | ")}]`,
    effect: "reads",
    parse: (argv) => ok({ words: argv }),
    // deno-lint-ignore require-yield -- a host command is a generator whether or not it has progress to tell
    *run(_host, { words }) {
      if (words.length === 0) return done(overview(commands, globals, all));
      const page = all.find(({ word }) => word === words.join(" "));
      if (page) return done(page.text());
      const about = commands.filter(({ name }) => words.every((word, i) => name[i] === word));
      if (about.length === 1) return done(manual(about[0]!));
      if (about.length > 1) return done(listing(about));
      if (words.length === 1 && words[0] === "help") return done(overview(commands, globals, all));
      const found = new Registry(commands).find(words);
      return found.match((hit) => done(manual(hit.command)), (fault) => failed(EXIT.noSuchObject, fault.err));
    },
  });
}

function overview(commands: readonly AnyCommand[], globals: string, pages: readonly HelpPage[]): string {
  const parts = [
    "nvdeck: a console for persistent memory under Xen, on a simulated dom0\n\n",
    `usage: nvdeck ${globals} [VERB …]\nWithout a verb: the console.\n`,
  ];
  for (const [vocabulary, title] of VOCABULARIES) {
    const own = commands.filter((command) => command.vocabulary === vocabulary);
    if (own.length > 0) parts.push(`\n${title}\n${listing(own)}`);
  }
  parts.push(
    `\npages\n${pages.map((page) => `  ${`help ${page.word}`.padEnd(NAME_WIDTH)}  ${page.summary}\n`).join("")}`,
  );
  return parts.join("");
}

const NAME_WIDTH = 26;

const listing = (commands: readonly AnyCommand[]): string =>
  [...commands].sort((a, b) => (a.name.join(" ") < b.name.join(" ") ? -1 : 1))
    .map(({ name, summary }) => `  ${name.join(" ").padEnd(NAME_WIDTH)}  ${summary}\n`).join("");

function manual(command: AnyCommand): string {
  const effect = typeof command.effect === "function" ? "depends on its arguments" : command.effect;
  const more = command.help === undefined ? "" : `\n${command.help}\n`;
  return `${command.name.join(" ")}: ${command.summary}\n\nusage: nvdeck ${
    usageOf(command)
  }\neffect: ${effect}\n${more}`;
}

/** Commands of the real tools say what comes behind their names, ours begin with them. */
function usageOf({ name, usage }: AnyCommand): string {
  const words = name.join(" ");
  return usage.startsWith(words) ? usage.trimEnd() : `${words} ${usage.trimEnd()}`.trimEnd();
}
