/** `ls`. Source: coreutils 9.1 `src/ls.c`, one name a line as on any output that is no terminal. */
import { err, ok, type Result } from "neverthrow";
import { strerror } from "../../abi/errno.ts";
import { KiB } from "../../base/units.ts";
import { type Dom0Files, type Entry, type Mount, plainPath } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type UsageFault } from "../language/command.ts";
import { getopt } from "./getopt.ts";
import { told, tryHelp } from "./tool.ts";

interface LsRequest {
  readonly long: boolean;
  readonly all: boolean;
  readonly sizes: boolean;
  readonly directory: boolean;
  readonly paths: readonly string[];
}

const table = {
  long: { short: "l" },
  all: { short: "a", long: "all" },
  sizes: { short: "s", long: "size" },
  directory: { short: "d", long: "directory" },
  one: { short: "1" },
} as const;

const SERIOUS = 2;

/** A line of the list. */
interface Row {
  readonly name: string;
  readonly mode: string;
  readonly links: number;
  readonly size: number;
  /** Bytes of blocks. */
  readonly taken: number;
  /** Seconds since the epoch. */
  readonly changed: number;
}

function parse(argv: readonly string[]): Result<LsRequest, UsageFault> {
  return getopt(argv, table).mapErr((complaint) => tryHelp("ls", complaint, SERIOUS)).andThen(({ has, operands }) =>
    operands.length === 0
      ? err({ err: "ls: name a directory; there is no working directory here\n", status: SERIOUS })
      : ok({ long: has("long"), all: has("all"), sizes: has("sizes"), directory: has("directory"), paths: operands })
  );
}

export const ls: AnyCommand = declare<LsRequest>({
  kind: "host",
  vocabulary: "dom0",
  name: ["ls"],
  summary: "List the files of a filesystem that is mounted in dom0",
  usage: "[-l] [-a] [-s] [-d] PATH…",
  effect: "reads",
  parse,
  // deno-lint-ignore require-yield
  *run({ files }, request) {
    let errors = "";
    const found: Entry[] = [];
    for (const path of request.paths) {
      const entry = files.operations.lookup(path);
      if (entry.isOk()) found.push(entry.value);
      else errors += `ls: cannot access '${path}': ${strerror(entry.error)}\n`;
    }
    const single = found.filter((entry) => entry.kind === "file" || request.directory);
    const blocks: string[] = [];
    if (single.length > 0) blocks.push(linesOf(single.map((entry) => rowOf(files, entry, entry.path)), request));
    for (const entry of found) {
      if (entry.kind === "file" || request.directory) continue;
      const head = request.paths.length > 1 ? `${entry.path}:\n` : "";
      const rows = rowsIn(files, entry, request.all);
      const taken = rows.reduce((sum, row) => sum + row.taken, 0);
      const total = request.long || request.sizes ? `total ${taken / KiB}\n` : "";
      blocks.push(`${head}${total}${linesOf(rows, request)}`);
    }
    const names = found.flatMap((entry) =>
      entry.kind === "directory" ? rowsIn(files, entry, false).map(({ name }) => name) : [entry.path]
    );
    return told(errors === "" ? 0 : SERIOUS, blocks.join("\n"), errors, names);
  },
});

function rowsIn(files: Dom0Files, entry: Extract<Entry, { kind: "directory" }>, all: boolean): Row[] {
  const { mount, filesystem, isRoot } = entry;
  const own = directoryRow(files, entry, ".");
  const rows = files.operations.list(entry).map((file) =>
    rowOf(files, { kind: "file", path: `${mount.directory}/${file.name}`, mount, filesystem, file }, file.name)
  );
  if (isRoot && filesystem.type === "ext4") rows.push(directoryRow(files, { ...entry, isRoot: false }, "lost+found"));
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  return all ? [own, { ...own, name: "..", taken: 0 }, ...rows] : rows;
}

function rowOf(files: Dom0Files, entry: Entry, name: string): Row {
  if (entry.kind === "directory") return directoryRow(files, entry, name);
  const { file } = entry;
  const { list, blockSize } = files.operations.extents(entry);
  let blocks = file.tree.length;
  for (const { start, end } of list) blocks += end - start;
  return { name, mode: "-rw-r--r--", links: 1, size: file.size, taken: blocks * blockSize, changed: file.changed };
}

/** `lost+found` is 16 KiB, and root's alone; XFS keeps a short directory in its inode. */
function directoryRow(
  files: Dom0Files,
  { filesystem, mount, isRoot }: Extract<Entry, { kind: "directory" }>,
  name: string,
): Row {
  const { type, blockSize, made } = filesystem;
  if (!isRoot) return { name, mode: "drwx------", links: 2, size: 16 * KiB, taken: 16 * KiB, changed: made };
  const inInode = 6 + 12 * filesystem.files;
  const size = type === "ext4" ? blockSize : inInode;
  const links = type === "ext4" ? 3 : 2;
  return {
    name,
    mode: "drwxr-xr-x",
    links,
    size,
    taken: type === "ext4" ? size : 0,
    changed: changedAt(files, mount, made),
  };
}

/** A directory changes with its files. */
function changedAt(files: Dom0Files, { directory }: Mount, made: number): number {
  const root = files.operations.lookup(plainPath(directory));
  const times = root.isOk() && root.value.kind === "directory"
    ? files.operations.list(root.value).map((f) => f.changed)
    : [];
  return times.reduce((latest, time) => Math.max(latest, time), made);
}

function linesOf(rows: readonly Row[], { long, sizes }: LsRequest): string {
  const width = (text: (row: Row) => string): number => rows.reduce((most, row) => Math.max(most, text(row).length), 0);
  const taken = (row: Row): string => String(row.taken / KiB);
  const [takenWidth, linksWidth, sizeWidth] = [taken, (row: Row) => String(row.links), (row: Row) => String(row.size)]
    .map(width);
  return rows.map((row) => {
    const blocks = sizes ? `${taken(row).padStart(takenWidth!)} ` : "";
    const details = long
      ? `${row.mode} ${String(row.links).padStart(linksWidth!)} root root ${String(row.size).padStart(sizeWidth!)} ${
        timeText(row.changed)
      } `
      : "";
    return `${blocks}${details}${row.name}\n`;
  }).join("");
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 22 15:27`, in universal time. Days are counted as in the Gregorian calendar since 1970. */
function timeText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const [hour, minute] = [Math.floor(minutes / 60) % 24, minutes % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  const { month, day } = civilDate(Math.floor(seconds / 86_400));
  return `${MONTHS[month]} ${String(day).padStart(2)} ${two(hour)}:${two(minute)}`;
}

/** Month (0 to 11) and day of a day since the epoch. Years start in March, so that the leap day is the last of one. */
function civilDate(days: number): { readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const dayOfEra = shifted % 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return { month: (fromMarch + 2) % 12, day: dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}
