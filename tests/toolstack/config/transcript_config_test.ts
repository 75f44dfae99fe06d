/** Every configuration file of the captured dom0, as real xl 4.17 read it with `xl create -n` (fixtures/hosts/transcript-xl-1). */
import assert from "node:assert/strict";
import { type Json, parseJson } from "../../../src/base/json.ts";
import { configJson } from "../../../src/toolstack/config/config_json.ts";
import { parseConfig } from "../../../src/toolstack/config/parse_config.ts";
import { type Line, transcript } from "../../command/xl/transcript.ts";

const DRY_RUN = /^xl (?:-\w )?create (?:-n |--dryrun )?\/etc\/xen\/(\S+)((?: '[^']*')*)$/;

/** Dry runs of xl create: the file and the settings that follow it. */
const dryRuns = transcript().flatMap((line: Line) => {
  const [, file, extra = ""] = DRY_RUN.exec(line.command) ?? [];
  const dry = / -n | --dryrun |-N create/.test(line.command);
  return file && dry ? [{ ...line, file, extra: [...extra.matchAll(/'([^']*)'/g)].map((match) => match[1]!) }] : [];
});

for (const line of dryRuns) {
  Deno.test(`xl reads ${line.file} as real xl did: ${line.command}`, () => {
    const text = Deno.readTextFileSync(`fixtures/hosts/transcript-xl-1/files/${line.file}`);
    const drawn = /"uuid": "([^"]+)"/.exec(line.stdout)?.[1] ?? "";
    const source = `/etc/xen/${line.file}`;
    const whole = line.extra.length > 0 ? `${text}\n${line.extra.join("\n")}\n\n` : text;
    const parsed = parseConfig(whole, { source, uuid: () => drawn, cpus: 1 });
    const messages = parsed.isOk() ? parsed.value.messages : parsed.error.messages;
    assert.equal(parsed.isOk() ? 0 : parsed.error.status, line.exit);
    assert.equal([`Parsing config from ${source}`, ...messages].map((each) => `${each}\n`).join(""), line.stderr);
    if (parsed.isOk()) assert.deepEqual(ordered(configJson(parsed.value.config)), ordered(parseJson(line.stdout)));
  });
}

Deno.test("the transcript holds dry runs to compare with", () => assert.equal(dryRuns.length, 18));

/** As text, so that the order of keys counts. */
const ordered = (value: Json): string => JSON.stringify(value);
