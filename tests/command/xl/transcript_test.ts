/**
 * The command lines of two real dom0s, the captured one's 94 and 100 recorded later, run here in the same order: standard output
 * and exit status equal wherever the command is about something modeled. Times, CPU seconds, drawn UUIDs and free memory are
 * masked on both sides.
 */
import assert from "node:assert/strict";
import { report } from "../../support/report.ts";
import { bootedHost } from "../../toolstack/joined.ts";
import { filesOf, Runner } from "./runner.ts";
import { type Line, transcript, TRANSCRIPT_FOLDER } from "./transcript.ts";

/** Why a line is not compared; the numbers are the transcript's. */
type Reasons = Readonly<Record<number, string>>;

const CAPTURED: Reasons = {
  1: "help pages are in our own words, and list our verbs",
  2: "help pages are in our own words, and list our verbs",
  3: "help pages are in our own words",
  27: "cat is not ours",
  78: "block-list: frontends of disks are not modeled",
  79: "network-list: frontends of networks are not modeled",
  83: "mem-max: ballooning is not modeled",
  84: "mem-set: ballooning is not modeled",
  85: "vcpu-set: vCPU hot-plug is not modeled",
  86: "xl list shows what mem-set did",
  87: "what Xen logs of saving a domain's registers is not modeled",
};

const SLOW = "the busy machine ran into the limit of 60 seconds";
const LATER = "a guest whose kernel has booted meanwhile: it sleeps, on all its vCPUs";
const HALF = "the guest that was cut off has no memory yet";

const RECORDED: Reasons = {
  1: "help pages are in our own words, and list our verbs",
  8: "vnvdimms and dm_acpi_size are RFC v4's, which 4.17 does not know",
  58: SLOW,
  60: `${LATER}; ${HALF}`,
  61: HALF,
  65: HALF,
  69: LATER,
  70: SLOW,
  76: LATER,
};

const TRANSCRIPTS: readonly { folder: string; reasons: Reasons; compared: number }[] = [
  { folder: TRANSCRIPT_FOLDER, reasons: CAPTURED, compared: 83 },
  { folder: "fixtures/xen/transcript-xl-2", reasons: RECORDED, compared: 91 },
];

function runner(transcriptFolder: string): Runner {
  const folder = `${transcriptFolder}/files`;
  const texts = [...Deno.readDirSync(folder)].map(({ name }) =>
    [`/etc/xen/${name}`, Deno.readTextFileSync(`${folder}/${name}`)] as const
  );
  const host = bootedHost("transcript-xl-1", (image) => ({
    ...image,
    // That machine has no hvmloader, and one kernel with its ramdisk.
    facts: { ...image.facts, xl: { ...image.facts.xl, dom0Files: ["/guest/vmlinuz", "/guest/initrd"] } },
  }));
  return new Runner(host.fork(), filesOf(new Map(texts)));
}

for (const { folder, reasons, compared } of TRANSCRIPTS) {
  Deno.test(`real xl's answers, line by line: ${folder}`, () => {
    const ours = runner(folder);
    const lines = transcript(folder);
    const wrong: string[] = [];
    for (const line of lines) {
      // What is not compared is done all the same, if it is ours: later lines show it.
      const answer = ours.run(line.command);
      if (line.n in reasons) continue;
      const { status, out } = answer!;
      if (status === line.exit && masked(out as string) === masked(line.stdout)) continue;
      wrong.push(`${line.n} $ ${line.command}: exit ${status} for ${line.exit}\n${difference(out as string, line)}`);
    }
    const reasonsOf = Object.entries(reasons).map(([n, reason]) => `  line ${n} not compared: ${reason}`);
    const same = compared - wrong.length;
    report([`${folder}: ${same} of ${compared} lines as real xl, ${lines.length} in all`, ...reasonsOf].join("\n"));
    assert.deepEqual(wrong, []);
    assert.equal(lines.filter(({ n }) => !(n in reasons)).length, compared);
  });
}

Deno.test("free memory is that machine's to 1 %: what Xen takes for itself is not modeled to the page", () => {
  const free = Number(runner(TRANSCRIPT_FOLDER).tell("xl info free_memory").out);
  const real = Number(/free_memory +: (\d+)/.exec(transcript()[12]!.stdout)![1]);
  assert.ok(Math.abs(free - real) < real / 100, `${free} for ${real}`);
});

const masked = (text: string): string =>
  text
    .replaceAll(/^(free_memory +: | {3}0: +\d+ +)\d+/gm, "$1FREE")
    .replaceAll(/ +\d+\.\d(?=\s|$)/gm, " SECONDS")
    .replaceAll(/ +\d+:\d\d:\d\d$|^ \d\d:\d\d:\d\d up +\d+:\d\d/gm, " UPTIME")
    .replaceAll(/start_time = "[0-9.]+"/g, "start_time")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => FIXED_UUIDS.has(uuid) ? uuid : "UUID");

const FIXED_UUIDS = new Set([
  "00000000-0000-0000-0000-000000000000",
  "c0ffee00-1234-4321-8888-0123456789ab",
  "0b5e0000-aaaa-4bbb-8ccc-0123456789ab",
  "0b5e0000-aaaa-4bbb-8ccc-0123456789ac",
]);

function difference(out: string, { stdout }: Line): string {
  const [ours, theirs] = [masked(out).split("\n"), masked(stdout).split("\n")];
  const at = theirs.findIndex((row, i) => row !== ours[i]);
  return at < 0 ? "" : `  line ${at}: ${JSON.stringify(ours[at])}\n  for     ${JSON.stringify(theirs[at])}\n`;
}
