/**
 * The captured dom0's 94 command lines, run here in the same order: standard output and exit status equal wherever the command
 * is about something modeled. Times, CPU seconds, drawn UUIDs and free memory are masked on both sides.
 */
import assert from "node:assert/strict";
import { bootedHost } from "../../toolstack/joined.ts";
import { filesOf, Runner } from "./runner.ts";
import { type Line, transcript, TRANSCRIPT_FOLDER } from "./transcript.ts";

/** Why a line is not compared; the numbers are the transcript's. */
const NOT_COMPARED: Readonly<Record<number, string>> = {
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

const compared = transcript().filter(({ n }) => !(n in NOT_COMPARED));

function runner(): Runner {
  const folder = `${TRANSCRIPT_FOLDER}/files`;
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

Deno.test("real xl's answers, line by line", () => {
  const ours = runner();
  const wrong: string[] = [];
  for (const line of compared) {
    const { status, out } = ours.tell(line.command);
    const same = status === line.exit && masked(out) === masked(line.stdout);
    if (!same) wrong.push(`${line.n} $ ${line.command}: exit ${status} for ${line.exit}\n${difference(out, line)}`);
  }
  assert.deepEqual(wrong, []);
});

Deno.test("at least 95 % of what is modeled is compared", () => {
  const unmodeled = Object.values(NOT_COMPARED).filter((reason) =>
    /not modeled|not ours|our own words|mem-set did/.test(reason)
  );
  assert.equal(unmodeled.length, Object.keys(NOT_COMPARED).length);
  assert.equal(compared.length, 83);
});

Deno.test("free memory is that machine's to 1 %: what Xen takes for itself is not modeled to the page", () => {
  const free = Number(runner().tell("xl info free_memory").out);
  const real = Number(/free_memory +: (\d+)/.exec(transcript()[12]!.stdout)![1]);
  assert.ok(Math.abs(free - real) < real / 100, `${free} for ${real}`);
});

const masked = (text: string): string =>
  text
    .replaceAll(/^(free_memory +: | {3}0: +\d+ +)\d+/gm, "$1FREE")
    .replaceAll(/ +\d+\.\d(?=\s|$)/gm, " SECONDS")
    .replaceAll(/ +\d+:\d\d:\d\d$/gm, " UPTIME")
    .replaceAll(/start_time = "[0-9.]+"/g, "start_time")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => FIXED_UUIDS.has(uuid) ? uuid : "UUID");

const FIXED_UUIDS = new Set(["00000000-0000-0000-0000-000000000000", "c0ffee00-1234-4321-8888-0123456789ab"]);

function difference(out: string, { stdout }: Line): string {
  const [ours, theirs] = [masked(out).split("\n"), masked(stdout).split("\n")];
  const at = theirs.findIndex((row, i) => row !== ours[i]);
  return at < 0 ? "" : `  line ${at}: ${JSON.stringify(ours[at])}\n  for     ${JSON.stringify(theirs[at])}\n`;
}
