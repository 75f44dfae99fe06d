/** All commands by the words that name them: lookup, completion and help are views of this. */
import { err, ok, type Result } from "neverthrow";
import { type AnyCommand, type Commands, type Found, type UsageFault } from "./command.ts";
import { EXIT } from "./exit_codes.ts";

export class Registry implements Commands {
  readonly #byName = new Map<string, AnyCommand>();
  /** Bare verbs of a tool (`create-namespace`) that name one command only. */
  readonly #bare = new Map<string, AnyCommand | "ambiguous">();

  constructor(readonly commands: readonly AnyCommand[]) {
    for (const command of commands) {
      const name = command.name.join(" ");
      if (this.#byName.has(name)) throw new Error(`two commands are called "${name}"`);
      this.#byName.set(name, command);
      const verb = command.name[1];
      if (verb !== undefined && command.vocabulary !== "nvdeck") {
        this.#bare.set(verb, this.#bare.has(verb) ? "ambiguous" : command);
      }
    }
  }

  /** The command that the most leading words name; a bare verb where it is unambiguous. */
  find(words: readonly string[]): Result<Found, UsageFault> {
    const asked = this.#helpAsked(words);
    if (asked) return ok(asked);
    for (let count = Math.min(3, words.length); count > 0; count--) {
      const command = this.#byName.get(words.slice(0, count).join(" "));
      if (command) return ok({ command, argv: words.slice(count) });
    }
    const first = words[0] ?? "";
    const bare = this.#bare.get(first);
    if (bare && bare !== "ambiguous") return ok({ command: bare, argv: words.slice(1) });
    return err({ err: this.#unknown(words), status: EXIT.usage });
  }

  /** Whole words that may follow what was typed; `prefix` is the word under the cursor. */
  complete(words: readonly string[], prefix: string): string[] {
    const depth = words.length;
    const next = new Set<string>();
    for (const { name } of this.commands) {
      const matches = words.every((word, i) => name[i] === word);
      const candidate = name[depth];
      if (matches && candidate?.startsWith(prefix)) next.add(candidate);
    }
    return [...next].sort();
  }

  /** What a name, or the first words of several, stands for; empty where it is only the tool's name. */
  summaryOf(name: readonly string[]): string {
    return this.#byName.get(name.join(" "))?.summary ?? "";
  }

  /** `VERB … --help` of nvdeck's own verbs is `help VERB`; the real tools' vocabularies have their own answer. */
  #helpAsked(words: readonly string[]): Found | undefined {
    const at = words.indexOf("--help");
    const tool = this.#byName.get(words[0] ?? "");
    if (at === 2 && tool && TURNED.has(tool.vocabulary)) return { command: tool, argv: ["help", words[1]!] };
    const help = this.#byName.get("help");
    if (at < 1 || words.slice(0, at).includes("--") || !help) return undefined;
    if (words[0] === "help") return { command: help, argv: [] };
    const own = this.commands.filter(({ vocabulary, name }) => vocabulary === "nvdeck" && name[0] === words[0]);
    if (own.length === 0) return undefined;
    const shared = (name: readonly string[]): number => {
      let count = 0;
      while (count < at && name[count] === words[count]) count++;
      return count;
    };
    return { command: help, argv: words.slice(0, Math.max(...own.map(({ name }) => shared(name)))) };
  }

  #unknown(words: readonly string[]): string {
    const [first = "", second] = words;
    const siblings = this.commands.filter((command) => command.name[0] === first && command.name.length > 1);
    if (siblings.length > 0) {
      const verbs = [...new Set(siblings.map((command) => command.name[1]!))].sort();
      const what = second === undefined ? `${first} needs a verb` : `${first} has no verb "${second}"`;
      return `nvdeck: ${what}\ntry one of: ${verbs.join(", ")}\n`;
    }
    const near = nearest(first, [
      ...new Set([...this.#byName.keys()].map((name) => name.split(" ")[0]!)),
      ...this.#bare.keys(),
    ]);
    const hint = near ? `did you mean "${near}"? ` : "";
    return `nvdeck: no verb "${first}"\n${hint}"nvdeck help" lists them all\n`;
  }
}

/** Tools that turn `VERB --help` into `help VERB` themselves, where it is the first word behind the verb (ndctl `util/main.c`). */
const TURNED: ReadonlySet<string> = new Set(["ndctl", "daxctl"]);

/** The candidate within two edits of `word`, or undefined. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = 3;
  for (const candidate of candidates) {
    if (Math.abs(word.length - candidate.length) >= least) continue;
    const distance = edits(word, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Levenshtein distance, row by row. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
