/** The example guests: every file is read without a remark, and does on the default host what its comment says. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../src/toolstack/config/parse_config.ts";
import { underXen } from "../joined.ts";
import { Story } from "../story.ts";

const files = [...Deno.readDirSync("fixtures/guests")].map(({ name }) => name).filter((name) => name.endsWith(".cfg"));
const read = (file: string) =>
  parseConfig(Deno.readTextFileSync(`fixtures/guests/${file}`), { source: file, uuid: () => "", cpus: 1 });

for (const file of files) {
  Deno.test(`fixtures/guests/${file} is read without a remark`, () => {
    const { config, messages } = read(file)._unsafeUnwrap();
    assert.deepEqual(messages, []);
    assert.equal(`${config.name}.cfg`, file);
    assert.equal(config.type, "hvm");
    assert.equal(config.uuidGiven, true);
    assert.ok(config.targetMemkb! <= 512 * 1024, "it must start on every fixture host");
  });
}

Deno.test("no two example guests share a UUID", () => {
  const uuids = files.map((file) => read(file)._unsafeUnwrap().config.uuid);
  assert.equal(new Set(uuids).size, files.length);
});

/** The commands of a file's comment: what stands behind `nvdeck`, up to a column of remarks. */
const commandsOf = (text: string): string[] =>
  [...text.matchAll(/^# {3}nvdeck (.*?)(?: {3,}.*)?$/gm)].map(([, command]) => command!);

for (const file of files) {
  Deno.test(`the commands in fixtures/guests/${file} succeed one after the other`, () => {
    const path = `fixtures/guests/${file}`;
    const text = Deno.readTextFileSync(path);
    const story = Story.on("server-two-socket", file.startsWith("frames") ? underXen : undefined);
    story.file(path, text);
    const commands = commandsOf(text);
    assert.ok(commands.includes(`xl create ${path}`));
    for (const command of commands) story.ok(command);
    story.sound();
  });
}
