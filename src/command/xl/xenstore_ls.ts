/** `xenstore-ls`: the tree as the real client prints it (Xen 4.17 `tools/xenstore/xenstore_client.c` do_ls). */
import { err, ok, type Result } from "neverthrow";
import { accessText, type StoreNodes } from "../../toolstack/mod.ts";
import { type AnyCommand, declare, type Outcome, type UsageFault } from "../language/command.ts";
import { refused, said } from "./verb.ts";

/** Width without a terminal; a longer row ends in dots. */
const MAX_WIDTH = 80;
/** Where permissions begin. */
const PERMISSIONS_AT = 60;
const TAG_LENGTH = ' = "..."'.length;
const USAGE = "xenstore-ls: Usage: xenstore-ls [-h] [-f] [-p] [-s] [path]\n";

interface Style {
  /** Whole paths instead of indentation. */
  readonly full: boolean;
  readonly permissions: boolean;
}

interface Arguments extends Style {
  readonly paths: readonly string[];
  /** What getopt says of options that it does not know; they stop nothing. */
  readonly remarks: string;
}

export const xenstoreLs: AnyCommand = declare<Arguments>({
  kind: "host",
  vocabulary: "xl",
  name: ["xenstore-ls"],
  summary: "List XenStore below a path",
  usage: "[-h] [-f] [-p] [-s] [path]",
  help: "-f, --flat     whole paths instead of indentation\n-p, --prefix   who may read and write each node\n",
  effect: "reads",
  parse,
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, { full, permissions, paths, remarks }) {
    const nodes = host.toolstack.xenstore();
    let out = "";
    for (const path of paths) {
      const listed = list(nodes, path, { full, permissions });
      if (listed.isErr()) return { ...listed.error, err: remarks + listed.error.err, out };
      out += listed.value;
    }
    return said(out, Object.fromEntries(nodes), remarks);
  },
});

const LONG: Readonly<Record<string, string>> = {
  help: "h",
  flat: "f",
  prefix: "p",
  tidy: "t",
  upto: "u",
  recurse: "r",
  number: "n",
  raw: "R",
};

/** Options of the client's other modes end in the usage text; words may stand in any order. */
function parse(argv: readonly string[]): Result<Arguments, UsageFault> {
  const paths: string[] = [];
  const flags = new Set<string>();
  let remarks = "";
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === "--") {
      paths.push(...argv.slice(at + 1));
      break;
    }
    if (word.startsWith("--")) {
      const names = Object.keys(LONG).filter((name) => name.startsWith(word.slice(2)));
      if (names.length === 1) flags.add(LONG[names[0]!]!);
      else remarks += `xenstore-ls: unrecognized option '${word}'\n`;
    } else if (/^-./s.test(word)) {
      for (const letter of word.slice(1)) {
        if (/[hfspturnR]/.test(letter)) flags.add(letter);
        else remarks += `xenstore-ls: invalid option -- '${letter}'\n`;
      }
    } else paths.push(word);
  }
  if ([..."htunrR"].some((letter) => flags.has(letter))) return err({ err: remarks + USAGE, status: 1 });
  return ok({
    full: flags.has("f"),
    permissions: flags.has("p"),
    paths: paths.length > 0 ? paths : ["/"],
    remarks,
  });
}

/** What xenstored takes as a name: no empty part, no slash at the end (`xenstored_core.c` is_valid_nodename). */
const VALID = /^\/$|^(\/?[-_@a-zA-Z0-9]+)(\/[-_@a-zA-Z0-9]+)*$/;

/** A path without a slash in front is below dom0's own. */
function list(nodes: StoreNodes, path: string, style: Style): Result<string, Outcome> {
  const refuse = (reason: string) => err(refused(`xenstore-ls: xs_directory (${path}): ${reason}\n`));
  if (!VALID.test(path)) return refuse("Invalid argument");
  const root = path === "/" ? "" : path.startsWith("/") ? path : `/local/domain/0/${path}`;
  if (root !== "" && !nodes.some(([node]) => node === root)) return refuse("No such file or directory");
  return ok(rows(nodes, root, style).map((row) => `${row}\n`).join(""));
}

/** Children in the order of their making, each followed by its own. */
function rows(nodes: StoreNodes, root: string, { full, permissions }: Style): string[] {
  const children = new Map<string, (readonly [string, string])[]>();
  for (const node of nodes) {
    const parent = node[0].slice(0, node[0].lastIndexOf("/"));
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const domids = new Map(
    nodes.flatMap(([path, value]) => {
      const domid = /^\/local\/domain\/([0-9]+)\/vm$/.exec(path)?.[1];
      return domid === undefined ? [] : [[value.replace("/vm/", ""), domid] as const];
    }),
  );
  const out: string[] = [];
  const visit = (parent: string, depth: number): void => {
    for (const [path, value] of children.get(parent) ?? []) {
      const name = path.slice(parent.length + 1).slice(0, MAX_WIDTH - TAG_LENGTH - depth);
      const label = full ? path : " ".repeat(depth) + name;
      // The real client counts no width for a whole path, and has no end of the row to fill it up to.
      const cut = !full && MAX_WIDTH < label.length + value.length + TAG_LENGTH;
      const row = label + (cut ? cutText(value, label.length) : ` = "${value}"`);
      const access = `  (${accessText(path, (uuid) => domids.get(uuid))})`;
      out.push(!permissions ? row : (cut ? row : dotted(row, full)) + access);
      visit(path, depth + 1);
    }
  };
  visit(root, 0);
  return out;
}

const cutText = (value: string, used: number): string =>
  ` = "${value.slice(0, Math.max(0, MAX_WIDTH - TAG_LENGTH - used))}\\..."`;

/** A dot in every other column. */
function dotted(row: string, full: boolean): string {
  let out = `${row} `;
  for (let column = row.length + 1; !full && column < PERMISSIONS_AT; column++) out += column % 2 === 1 ? "." : " ";
  return out;
}
