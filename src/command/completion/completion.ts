/** `completion bash|zsh|fish`: a script for the shell that knows the verbs, made from the registry. */
import { err, ok } from "neverthrow";
import { type AnyCommand, declare, done } from "../language/command.ts";
import { usageFault } from "../language/options.ts";

type Shell = "bash" | "zsh" | "fish";
const USAGE = "completion bash|zsh|fish";

/** Made last: it lists the registry it is part of. */
export const completionCommand = (commands: readonly AnyCommand[]): AnyCommand =>
  declare<{ readonly shell: Shell }>({
    kind: "host",
    whileOff: true,
    vocabulary: "nvdeck",
    name: ["completion"],
    summary: "Print a completion script for a shell",
    usage: USAGE,
    help:
      'bash: eval "$(nvdeck completion bash)"   zsh: eval "$(nvdeck completion zsh)"   fish: nvdeck completion fish | source',
    effect: "reads",
    parse: ([shell, ...rest]) =>
      (shell === "bash" || shell === "zsh" || shell === "fish") && rest.length === 0
        ? ok({ shell })
        : err(usageFault("name one shell", USAGE)),
    // deno-lint-ignore require-yield -- commands are generators
    *run(_host, { shell }) {
      return done(SCRIPTS[shell](wordTree(commands)));
    },
  });

/** First words, each with the words that may follow it. */
type WordTree = ReadonlyMap<string, readonly string[]>;

function wordTree(commands: readonly AnyCommand[]): WordTree {
  const tree = new Map<string, string[]>();
  for (const { name: [first, second] } of commands) {
    const next = tree.get(first!) ?? [];
    tree.set(first!, next);
    if (second !== undefined && !next.includes(second)) next.push(second);
  }
  for (const next of tree.values()) next.sort();
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const cases = (tree: WordTree, row: (first: string, next: string) => string): string =>
  [...tree].filter(([, next]) => next.length > 0).map(([first, next]) => row(first, next.join(" "))).join("\n");

const bash = (tree: WordTree): string =>
  `# bash completion for nvdeck
_nvdeck() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words=""
  case "$before" in
${cases(tree, (first, next) => `    ${first}) words="${next}" ;;`)}
    nvdeck) words="${[...tree.keys()].join(" ")}" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ -z "$words" ]; then COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -F _nvdeck nvdeck
`;

const SCRIPTS: Record<Shell, (tree: WordTree) => string> = {
  bash,
  zsh: (tree) => `autoload -U +X bashcompinit && bashcompinit\n${bash(tree)}`,
  fish: (tree) =>
    `# fish completion for nvdeck
complete -c nvdeck -f -n __fish_use_subcommand -a "${[...tree.keys()].join(" ")}"
${cases(tree, (first, next) => `complete -c nvdeck -f -n "__fish_seen_subcommand_from ${first}" -a "${next}"`)}
`,
};
