/** What `ept advise` proposes, carried out: the guest then has the leaves and the tables that were promised. */
import assert from "node:assert/strict";
import { utf8 } from "../../../src/base/bytes.ts";
import { outText } from "../../../src/command/language/output.ts";
import { memoryFiles } from "../tables/memory_files.ts";
import { hostFrom, imageFrom, sessionOn } from "../../support/session.ts";

interface Story {
  readonly namespace: string;
  readonly setup?: string;
  readonly config?: readonly string[];
  /** Start of the remedy. */
  readonly remedy: string;
  /** The lines that carry it out, the guest being gone and the namespace dom0's again. */
  readonly lines?: readonly string[];
  readonly then?: readonly string[];
}

const STORIES: readonly Story[] = [
  {
    namespace: "namespace0.0",
    remedy: "recreated with -a 1G",
    lines: ["ndctl create-namespace -f -e namespace0.0 -m fsdax -a 1G"],
  },
  {
    namespace: "namespace1.3",
    remedy: "handed over again with --align 1G",
    setup: "--align 1G",
  },
  {
    namespace: "namespace1.3",
    remedy: 'with nvdeck_placement = "congruent"',
    then: ['nvdeck_placement = "congruent"'],
  },
  {
    namespace: "namespace1.3",
    config: ["nvdeck_ept_order = 0", "shadow_memory = 64"],
    remedy: "with nvdeck_ept_order = 18",
    then: ["nvdeck_ept_order = 18", "shadow_memory = 64"],
  },
];

const config = (namespace: string, settings: readonly string[] = []) =>
  utf8(
    ['name = "g"', 'type = "hvm"', "memory = 128", `vnvdimms = [ '${namespace}' ]`, ...settings, ""].join("\n"),
  );

for (const { namespace, setup = "", config: settings, remedy, lines = [], then } of STORIES) {
  Deno.test(`${namespace}, ${remedy}: as many leaves and tables as promised`, async () => {
    const host = hostFrom(imageFrom("server-two-socket"));
    const files = memoryFiles({ "g.cfg": config(namespace, settings), "then.cfg": config(namespace, then) });
    const { run } = sessionOn(host, { files });
    const ok = async (line: string) => {
      const outcome = await run(line, { yes: true });
      assert.equal(outcome.status, 0, `${line}\n${outcome.err}`);
      return outText(outcome);
    };
    await ok(`xl pmem-setup --namespace ${namespace}`);
    await ok("xl create g.cfg");
    const before = await ok("ept advise --domain g");
    const promise = before.split("\n").find((line) => line.startsWith(`  → ${remedy}: `));
    assert.ok(promise, before);
    const [, leaves, fewer] = /: (\d.*?)(?:, (\d[\d ]*) tables? fewer)?(?:, [\d.]+ \w+ less capacity)?$/.exec(promise)!;

    await ok("xl destroy g");
    await ok("xl vnvdimm-detach g 0");
    await ok(`xl pmem-release --namespace ${namespace}`);
    for (const line of lines) await ok(line);
    await ok(`xl pmem-setup --namespace ${namespace} ${setup}`);
    await ok("xl create --keep-content then.cfg");
    const after = await ok("ept advise --domain g");
    const [, now, tables] = /: (\d[^:]*), (\d[\d ]*) tables?$/.exec(after.split("\n")[0]!)!;
    const tablesBefore = /, (\d[\d ]*) tables?$/.exec(before.split("\n")[0]!)![1]!;
    const number = (text: string) => Number(text.replaceAll(/\s/g, ""));
    assert.equal(now, leaves);
    assert.equal(number(tables!), number(tablesBefore) - number(fewer ?? "0"));
  });
}
