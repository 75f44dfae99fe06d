/** busybox's small programs as far as captured lines use them. Only for tests. */
import { textOf } from "../../src/base/bytes.ts";
import { type Program, type Ran, ran } from "./shell.ts";

/** Reads a file; undefined where there is none, a reason where it cannot be read. */
export type ReadFile = (path: string) => Uint8Array | string | undefined;

export function textPrograms(read: ReadFile): Record<string, Program> {
  /** The files named, or standard input. */
  const data = (name: string, paths: readonly string[], input: Uint8Array): Uint8Array | Ran => {
    if (paths.length === 0) return input;
    const parts: Uint8Array[] = [];
    for (const path of paths) {
      const bytes = read(path);
      if (!bytes) return ran(1, "", `${name}: can't open '${path}': No such file or directory\n`);
      if (typeof bytes === "string") return ran(1, "", `${name}: read error: ${bytes}\n`);
      parts.push(bytes);
    }
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  };
  const lines = (name: string, paths: readonly string[], input: Uint8Array): string[] | Ran => {
    const bytes = data(name, paths, input);
    if (!(bytes instanceof Uint8Array)) return bytes;
    const text = textOf(bytes);
    return text === "" ? [] : text.replace(/\n$/, "").split("\n");
  };
  const joined = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");
  const counted = (argv: readonly string[]): { readonly count: number; readonly paths: readonly string[] } => {
    const [first, second, ...rest] = argv;
    if (first === "-n") return { count: Number(second), paths: rest };
    if (/^-\d+$/.test(first ?? "")) return { count: Number(first!.slice(1)), paths: argv.slice(1) };
    return { count: 10, paths: argv };
  };

  return {
    true: () => ran(0),
    ":": () => ran(0),
    echo: (argv) => ran(0, `${argv.join(" ")}\n`),
    basename: ([path]) => ran(0, `${path!.slice(path!.lastIndexOf("/") + 1)}\n`),
    "[": (argv) => ran(test(argv.slice(0, -1)) ? 0 : 1),
    test: (argv) => ran(test(argv) ? 0 : 1),
    cat(argv, input) {
      const bytes = data("cat", argv, input);
      return bytes instanceof Uint8Array ? ran(0, bytes) : bytes;
    },
    head(argv, input) {
      const { count, paths } = counted(argv);
      const all = lines("head", paths, input);
      return Array.isArray(all) ? ran(0, joined(all.slice(0, count))) : all;
    },
    tail(argv, input) {
      const { count, paths } = counted(argv);
      const all = lines("tail", paths, input);
      return Array.isArray(all) ? ran(0, joined(all.slice(-count))) : all;
    },
    sort(_argv, input) {
      const all = lines("sort", [], input);
      return Array.isArray(all) ? ran(0, joined(all.toSorted())) : all;
    },
    wc(argv, input) {
      const bytes = data("wc", argv.slice(1), input);
      if (!(bytes instanceof Uint8Array)) return bytes;
      return ran(0, `${argv[0] === "-l" ? bytes.filter((byte) => byte === 10).length : bytes.length}\n`);
    },
    grep(argv, input) {
      const flags = argv.filter((word) => word.startsWith("-")).join("");
      const [pattern, ...paths] = argv.filter((word) => !word.startsWith("-"));
      const all = lines("grep", paths, input);
      if (!Array.isArray(all)) return all;
      const regexp = new RegExp(pattern!, flags.includes("i") ? "i" : "");
      const found = all.filter((line) => regexp.test(line) !== flags.includes("v"));
      return ran(found.length > 0 ? 0 : 1, joined(found));
    },
    sed(argv, input) {
      const script = argv.find((word) => !word.startsWith("-"))!;
      const [, pattern, replacement, print] = /^s\/(.*)\/(.*)\/(p?)$/.exec(script) ?? [];
      if (pattern === undefined) throw new Error(`shell: sed ${script}`);
      const regexp = new RegExp(pattern.replace(/\\([()])/g, "$1"));
      const all = lines("sed", [], input);
      if (!Array.isArray(all)) return all;
      const quiet = argv.includes("-n");
      const out = all.flatMap((line) => {
        if (!regexp.test(line)) return quiet ? [] : [line];
        const changed = line.replace(regexp, replacement!.replace(/\\(\d)/g, "$$$1"));
        return quiet ? (print ? [changed] : []) : print ? [changed, changed] : [changed];
      });
      return ran(0, joined(out));
    },
    od(argv, input) {
      const bytes = data("od", argv.filter((word, i) => !word.startsWith("-") && !argv[i - 1]?.startsWith("-")), input);
      return bytes instanceof Uint8Array ? ran(0, octets(bytes)) : bytes;
    },
  };
}

function test(argv: readonly string[]): boolean {
  const [a, operator, b] = argv;
  switch (operator) {
    case "=":
      return a === b;
    case "!=":
      return a !== b;
    case "-lt":
      return Number(a) < Number(b);
    case "-gt":
      return Number(a) > Number(b);
    case "-eq":
      return Number(a) === Number(b);
    case undefined:
      return (a ?? "") !== "";
    default:
      throw new Error(`shell: [ ${argv.join(" ")} ]`);
  }
}

/** `od -A x -t x1`: a line that repeats the one before is a star. */
function octets(bytes: Uint8Array): string {
  const address = (at: number) => at.toString(16).padStart(6, "0");
  let text = "";
  let last: string | undefined;
  let starred = false;
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)].map((byte) => ` ${byte.toString(16).padStart(2, "0")}`).join("");
    if (row === last && at + 16 < bytes.length + 1) {
      if (!starred) text += "*\n";
      starred = true;
      continue;
    }
    [last, starred] = [row, false];
    text += `${address(at)}${row}\n`;
  }
  return `${text}${address(bytes.length)}\n`;
}
