/** Command lines typed into real machines, each replayed in order: exit status and output are those of the real tools. */
import assert from "node:assert/strict";
import { report } from "../../support/report.ts";
import { textOf } from "../../../src/base/bytes.ts";
import { capturedDom0, FIXTURES, folderOf } from "../../dom0/captured_dom0.ts";
import { Uuids } from "./normalise.ts";
import { FILE_DATE, ScriptedHost } from "./scripted_host.ts";

interface Line {
  readonly n: number;
  readonly command: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Instead, where it is no text: bytes that a run draws. */
  readonly stdout_base64?: string;
}

/** Lines whose output cannot be the same, and why. */
const EXCUSED: Readonly<Record<string, string>> = {
  "grep -A3 -i dax2.0 /proc/iomem": "the map of physical memory is not dom0's in the model",
};

interface Tally {
  lines: number;
  readonly different: string[];
  readonly saysElse: string[];
}

async function replay(name: string, root: URL): Promise<Tally> {
  const host = new ScriptedHost(capturedDom0(name, "start", root));
  const lines = textOf(folderOf(name, root).read("transcript.jsonl")!).trim().split("\n").map((line) =>
    JSON.parse(line) as Line
  );
  const [ours, theirs] = [new Uuids(), new Uuids()];
  const tally: Tally = { lines: 0, different: [], saysElse: [] };
  for (const line of lines) {
    tally.lines++;
    const got = await host.shell.run(line.command);
    if (line.stdout_base64 !== undefined) continue;
    const usage = line.exit === 129 || line.stdout.includes("usage:") || line.stderr.includes("usage:");
    const [out, wanted] = alike(
      ours.normalised(comparable(textOf(got.out))),
      theirs.normalised(comparable(line.stdout)),
    );
    if (got.status !== line.exit || (!usage && out !== wanted)) {
      if (!(line.command in EXCUSED)) tally.different.push(`#${line.n} ${line.command}\n${out}--- wanted\n${wanted}`);
      continue;
    }
    const [err, said] = [ours.normalised(comparable(got.err)), theirs.normalised(comparable(withoutTrace(line)))];
    if (!usage && err !== said) tally.saysElse.push(`#${line.n} ${line.command}\n${err}--- wanted\n${said}`);
  }
  return tally;
}

/** Dates of files, and addresses that the check maps the medium at, are of the run. */
const comparable = (text: string): string =>
  text.replace(/[A-Z][a-z]{2} [ \d]\d \d\d:\d\d/g, FILE_DATE).replace(
    /(?<=btt_(?:mmap|unmap): addr = )0x[0-9a-f]+/g,
    "ADDRESS",
  );

/** In dumps, rows with an identifier that was drawn, and the sum over it at the end of its label or block. */
function alike(ours: string, theirs: string): [string, string] {
  const [a, b] = [ours.split("\n"), theirs.split("\n")];
  for (const [i, row] of a.entries()) {
    const [address, other] = [row.slice(0, 6), b[i] ?? ""];
    if (!/^[0-9a-f]{6} /.test(row) || !other.startsWith(address)) continue;
    if (row.includes(DRAWN)) b[i] = row;
    else if (address.endsWith("f0")) b[i] = other.slice(0, SUM_COLUMN) + row.slice(SUM_COLUMN);
  }
  return [a.join("\n"), b.join("\n")];
}

/** How identifiers that a test draws begin. */
const DRAWN = " dd dd dd dd 00 00 40 00 80 00";
/** Where the last eight bytes of a row begin. */
const SUM_COLUMN = 6 + 8 * 3;

/** Without what the library traces with -v. */
const withoutTrace = ({ command, stderr }: Line): string =>
  / -v\b/.test(command) ? stderr.replace(/^libndctl: .*\n?/gm, "") : stderr;

/** Machines like those, with more lines. */
const MORE = new URL("../transcripts/", FIXTURES);
const transcripts = [
  ...["transcript-ndctl-1", "transcript-ndctl-2"].map((name) => ({ name, root: FIXTURES })),
  ...[...Deno.readDirSync(MORE)].map(({ name }) => ({ name, root: MORE })).sort((a, b) => a.name < b.name ? -1 : 1),
];

for (const { name, root } of transcripts) {
  Deno.test(`${name}: every line ends and prints as on the real machine`, async () => {
    const { lines, different, saysElse } = await replay(name, root);
    report(
      `${name}: ${lines - different.length} of ${lines} lines, ${saysElse.length} with other words on stderr`,
    );
    assert.deepEqual(different, []);
    // Manual pages are not modeled, and say so in words of their own.
    assert.deepEqual(saysElse.filter((text) => !/^#\d+ ndctl (?:help |[a-z-]+ --help\b)/.test(text)), []);
  });
}
