/**
 * The test command: runs every test file, shows what failed, and closes with `N passed, N failed`. What ink and chalk read
 * from the environment is pinned, so that screens look the same everywhere. Arguments are handed to `deno test`
 * (`deno task test -u` writes snapshots anew, `deno task test tests/label` runs one folder).
 */

import { REPORT } from "./support/report.ts";

const ENVIRONMENT = {
  FORCE_COLOR: "3",
  TERM: "xterm-256color",
  COLUMNS: "120",
  LINES: "40",
  NODE_ENV: "production",
  TZ: "UTC",
  LANG: "C.UTF-8",
};

const given = Deno.args.filter((arg) => arg !== "-u");
const update = Deno.args.includes("-u");
const places = given.some((arg) => !arg.startsWith("-")) ? [] : ["tests"];

const reports = Deno.makeTempFileSync();
const run = await new Deno.Command(Deno.execPath(), {
  args: [
    "test",
    "--no-prompt",
    "--allow-env",
    "--allow-read",
    "--allow-write",
    "--allow-run",
    "--reporter=tap",
    "--parallel",
    ...given,
    ...places,
    ...(update ? ["-u"] : []),
  ],
  env: { ...ENVIRONMENT, CI: "", NO_COLOR: "", [REPORT]: reports },
  stdout: "piped",
  stderr: "inherit",
}).spawn();

let passed = 0;
let failed = 0;
let tail = "";
let showing = false;

/** TAP: `ok 3 - name`, `not ok 4 - name` with its diagnostic block behind it, `# SKIP` for what was left out. */
function take(line: string): void {
  if (/^not ok \d+/.test(line)) {
    failed++;
    showing = true;
  } else if (/^ok \d+/.test(line)) {
    showing = false;
    if (line.includes("# SKIP")) console.log(`SKIPPED ${line.replace(/^ok \d+ - /, "")}`);
    else passed++;
  } else if (line.startsWith("# ")) {
    showing = false;
  }
  if (showing) console.log(line);
}

for await (const chunk of run.stdout.pipeThrough(new TextDecoderStream())) {
  const lines = (tail + chunk).split("\n");
  tail = lines.pop() ?? "";
  lines.forEach(take);
}
take(tail);

const { success } = await run.status;
console.log(Deno.readTextFileSync(reports));
Deno.removeSync(reports);
// A module that cannot be loaded prints no "not ok".
if (!success && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
