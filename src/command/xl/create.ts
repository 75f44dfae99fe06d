/** `xl create`: a configuration file read, perhaps only shown, and a domain made of it (Xen 4.17 `xl_vmcontrol.c` main_create). */
import { textOf } from "../../base/bytes.ts";
import { type Json } from "../../base/json.ts";
import { type Fork } from "../../host/mod.ts";
import {
  configJson,
  type CreateFailure,
  explainCreate,
  type Handover,
  type ParsedConfig,
} from "../../toolstack/mod.ts";
import { type Context, type Outcome } from "../language/command.ts";
import { nameTaken, notThere } from "./domains.ts";
import { type XlArguments } from "./getopt.ts";
import { helpOf, refused, said, type XlVerb } from "./verb.ts";
import { yajlJson } from "./yajl_json.ts";

/** Exit statuses: libxl's ERROR_INVAL and ERROR_FAIL without their sign. */
const INVALID = 6;
const NOT_CREATED = 3;

export const create: XlVerb = {
  name: "create",
  summary: "Create a domain from config file <filename>",
  usage: "<ConfigFile> [options] [vars]",
  options: [
    "-f FILE, --defconfig=FILE   the configuration file",
    "-n, --dryrun                print the configuration as it was understood, and stop",
    "-p                          leave the domain paused",
    "-d                          print the configuration on standard error as well",
    "-q, --quiet                 say less",
    "--volatile                  take vNVDIMMs backed by volatile memory (ext)",
    "--sanitize                  zero vNVDIMMs that hold another guest's data (ext)",
    "--keep-content              hand them over as they are (ext)",
    "KEY=VALUE                   a setting that overrides the file's",
  ],
  effect: ({ flags }) => flags.has("n") ? "reads" : flags.has("sanitize") ? "destroys" : "writes",
  canDryRun: true,
  syntax: {
    short: "AFVcdef:inpq",
    long: {
      "defconfig=": "f",
      dryrun: "n",
      "ignore-global-affinity-masks": "i",
      quiet: "q",
      vncviewer: "V",
      "vncviewer-autopass": "A",
      volatile: "volatile",
      sanitize: "sanitize",
      "keep-content": "keep-content",
    },
  },
  required: 0,
  argv: fileFirst,
  check: ({ operands, values, flags }) => {
    const files = operands.filter((operand) => !operand.includes("="));
    if (files.length > (values.has("f") ? 0 : 1)) return { err: "", out: helpOf(create), status: 2 };
    return flags.has("sanitize") && flags.has("keep-content")
      ? { err: "--sanitize and --keep-content exclude each other\n", status: 2 }
      : undefined;
  },
  run(host, args, context) {
    const file = args.values.get("f") ?? args.operands.find((operand) => !operand.includes("="));
    if (file === undefined) return refused("Config file not specified and none in save file\n", INVALID);
    const text = configText(file, args.operands.filter((operand) => operand.includes("=")), context);
    if (typeof text !== "string") return text;
    const heading = args.flags.has("q") ? "" : `Parsing config from ${file}\n`;
    const parsed = host.toolstack.parseConfig(text, file);
    if (parsed.isErr()) return refused(heading + lines(parsed.error.messages), parsed.error.status);
    const said_ = heading + lines(parsed.value.messages);
    if (args.flags.has("n")) return shown(parsed.value, said_);
    const debug = args.flags.has("d") ? yajlJson(configJson(parsed.value.config)) : "";
    return made(host, parsed.value, { text, file, said: said_ + debug }, args);
  },
};

/** A file that stands first is taken before the options are read, as if `-f` were in front of it; a later `-f` counts. */
function fileFirst(argv: readonly string[]): readonly string[] {
  const [first] = argv;
  return first === undefined || /^-|=|^$/.test(first) ? argv : ["-f", ...argv];
}

