/** `xenstore-ls`: the tree as the real client prints it (Xen 4.17 `tools/xenstore/xenstore_client.c` do_ls). */
import { err, ok } from "neverthrow";
import { type StoreNodes } from "../../toolstack/mod.ts";
import { type AnyCommand, declare } from "../language/command.ts";
import { refused, said } from "./verb.ts";

/** Width without a terminal; a longer row ends in dots. */
const MAX_WIDTH = 80;
const TAG_LENGTH = ' = "..."'.length;
const USAGE = "[-h] [-f] [-p] [-s] [path]";

interface Arguments {
  readonly full: boolean;
  readonly path: string;
}

export const xenstoreLs: AnyCommand = declare<Arguments>({
  kind: "host",
  vocabulary: "xl",
  name: ["xenstore-ls"],
  summary: "List XenStore below a path",
  usage: USAGE,
  help: "-f   whole paths instead of indentation\n",
  effect: "reads",
  parse(argv) {
    const flags = argv.filter((word) => word.startsWith("-"));
    const paths = argv.filter((word) => !word.startsWith("-"));
    const known = flags.every((flag) => /^-[fps]+$/.test(flag));
    if (!known || paths.length > 1) return err({ err: `xenstore-ls: Usage: xenstore-ls ${USAGE}\n`, status: 1 });
    return ok({ full: flags.some((flag) => flag.includes("f")), path: paths[0] ?? "/" });
  },
  // deno-lint-ignore require-yield -- commands are generators whether or not they have progress to tell
  *run(host, { full, path }) {
    const nodes = host.toolstack.xenstore();
    const root = path === "/" ? "" : path.replace(/\/$/, "");
    if (root !== "" && !nodes.some(([node]) => node === root)) {
      return refused(`xenstore-ls: xs_directory (${path}): No such file or directory\n`);
    }
    return said(rows(nodes, root, full).map((row) => `${row}\n`).join(""), Object.fromEntries(nodes));
  },
});

/** Children in the order of their making, each followed by its own. */
function rows(nodes: StoreNodes, root: string, full: boolean): string[] {
  const children = new Map<string, (readonly [string, string])[]>();
  for (const node of nodes) {
    const parent = node[0].slice(0, node[0].lastIndexOf("/"));
    children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const out: string[] = [];
  const visit = (parent: string, depth: number): void => {
    for (const [path, value] of children.get(parent) ?? []) {
      const name = path.slice(parent.length + 1).slice(0, MAX_WIDTH - TAG_LENGTH - depth);
      // The real client counts no width for a whole path.
      const label = full ? path : " ".repeat(depth) + name;
      out.push(label + valueText(value, full ? 0 : label.length));
      visit(path, depth + 1);
    }
  };
  visit(root, 0);
  return out;
}

const valueText = (value: string, used: number): string =>
  MAX_WIDTH < used + value.length + TAG_LENGTH
    ? ` = "${value.slice(0, Math.max(0, MAX_WIDTH - TAG_LENGTH - used))}\\..."`
    : ` = "${value}"`;
