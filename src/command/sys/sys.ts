/** `sys ls|cat`: dom0's sysfs about NVDIMMs, read only, because toolstacks read it. */
import { err, ok } from "neverthrow";
import { type Errno, strerror } from "../../abi/errno.ts";
import { type Json } from "../../base/json.ts";
import { SYSFS_ROOT } from "../../dom0/mod.ts";
import { type AnyCommand, declare, done, failed } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { parseOptions } from "../language/options.ts";

const MOST = 1000;

interface Paths {
  readonly paths: readonly string[];
}

const ls = declare<Paths>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["sys", "ls"],
  summary: "List a folder of dom0's sysfs",
  usage: "[PATH…]",
  help: `Paths start at ${SYSFS_ROOT}; without one, that folder is listed. A name alone stands for a device there.`,
  effect: "reads",
  parse: (argv) =>
    parseOptions(argv, {}, "sys ls [PATH…]", 0, MOST)
      .map(({ operands }) => ({ paths: operands.length === 0 ? [SYSFS_ROOT] : operands.map(absolute) })),
  // deno-lint-ignore require-yield
  *run({ dom0 }, { paths }) {
    const { sysfs } = dom0;
    const lists: { readonly path: string; readonly names: readonly string[] }[] = [];
    for (const path of paths) {
      const names = sysfs.list(path).orElse((errno) => errno === "ENOTDIR" ? ok([path]) : err(errno));
      if (names.isErr()) return refused("ls", path, names.error);
      lists.push({ path, names: names.value });
    }
    const text = lists.map(({ path, names }) =>
      (lists.length > 1 ? `${path}:\n` : "") + names.map((name) => `${name}\n`).join("")
    ).join("\n");
    return done(text, "", lists.length === 1 ? lists[0]!.names : lists as unknown as Json);
  },
});

const cat = declare<Paths>({
  kind: "host",
  vocabulary: "nvdeck",
  name: ["sys", "cat"],
  summary: "Read attributes of dom0's sysfs",
  usage: "PATH…",
  help: `Paths start at ${SYSFS_ROOT}, or with the name of a device there: nmem0/nfit/handle.`,
  effect: "reads",
  parse: (argv) =>
    parseOptions(argv, {}, "sys cat PATH…", 1, MOST).map(({ operands }) => ({ paths: operands.map(absolute) })),
  // deno-lint-ignore require-yield
  *run({ dom0 }, { paths }) {
    const values: string[] = [];
    let text = "";
    for (const path of paths) {
      const value = dom0.sysfs.read(path);
      if (value.isErr()) return refused("cat", path, value.error);
      values.push(value.value);
      text += dom0.sysfs.text(path).unwrapOr("");
    }
    return done(text, "", values.length === 1 ? values[0]! : values);
  },
});

const absolute = (path: string): string => path.startsWith("/") ? path : `${SYSFS_ROOT}/${path}`;

const refused = (verb: string, path: string, errno: Errno) =>
  failed(errno === "ENOENT" ? EXIT.noSuchObject : EXIT.failed, `${verb}: ${path}: ${strerror(errno)}\n`);

export const sysCommands: readonly AnyCommand[] = [ls, cat];
