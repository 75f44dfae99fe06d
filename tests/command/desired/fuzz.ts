/** One round of fuzzing for wanted states: the example plans, spoilt, read and compared with a host. */
import assert from "node:assert/strict";
import { ok } from "neverthrow";
import { utf8 } from "../../../src/base/bytes.ts";
import { diskFiles } from "../../../src/cli/files.ts";
import { differencesOf } from "../../../src/command/desired/differences.ts";
import { wantedOn } from "../../../src/command/desired/source.ts";
import { type Context } from "../../../src/command/language/command.ts";
import { hostFrom, imageFrom } from "../../support/session.ts";
import { mutateText, type Random } from "../../fuzz/mutate.ts";

const FOLDER = new URL("../../../fixtures/plans/", import.meta.url);
const PLANS = [...Deno.readDirSync(FOLDER)].map(({ name }) => Deno.readTextFileSync(new URL(name, FOLDER))).concat(`
[options]
prune = ["namespace", "xen", "domain"]
[namespace."namespace1.3"]
iset_id = "0xc1b5"
sector_size = 4096
[namespace.db1]
state = "absent"
[xen.files1]
mgmt = "scratch1"
`);
const PIECES = ["[", "]", "[[", "]]", "=", '"', "'", '"""', "\n", "#", ".", "{", "}", ",", "\\", "\0", "é", "-1", "0x"]
  .concat("1e400", "nan", "9223372036854775807", "1979-05-27", "constructor", "__proto__", "[xen.a]\n", "state = 1\n");

const fork = hostFrom(imageFrom("server-two-socket")).fork();

export function fuzzWanted(rng: Random): void {
  const text = mutateText(PLANS[rng(PLANS.length)]!, rng, PIECES);
  const files = { ...diskFiles, read: (path: string) => path === "w.toml" ? ok(utf8(text)) : diskFiles.read(path) };
  const context: Context = { files, terminal: false, input: undefined, json: false, line: [] };
  wantedOn(fork, "w.toml", context).match(
    (wanted) => {
      for (const { fields, change } of differencesOf(wanted, fork)) assert.ok(change !== "change" || fields.length > 0);
    },
    ({ status, err }) => {
      assert.ok([2, 3, 4].includes(status), err);
      for (const [, line] of err.matchAll(/^nvdeck: w\.toml:([0-9]+): /gm)) {
        assert.ok(Number(line) >= 1 && Number(line) <= text.split(/\r?\n/).length, err);
      }
      assert.match(err, /^nvdeck: w\.toml/);
    },
  );
}
