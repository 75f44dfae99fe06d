/** The example guests: every file is read without a remark, and the names and UUIDs are all different. */
import assert from "node:assert/strict";
import { parseConfig } from "../../../src/toolstack/config/parse_config.ts";

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
