/** `umount`. Source: util-linux 2.38 `sys-utils/umount.c`, `libmount/src/context_umount.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Dom0Files } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { told, tryHelp } from "./tool.ts";

interface UmountRequest {
  readonly targets: readonly string[];
  readonly verbose: boolean;
}

const FAILED = 32;

function parse(argv: readonly string[]): Result<UmountRequest, UsageFault> {
  return getopt(argv, { verbose: { short: "v", long: "verbose" } })
    .mapErr((complaint) => tryHelp("umount", complaint))
    .andThen(({ operands, has }) =>
      operands.length === 0 ? err(tryHelp("umount", "bad usage")) : ok({ targets: operands, verbose: has("verbose") })
    );
}

export const umount: AnyCommand = declare<UmountRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["umount"],
  summary: "Unmount a filesystem of dom0",
  usage: "DIRECTORY|DEVICE…",
  effect: "writes",
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, { targets, verbose }) {
    let errors = "";
    let failed = false;
    for (const target of targets) {
      const why = unmountOne(files, target);
      if (why !== undefined) {
        failed = true;
        errors += `umount: ${target}: ${why}\n`;
      } else if (verbose) {
        errors += `umount: ${target} unmounted\n`;
      }
    }
    return told(failed ? FAILED : 0, "", errors);
  },
});

/** Why it did not work, or undefined. */
function unmountOne(files: Dom0Files, target: string): string | undefined {
  const mounted = files.mounts.find(target);
  if (!mounted) {
    const missing = files.mounts.place(target) !== undefined && files.operations.lookup(target).isErr();
    return missing ? "no mount point specified." : "not mounted.";
  }
  return files.mounts.unmount(mounted).isErr() ? "target is busy." : undefined;
}
