/**
 * 395 dry runs that a real dom0 of Xen 4.17.7 answered (fixtures/golden/xl-settings): every setting of xl's configuration files,
 * good and bad, in an HVM, a PVH and a PV guest. What is printed, what is said and the exit status are equal to the byte;
 * drawn UUIDs are put in.
 */
import assert from "node:assert/strict";
import { splitWords } from "../../../src/command/language/words.ts";
import { yajlJson } from "../../../src/command/xl/yajl_json.ts";
import { configJson } from "../../../src/toolstack/config/config_json.ts";
import { parseConfig } from "../../../src/toolstack/config/parse_config.ts";

const FOLDER = "fixtures/golden/xl-settings";

interface Line {
  readonly command: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function lines(): Promise<Line[]> {
  const packed = new Blob([Deno.readFileSync(`${FOLDER}/transcript.jsonl.gz`)]).stream();
  const text = await new Response(packed.pipeThrough(new DecompressionStream("gzip"))).text();
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** What `xl create -n FILE SETTING…` answers here. */
function answer({ command, stdout }: Line): Omit<Line, "command"> {
  const [path, ...settings] = splitWords(command)._unsafeUnwrap().slice(3) as [string, ...string[]];
  const file = Deno.readTextFileSync(`${FOLDER}/${path.replace("/etc/xen/", "")}`);
  const drawn = /"uuid": "([^"]+)"/.exec(stdout)?.[1] ?? "";
  const text = `${file}\n${settings.map((setting) => `${setting}\n`).join("")}\n`;
  const parsed = parseConfig(text, { source: path, uuid: () => drawn, cpus: 1 });
  const messages = parsed.isOk() ? parsed.value.messages : parsed.error.messages;
  return {
    exit: parsed.isOk() ? 0 : parsed.error.status,
    stdout: parsed.isOk() ? yajlJson(configJson(parsed.value.config)) : "",
    stderr: [`Parsing config from ${path}`, ...messages].map((message) => `${message}\n`).join(""),
  };
}

Deno.test("every setting means what it means to real xl, or is refused with its words", async () => {
  const all = await lines();
  assert.equal(all.length, 395);
  for (const line of all) {
    const { exit, stdout, stderr } = line;
    assert.deepEqual(answer(line), { exit, stdout, stderr }, line.command);
  }
});
