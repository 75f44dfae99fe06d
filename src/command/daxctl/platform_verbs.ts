/**
 * `daxctl split-acpi`, `migrate-device-model`: verbs about files of the machine around dom0, of which the model has none: no
 * /etc/modprobe.d, and no splitting of tables that were dumped. Source: ndctl `daxctl/acpi.c` cmd_split_acpi, `migrate.c`.
 */
import { err, ok } from "neverthrow";
import { type AnyCommand, declare } from "../language/command.ts";
import { decimal, errorText, flag, parseOptions, text, usageFault } from "../ndctl/parse_options.ts";
import { reason, Talk } from "../ndctl/talk.ts";

const splitOptions = {
  directory: text("d", "directory", "path", "the folder of the dumped tables"),
  pxm: decimal("p", "pxm", "proximity domain to split"),
  nodes: decimal("n", "nodes", "into how many (default: 2)"),
  verbose: flag("v", "verbose", "say more"),
} as const;
const SPLIT_USAGE = "daxctl split-acpi <options>";
const DEFAULT_NODES = 2;

const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));

export const splitAcpi: AnyCommand = declare<{ readonly folder: string }>({
  kind: "host",
  vocabulary: "daxctl",
  name: ["daxctl", "split-acpi"],
  summary: "Split a proximity domain in dumped tables; not modeled",
  usage: "[-d FOLDER] [-p PXM] [-n NODES]",
  effect: "reads",
  parse: (argv) =>
    parseOptions(argv, splitOptions, SPLIT_USAGE).andThen(({ values, words }) => {
      const nodes = values.nodes ?? DEFAULT_NODES;
      const faults = [
        ...words.map((word) => `unknown parameter "${word}"`),
        ...(nodes < 2 ? [`--nodes=${nodes}, must be greater than 2`] : []),
        ...(isPowerOfTwo(nodes) ? [] : [`--nodes=${nodes}, must be power of 2`]),
      ];
      if (faults.length === 0) return ok({ folder: values.directory ?? "." });
      return err(usageFault(SPLIT_USAGE, splitOptions, faults.map((fault) => errorText(`${fault}\n`)).join("")));
    }),
  // deno-lint-ignore require-yield
  *run(_host, { folder }, { files }) {
    const talk = new Talk();
    const table = `${folder}/nfit.dat`;
    talk.error(files.read(table).isErr() ? `failed to open required ${table}` : "tables are not split here");
    return talk.outcome(1);
  },
});

const MIGRATE_USAGE = "daxctl migrate-device-model";
const MODPROBE_FILE = "/etc/modprobe.d/daxctl.conf";

export const migrateDeviceModel: AnyCommand = declare<Record<never, never>>({
  kind: "host",
  vocabulary: "daxctl",
  name: ["daxctl", "migrate-device-model"],
  summary: "Have dom0's next boot use the dax bus, as it does anyway",
  usage: "",
  effect: "reads",
  parse: (argv) =>
    parseOptions(argv, {}, MIGRATE_USAGE).andThen(({ words }) =>
      words.length === 0
        ? ok({})
        : err(usageFault(MIGRATE_USAGE, {}, words.map((word) => errorText(`unknown parameter "${word}"\n`)).join("")))
    ),
  // deno-lint-ignore require-yield
  *run() {
    const talk = new Talk();
    talk.error(`failed to install ${MODPROBE_FILE}: ${reason("ENOENT")}`);
    return talk.outcome(1);
  },
});
