/** `host capture-script`: the script that captures a live host in the format that `host import --capture` reads. */
import { utf8 } from "../../base/bytes.ts";
import { done } from "../language/command.ts";
import { optionUsage, parseOptions } from "../language/options.ts";
import { bytesOut, OUTPUT_OPTION } from "../tables/bytes_out.ts";
import { lookingVerb } from "../tables/verb.ts";
import script from "./capture_host.sh" with { type: "text" };

const USAGE = `host capture-script ${optionUsage(OUTPUT_OPTION)}`;

export const captureScript = lookingVerb({
  name: ["host", "capture-script"],
  summary: "Write a script that captures a real host, to be imported here",
  usage: USAGE,
  help:
    `POSIX sh, read-only: it takes tables, label areas, sysfs and what ndctl, daxctl and xl list into a folder of its own.
Run it as root on the host, bring the folder or a tarball of it here, then: host import --capture FOLDER`,
  parse: (argv) => parseOptions(argv, OUTPUT_OPTION, USAGE).map((parsed) => parsed.get("output")),
  run: (_host, output, context) =>
    output === undefined ? done(script) : bytesOut(context, output, utf8(script), "capture script"),
});
