/** The wanted state of a host, as a file declares it: what it does not name is left alone. */
import { err, ok, type Result } from "neverthrow";
import { textOf } from "../../base/bytes.ts";
import { type Range } from "../../base/range.ts";
import { type Files } from "../language/files.ts";
import { type Document, isTable, type TomlTable } from "./document.ts";
import { DOMAIN, FRAMES, NAMESPACE, OPTIONS, type Prunable, TABLES, XEN } from "./format.ts";
import { type Fault, hintFor, isName, type Keys, readKeys, type Values, Where } from "./keys.ts";

/** Something that the file declares. */
interface Declared {
  readonly name: string;
  /** Where, from 1. */
  readonly line: number;
}

export type WantedNamespace = Declared & Values<typeof NAMESPACE>;
export type WantedSetup = Declared & Values<typeof XEN>;
export interface WantedFrames {
  readonly line: number;
  readonly mgmt: Range;
  readonly data: Range | undefined;
}
export type WantedDomain = Declared & Omit<Values<typeof DOMAIN>, "config"> & {
  readonly config: { readonly path: string; readonly text: string } | undefined;
};

export interface Wanted {
  readonly prune: ReadonlySet<Prunable>;
  readonly namespaces: readonly WantedNamespace[];
  readonly setups: readonly WantedSetup[];
  readonly frames: readonly WantedFrames[];
  readonly domains: readonly WantedDomain[];
}

/** Everything that is wrong, in order of line. `folder` is where the file is. */
export function readWanted(document: Document, files: Files, folder: string): Result<Wanted, readonly Fault[]> {
  const faults: Fault[] = [];
  const { root } = document;
  const file = new Where(document, [], "the file", faults);
  for (const word of Object.keys(root)) {
    const words = TABLES.map((table) => table.word);
    if (!words.some((known) => known === word)) {
      file.fault([word], `there is no table "${word}"; ${hintFor(word, words)}`);
    }
  }
  const options = tableOf(root, "options", file);
  const named = <K extends Keys>(word: string, keys: K) =>
    tablesOf(root, word, file).map(({ name, table, where }) => ({
      where,
      value: { name, line: where.line, ...readKeys(table, keys, where) },
    }));

  const namespaces = named("namespace", NAMESPACE);
  for (const { value, where } of namespaces) checkNamespace(value, where);
  const setups = named("xen", XEN);
  for (const { value, where } of setups) checkSetup(value, where, setups.map(({ value }) => value));
  const wanted: Wanted = {
    prune: (options && readKeys(options, OPTIONS, file.below(["options"], "[options]")).prune) ?? new Set(),
    namespaces: namespaces.map(({ value }) => value),
    setups: setups.map(({ value }) => value),
    frames: framesOf(root, file),
    domains: named("domain", DOMAIN).map(({ value, where }) => domainOf(value, where, files, folder)),
  };
  return faults.length === 0 ? ok(wanted) : err(faults.sort((a, b) => a.line - b.line));
}

function tableOf(root: TomlTable, word: string, file: Where): TomlTable | undefined {
  const table = Object.hasOwn(root, word) ? root[word] : undefined;
  if (table === undefined || isTable(table)) return table;
  file.fault([word], `"${word}" is a table: [${word}]`);
  return undefined;
}

/** `[word.NAME]`, one by one. */
function tablesOf(root: TomlTable, word: string, file: Where) {
  return Object.entries(tableOf(root, word, file) ?? {}).flatMap(([name, table]) => {
    const where = file.below([word, name], `[${word}.${name}]`);
    if (!isTable(table)) where.fault([], `each ${word} is a table of its own: [${word}.NAME]`);
    else if (!isName(name)) where.fault([], "a name has 1 to 63 bytes, none of them a control character");
    else return [{ name, table, where }];
    return [];
  });
}

function checkNamespace(namespace: WantedNamespace, where: Where): void {
  const { mode, map, align, sector_size } = namespace;
  const mapped = mode === undefined || mode === "fsdax" || mode === "devdax";
  if (!mapped && map !== undefined) where.fault(["map"], `map is for fsdax and devdax, not for ${mode}`);
  if (!mapped && align !== undefined) where.fault(["align"], `align is for fsdax and devdax, not for ${mode}`);
  if (mode === "devdax" && sector_size !== undefined) where.fault(["sector_size"], "devdax has no sectors");
  checkAbsent(namespace, where);
}

function checkSetup(setup: WantedSetup, where: Where, all: readonly WantedSetup[]): void {
  const user = all.find(({ mgmt, state }) => mgmt === setup.name && state !== "absent");
  if (user && setup.state !== "absent") {
    where.fault([], `${setup.name} holds the structures of ${user.name}, wholly Xen's: it needs no table of its own`);
  }
  checkAbsent(setup, where);
}

/** What is to go has no properties. */
function checkAbsent({ name: _, line: __, state, ...rest }: WantedNamespace | WantedSetup, where: Where): void {
  const more = Object.entries(rest).find(([, value]) => value !== undefined);
  if (state === "absent" && more) where.fault([more[0]], `${more[0]} means nothing beside state = "absent"`);
}

function framesOf(root: TomlTable, file: Where): WantedFrames[] {
  const list = Object.hasOwn(root, "frames") ? root.frames : [];
  if (!Array.isArray(list) || !list.every((each) => isTable(each))) {
    file.fault(["frames"], "frames are tables in a list: [[frames]]");
    return [];
  }
  return list.flatMap((table, at) => {
    const where = file.below(["frames", at], "[[frames]]");
    const { mgmt, data } = readKeys(table as TomlTable, FRAMES, where);
    if (mgmt) return [{ line: where.line, mgmt, data }];
    where.fault([], "mgmt is missing: which frames hold Xen's structures");
    return [];
  });
}

function domainOf(
  { config, ...domain }: Declared & Values<typeof DOMAIN>,
  where: Where,
  files: Files,
  folder: string,
): WantedDomain {
  const { state, autostart } = domain;
  if (state === "absent" && autostart) where.fault(["autostart"], 'autostart contradicts state = "absent"');
  if (config === undefined) {
    if (state === "running" || autostart) where.fault([], "config is missing: the xl.cfg to start it with");
    return { ...domain, config };
  }
  const path = joined(folder, config);
  const text = files.read(path).match(textOf, ({ reason }) => {
    where.fault(["config"], `${path}: ${reason}`);
    return "";
  });
  return { ...domain, config: { path, text } };
}

/** `..` takes back a folder, so that the path reads as an operator would type it. */
function joined(folder: string, path: string): string {
  if (path.startsWith("/") || folder === "") return path;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "." || (part === "" && parts.length > 0)) continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== ".." && parts.at(-1) !== "") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
