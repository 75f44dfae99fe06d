/** `fstab list|add|remove`, nvdeck's own: the lines of /etc/fstab that bring filesystems back at boot. */
import { err, ok, type Result } from "neverthrow";
import { type FstabEntry, plainPath } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { told } from "./tool.ts";

type FstabRequest =
  | { readonly verb: "list" }
  | { readonly verb: "add"; readonly entry: FstabEntry }
  | { readonly verb: "remove"; readonly what: string };

const USAGE = "usage: fstab list | add SPEC DIRECTORY TYPE [OPTIONS] | remove SPEC|DIRECTORY\n";

function parse(argv: readonly string[]): Result<FstabRequest, UsageFault> {
  const wrong = (text: string): Result<never, UsageFault> => err({ err: `fstab: ${text}\n${USAGE}`, status: 1 });
  const [verb, ...words] = argv;
  switch (verb) {
    case undefined:
    case "list":
      return words.length > 0 ? wrong("list takes no words") : ok({ verb: "list" });
    case "remove":
      return words.length === 1 ? ok({ verb, what: words[0]! }) : wrong("remove takes one word");
    case "add": {
      const [spec, directory, type, options = "defaults", ...extra] = words;
      if (type === undefined || extra.length > 2) return wrong("add takes a device, a directory and a type");
      if (!/^(\/dev\/|UUID=|LABEL=)/.test(spec!)) return wrong(`"${spec}" names no device`);
      if (!directory!.startsWith("/")) return wrong(`"${directory}" is not a path from the root`);
      if (!["ext4", "xfs", "auto"].includes(type)) return wrong(`unknown filesystem type '${type}'`);
      return ok({ verb, entry: { spec: spec!, directory: plainPath(directory!), type, options } });
    }
    default:
      return wrong(`no verb "${verb}"`);
  }
}

export const fstab: AnyCommand = declare<FstabRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["fstab"],
  summary: "Show and change which filesystems dom0 mounts at boot",
  usage: "list | add SPEC DIRECTORY TYPE [OPTIONS] | remove SPEC|DIRECTORY",
  help: "SPEC is /dev/NAME, UUID=… or LABEL=…; a namespace may come back under another number, so a UUID is safer.",
  effect: ({ verb }) => (verb === "list" ? "reads" : "writes"),
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, request) {
    const entries = files.fstab;
    switch (request.verb) {
      case "list":
        return told(0, entries.map(lineOf).join(""), "", entries.map((entry) => ({ ...entry })));
      case "add": {
        const { directory } = request.entry;
        if (entries.some((entry) => entry.directory === directory)) {
          return told(1, "", `fstab: ${directory} has a line already; remove it first\n`);
        }
        files.setFstab([...entries, request.entry]);
        return told(0, "", "");
      }
      case "remove": {
        const kept = entries.filter(({ spec, directory }) => spec !== request.what && directory !== request.what);
        if (kept.length === entries.length) return told(1, "", `fstab: no line has ${request.what}\n`);
        files.setFstab(kept);
        return told(0, "", "");
      }
    }
  },
});

/** Checked at boot never, and dumped never: nothing here would do it. */
const lineOf = ({ spec, directory, type, options }: FstabEntry): string =>
  `${spec} ${directory} ${type} ${options} 0 0\n`;
