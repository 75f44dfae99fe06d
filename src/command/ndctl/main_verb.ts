/** `ndctl` itself: version, help, the list of verbs, and verbs that do not exist. Source: ndctl `ndctl/ndctl.c`, `util/main.c`. */
import { ok, type Result } from "neverthrow";
import { type AnyCommand, declare, type Outcome, type UsageFault } from "../language/command.ts";
import { USAGE_STATUS } from "./parse_options.ts";

/** The release whose behaviour this is. */
export const VERSION = "76.1";

/** No manual pages are modeled: `help VERB` ends as on a machine without them. */
const NO_MANUAL = 255;

/** The tool's own words, and a version verb, for a tool whose verbs are `verbs` in its order. */
export function mainVerbs(tool: "ndctl" | "daxctl", verbs: () => readonly string[]): AnyCommand[] {
  const usage =
    `\n usage: ${tool} [--version] [--help] COMMAND [ARGS]\n\n\n See 'nvdeck help ${tool} COMMAND' for one command,\n ${tool} --list-cmds for all of them\n\n`;
  const out = (status: number, text: string): Outcome => ({ status, out: text, err: "", keep: true });
  const said = (status: number, text: string): Outcome => ({ status, out: "", err: text, keep: true });

  const answer = (argv: readonly string[]): Outcome => {
    const [first, second] = argv;
    switch (first) {
      case undefined:
        return out(1, usage);
      case "--version":
      case "-v":
      case "version":
        return out(0, `${VERSION}\n`);
      case "--list-cmds":
        return out(0, verbs().map((verb) => `${verb}\n`).join(""));
      case "--help":
      case "-h":
      case "help":
        return second === undefined
          ? out(0, usage)
          : said(NO_MANUAL, `${tool} ${second}: no manual page here; try "nvdeck help ${tool} ${second}"\n`);
      default:
        return first.startsWith("-")
          ? said(USAGE_STATUS, `Unknown option: ${first}\n\n Usage: ${tool} [--version] [--help] COMMAND [ARGS]\n`)
          : said(1, `Unknown command: '${first}'\n`);
    }
  };
  return [declare<readonly string[]>({
    kind: "host",
    vocabulary: tool,
    name: [tool],
    summary: `The ${tool} tool: its version and its verbs`,
    usage: "[--version] [--list-cmds]",
    effect: "reads",
    parse: (argv): Result<readonly string[], UsageFault> => ok(argv),
    // deno-lint-ignore require-yield
    *run(_host, argv) {
      return answer(argv);
    },
  })];
}
