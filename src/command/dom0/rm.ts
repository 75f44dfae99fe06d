/** `rm`, `chattr`: removing files, and forbidding it. Source: coreutils 9.1 `src/remove.c`; e2fsprogs 1.47.0 `misc/chattr.c`. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { told, tryHelp, usage } from "./tool.ts";

interface RmRequest {
  readonly force: boolean;
  readonly verbose: boolean;
  readonly paths: readonly string[];
}

const rmTable = {
  force: { short: "f", long: "force" },
  verbose: { short: "v", long: "verbose" },
  recursive: { short: "r", long: "recursive" },
  recursiveToo: { short: "R" },
} as const;

export const rm: AnyCommand = declare<RmRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["rm"],
  summary: "Remove files; their blocks are free again, their content stays on the medium",
  usage: "[-f] [-v] FILE…",
  effect: "destroys",
  parse: (argv): Result<RmRequest, UsageFault> =>
    getopt(argv, rmTable).mapErr((complaint) => tryHelp("rm", complaint)).andThen(({ has, operands }) =>
      operands.length === 0 && !has("force")
        ? err(tryHelp("rm", "missing operand"))
        : ok({ force: has("force"), verbose: has("verbose"), paths: operands })
    ),
  // deno-lint-ignore require-yield
  *run({ files }, { force, verbose, paths }) {
    let [out, errors] = ["", ""];
    for (const path of paths) {
      const done = files.operations.lookup(path).andThen((entry) => files.operations.remove(entry));
      if (done.isOk()) out += verbose ? `removed '${path}'\n` : "";
      else if (!(force && done.error === "ENOENT")) {
        errors += `rm: cannot remove '${path}': ${strerror(done.error)}\n`;
      }
    }
    return told(errors === "" ? 0 : 1, out, errors);
  },
});

interface ChattrRequest {
  /** Undefined: flags that change nothing here. */
  readonly immutable: boolean | undefined;
  readonly paths: readonly string[];
}

/** The real tool's flags; all but `i` mean nothing to what is modeled, and are taken without a word. */
const FLAGS = "aAcCdDeijPsStTuFx";

function parseChattr(argv: readonly string[]): Result<ChattrRequest, UsageFault> {
  const words = argv.filter((word) => !/^-[RVf]+$/.test(word));
  const [mode, ...paths] = words;
  const [, sign, flags] = /^([-+=])(.*)$/.exec(mode ?? "") ?? [];
  if (mode !== undefined && paths.length > 0 && sign === undefined) {
    return usage(1, "Must use '-v', =, - or +\n");
  }
  if (sign === undefined || paths.length === 0 || [...flags!].some((flag) => !FLAGS.includes(flag))) {
    return usage(1, `Usage: chattr [-RVf] [-+=${FLAGS}] files...\n`);
  }
  const named = flags!.includes("i");
  return ok({ immutable: sign === "=" ? named : named ? sign === "+" : undefined, paths });
}

export const chattr: AnyCommand = declare<ChattrRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["chattr"],
  summary: "Make files immutable (+i), or changeable again (-i)",
  usage: "+i|-i FILE…",
  effect: "writes",
  parse: parseChattr,
  // deno-lint-ignore require-yield
  *run({ files }, { immutable, paths }) {
    let errors = "";
    for (const path of paths) {
      const entry = files.operations.lookup(path);
      if (entry.isErr()) {
        errors += `chattr: ${strerror(entry.error)} while trying to stat ${path}\n`;
      } else if (entry.value.kind === "file" && immutable !== undefined) {
        const done = files.operations.setImmutable(entry.value, immutable);
        if (done.isErr()) errors += `chattr: ${strerror(done.error)} while setting flags on ${path}\n`;
      }
    }
    return told(errors === "" ? 0 : 1, "", errors);
  },
});
