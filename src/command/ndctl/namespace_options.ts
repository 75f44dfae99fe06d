/**
 * Options of the namespace verbs, and what can be said against them before any namespace is looked at.
 * Source: ndctl `ndctl/namespace.c` set_defaults, parse_namespace_options.
 */
import { err, ok, type Result } from "neverthrow";
import { isUuid } from "../../base/guid.ts";
import { PAGE_SIZE } from "../../base/units.ts";
import { type UsageFault } from "../language/command.ts";
import { modeNamed } from "./modes.ts";
import {
  errorText,
  flag,
  type OptionTable,
  type OptionValues,
  parseOptions,
  text,
  usageFault,
} from "./parse_options.ts";
import { parseSize } from "./sizes.ts";

const base = {
  bus: text("b", "bus", "bus-id", "only on this bus"),
  region: text("r", "region", "region-id", "only in this region"),
  verbose: flag("v", "verbose", "say more"),
} as const;

export const baseOptions = base;
export const destroyOptions = {
  ...base,
  force: flag("f", "force", "even if it is active"),
} as const;
export const createOptions = {
  ...base,
  reconfig: text("e", "reconfig", "namespace", "configure this namespace anew"),
  uuid: text("u", "uuid", "uuid", "the label's uuid (default: a random one)"),
  name: text("n", "name", "name", "a name of up to 63 bytes"),
  size: text("s", "size", "size", "bytes, or with k, m, g, t (default: all there is)"),
  mode: text("m", "mode", "mode", "raw, sector, fsdax or devdax"),
  map: text("M", "map", "location", "where the page map lies: mem or dev"),
  sectorSize: text("l", "sector-size", "size", "logical sector size"),
  type: text("t", "type", "type", "pmem or blk"),
  align: text("a", "align", "size", "alignment (default: 2M)"),
  force: flag("f", "force", "even if it is active"),
  autolabel: flag("L", "autolabel", "initialise labels where there are none", true),
  continue: flag("c", "continue", "one namespace in every region that has room"),
  autorecover: flag("R", "autorecover", "clean up after a failure", true),
} as const;
export const checkOptions = {
  ...base,
  repair: flag("R", "repair", "repair what can be repaired"),
  rewriteLog: flag("L", "rewrite-log", "write the log anew"),
  force: flag("f", "force", "even if it is active"),
} as const;
export const clearOptions = {
  ...base,
  scrub: flag("s", "scrub", "look for latent errors first"),
} as const;
export const readInfoblockOptions = {
  ...base,
  output: text("o", "output", "file", "write the info block to a file"),
  input: text("i", "input", "file", "read the info block from a file"),
  verify: flag("V", "verify", "check the parent's uuid and the checksum"),
  json: flag("j", "json", "as JSON"),
  human: flag("u", "human", "as JSON, numbers for people"),
} as const;
export const writeInfoblockOptions = {
  ...base,
  output: text("o", "output", "file", "write the info block to a file"),
  stdout: flag("c", "stdout", "write the info block to standard output"),
  mode: text("m", "mode", "mode", "fsdax (the default) or devdax"),
  size: text("s", "size", "size", "size of the image the block is for"),
  align: text("a", "align", "size", "alignment"),
  uuid: text("u", "uuid", "uuid", "uuid of the block (default: a random one)"),
  map: text("M", "map", "location", "where the page map lies: mem or dev"),
  parentUuid: text("p", "parent-uuid", "uuid", "uuid of the namespace (default: 0)"),
  offset: text("O", "offset", "offset", "physical address of the image, for its padding"),
} as const;

export type BaseOptions = OptionValues<typeof base>;
export type DestroyOptions = OptionValues<typeof destroyOptions>;
export type CreateOptions = OptionValues<typeof createOptions>;
export type CheckOptions = OptionValues<typeof checkOptions>;
export type ClearOptions = OptionValues<typeof clearOptions>;
export type ReadInfoblockOptions = OptionValues<typeof readInfoblockOptions>;
export type WriteInfoblockOptions = OptionValues<typeof writeInfoblockOptions>;

/** Options with the one word that names a namespace, or `all`. */
export type Named<T> = T & { readonly namespace: string | undefined };

/** All options that any of the verbs has; what `faultsOf` looks at. */
type AnyOptions = Partial<CreateOptions & WriteInfoblockOptions>;

/** Verbs that act on namespaces named by a word. `what` completes "specify a namespace to …". */
export function parseNamed<T extends OptionTable>(
  argv: readonly string[],
  table: T,
  usage: string,
  what: string,
): Result<Named<OptionValues<T>>, UsageFault> {
  return parseOptions(argv, table, usage).andThen(({ values, words }) => {
    const faults = words.length === 0 ? [`specify a namespace to ${what}, or "all"`] : [];
    return judged(values, [...faults, ...extraWords(words.slice(1))], table, usage, words[0]);
  });
}

export interface CreateRequest extends CreateOptions {
  /** Whether the line had no words at all behind the verb. */
  readonly bare: boolean;
  /** No mode was asked for. */
  readonly modeDefault: boolean;
}

export const CREATE_USAGE = "ndctl create-namespace [<options>]";