/** The file's text with the settings of the command line behind it, or what is wrong with it. */
function configText(file: string, extra: readonly string[], { files }: Context): string | Outcome {
  const read = file === "/dev/null"
    ? ""
    : files.read(file).match(textOf, ({ reason }): Outcome =>
      refused(`Failed to read config file: ${file}: ${reason}\n`, NOT_CREATED));
  if (typeof read !== "string" || extra.length === 0) return read;
  return `${read}\n${extra.map((setting) => `${setting}\n`).join("")}\n`;
}

const lines = (messages: readonly string[]): string => messages.map((message) => `${message}\n`).join("");

function shown({ config }: ParsedConfig, err: string): Outcome {
  const json = configJson(config);
  return said(yajlJson(json), json, err);
}

interface Source {
  readonly text: string;
  readonly file: string;
  /** What went to standard error so far. */
  readonly said: string;
}

const NO_LOG =
  "xl: fatal error: xl_utils.c:277: No such file or directory: logfile = open(fullname, O_WRONLY | O_CREAT | " +
  "O_APPEND | O_CLOEXEC, 0644)\n";

/** What libxl answers with ERROR_INVAL, before there is a domain. */
const INVALID_FAULTS: ReadonlySet<CreateFailure["fault"]["kind"]> = new Set([
  "no-pool",
  "no-iommu",
  "nested-and-alternate",
]);

function made(
  host: Fork,
  { config }: ParsedConfig,
  { text, file, said: err }: Source,
  { flags }: XlArguments,
): Outcome {
  const handover: Handover = flags.has("sanitize") ? "sanitize" : flags.has("keep-content") ? "keep" : undefined;
  const options = { paused: flags.has("p"), volatile: flags.has("volatile"), handover };
  return host.toolstack.create({ config, text, source: file }, options).match(
    ({ domid, notes }) => {
      const value: Json = { domid, name: config.name };
      // The daemon that watches the domain names its log after it, and cannot open that; the domain runs all the same.
      if (config.name.includes("/") && !flags.has("e") && !flags.has("F")) {
        return { ...said("", value, `${err}${lines(notes)}${NO_LOG}`), status: NOT_CREATED };
      }
      return said("", value, err + lines(notes));
    },
    (failure) => refused(err + failureText(failure), INVALID_FAULTS.has(failure.fault.kind) ? INVALID : NOT_CREATED),
  );
}

/** As libxl logs it: what went wrong, then the domain's end. Ours are one line with the reason and one with the way out. */
export function failureText({ fault, domid }: CreateFailure): string {
  const { what, hint } = explainCreate(fault);
  if (domid === undefined) return `libxl: error: ${what}\n${hint}\n`;
  const gone = notThere(domid);
  const rebuilt = (rc: number) =>
    `libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain ${domid}:cannot (re-)build domain: ${rc}\n`;
  switch (fault.kind) {
    case "name-taken":
      return `${
        nameTaken(domid, fault.name)
      }libxl: error: libxl_create.c:1296:initiate_domain_create: Domain ${domid}:cannot make domain: -6\n${gone}`;
    case "no-file":
      if (fault.role === "disk") {
        return `libxl: error: libxl_device.c:455:libxl__device_disk_set_backend: Disk failed to stat: ${fault.path}: ` +
          `No such file or directory\n${gone}`;
      }
      return `xc: error: panic: xg_dom_core.c:205: failed to open file '${fault.path}': No such file or directory: ` +
        `Internal error\n${rebuilt(-1)}${gone}`;
    case "small-memory":
      return `xc: error: panic: xg_dom_core.c:536: xc_dom_chk_alloc_pages: segment kernel too large: Out of memory\n` +
        `libxl: error: Domain ${domid}:${what}\n${hint}\n${rebuilt(-3)}${gone}`;
    case "no-memory":
      return "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low memory for domain: " +
        `Out of memory\nlibxl: error: Domain ${domid}:${what}\n${hint}\n${rebuilt(-3)}${gone}`;
    default:
      return `libxl: error: Domain ${domid}:${slotOf(fault)}${what}\n${hint}\n`;
  }
}

const slotOf = (fault: CreateFailure["fault"]): string =>
  fault.kind === "backend" ? `vNVDIMM in slot ${fault.slot}: ` : "";