export function parseCreate(argv: readonly string[]): Result<CreateRequest, UsageFault> {
  return parseOptions(argv, createOptions, CREATE_USAGE).andThen(({ values, words }) => {
    const fresh = values.reconfig === undefined;
    const modeDefault = fresh && values.mode === undefined;
    const type = values.type ?? (fresh ? "pmem" : undefined);
    const mode = values.mode ?? (modeDefault ? (type === "pmem" ? "fsdax" : "sector") : undefined);
    const faults = [...faultsOf({ ...values, type, mode }), ...extraWords(words)];
    if (faults.length > 0) return err(usageFault(CREATE_USAGE, createOptions, messages(faults)));
    const sector = mode !== undefined && modeNamed(mode) === "sector";
    return ok({
      ...values,
      type,
      mode,
      map: values.map ?? (fresh ? "dev" : undefined),
      sectorSize: values.sectorSize ?? (sector || type === "blk" ? "4096" : undefined),
      bare: argv.length === 0,
      modeDefault,
    });
  });
}

export const WRITE_INFOBLOCK_USAGE = "ndctl write-infoblock <namespace> [<options>]";
export const READ_INFOBLOCK_USAGE = "ndctl read-infoblock <namespace> [<options>]";

export function parseWriteInfoblock(argv: readonly string[]): Result<Named<WriteInfoblockOptions>, UsageFault> {
  return parseOptions(argv, writeInfoblockOptions, WRITE_INFOBLOCK_USAGE).andThen(({ values, words }) => {
    const mode = values.mode === undefined ? undefined : modeNamed(values.mode);
    const toFile = values.output !== undefined || values.stdout;
    const faults = [
      ...(mode === "raw" || mode === "sector" ? [`unsupported mode '${values.mode}'`] : []),
      ...faultsOf({ ...values, mode: values.mode ?? "fsdax" }),
      ...(words.length === 0 && !toFile ? [`specify a namespace to write-infoblock, or "all"`] : []),
      ...extraWords(words.slice(1)),
      ...(toFile && words.length > 0 ? ["specify only one of a namespace filter, --output, or --stdout"] : []),
      ...(values.stdout && values.size === undefined ? ["--size required with --stdout"] : []),
    ];
    return judged(values, faults, writeInfoblockOptions, WRITE_INFOBLOCK_USAGE, words[0]);
  });
}

export function parseReadInfoblock(argv: readonly string[]): Result<Named<ReadInfoblockOptions>, UsageFault> {
  return parseOptions(argv, readInfoblockOptions, READ_INFOBLOCK_USAGE).andThen(({ values, words }) => {
    const both = values.input !== undefined && words.length > 0 ? ["specify a namespace, or --input, not both"] : [];
    const faults = [...extraWords(words.slice(1)), ...both];
    return judged(values, faults, readInfoblockOptions, READ_INFOBLOCK_USAGE, words[0]);
  });
}

const extraWords = (words: readonly string[]): string[] => words.map((word) => `unknown extra parameter "${word}"`);
const messages = (faults: readonly string[]): string => faults.map((fault) => errorText(`${fault}\n`)).join("");

function judged<T extends OptionTable>(
  values: OptionValues<T>,
  faults: readonly string[],
  table: T,
  usage: string,
  namespace: string | undefined,
): Result<Named<OptionValues<T>>, UsageFault> {
  return faults.length > 0 ? err(usageFault(usage, table, messages(faults))) : ok({ ...values, namespace });
}

/** In ndctl's order, which looks at the size twice. */
function faultsOf(options: AnyOptions): string[] {
  const { type, mode, map, size, offset, align, uuid, parentUuid, sectorSize, reconfig } = options;
  const faults: string[] = [];
  const refuse = (bad: boolean, message: string) => bad && faults.push(message);
  const unreadable = (value: string | undefined) => value !== undefined && parseSize(value) === undefined;
  const kind = mode === undefined ? undefined : modeNamed(mode);

  refuse(
    type !== undefined && type !== "pmem" && type !== "blk",
    `invalid type '${type}', must be either 'pmem' or 'blk'`,
  );
  refuse(mode !== undefined && kind === undefined, `invalid mode '${mode}'`);
  refuse(map !== undefined && map !== "mem" && map !== "dev", `invalid map location '${map}'`);
  const mapped = mode === "fsdax" || mode === "devdax";
  refuse(
    map !== undefined && reconfig === undefined && mode !== undefined && !mapped,
    "--map only valid for an devdax mode pmem namespace",
  );
  refuse(type === "blk" && mapped, "only 'pmem' namespaces support dax operation");
  refuse(unreadable(size), `failed to parse namespace size '${size}'`);
  refuse(unreadable(offset), `failed to parse physical offset'${offset}'`);
  if (unreadable(align)) faults.push(`failed to parse namespace alignment '${align}'`);
  else if (align !== undefined) {
    const { bytes } = parseSize(align)!;
    refuse(
      bytes < PAGE_SIZE || !Number.isInteger(Math.log2(bytes)),
      `align must be a power-of-2 greater than ${PAGE_SIZE}`,
    );
  }
  refuse(unreadable(size), `failed to parse namespace size '${size}'`);
  refuse(uuid !== undefined && !isUuid(uuid), `failed to parse uuid: '${uuid}'`);
  refuse(parentUuid !== undefined && !isUuid(parentUuid), `failed to parse uuid: '${parentUuid}'`);
  refuse(unreadable(sectorSize), `invalid sector size: ${sectorSize}`);
  return faults;
}
