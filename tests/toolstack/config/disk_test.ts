/** Disk specifications against what libxlutil itself answered (fixtures/golden/xl-config). */
import assert from "node:assert/strict";
import { type DiskConfig } from "../../../src/toolstack/config/domain_config.ts";
import { parseDisk } from "../../../src/toolstack/config/disk.ts";

type Golden = { readonly spec: string; readonly report?: string; readonly disk?: Partial<DiskConfig> };

const goldens: Golden[] = Deno.readTextFileSync("fixtures/golden/xl-config/disks.jsonl").trim().split("\n")
  .map((line) => JSON.parse(line));

Deno.test("every specification gives libxlutil's disk, or its complaints in its order", () => {
  for (const { spec, report, disk } of goldens) {
    const parsed = parseDisk(spec);
    if (parsed.isErr()) {
      const lines = parsed.error.map(({ reason, near }) => {
        const where = near === undefined ? "" : `: near \`${near}'`;
        return `src: config parsing error in disk specification: ${reason}${where} in \`${spec}'\n`;
      });
      assert.equal(lines.join(""), report, spec);
    } else {
      const { directIoSafe: _, discard: __, ...rest } = parsed.value;
      assert.deepEqual(sorted(rest), sorted(disk!), spec);
    }
  }
});

const sorted = (record: object): [string, unknown][] =>
  Object.entries(record).filter(([, value]) => value !== undefined).sort(([a], [b]) => a < b ? -1 : 1);

Deno.test("a specification has at most 8192 characters, whatever it holds", () => {
  const spec = (length: number) => "vdev=hda,target=/".padEnd(length, "x");
  assert.ok(parseDisk(spec(8192)).isOk());
  assert.match(parseDisk(spec(8193))._unsafeUnwrapErr()[0]!.reason, /longer than 8192 characters/);
  for (const part of ["tap:", "a=,", ",", " ", "a1:"]) assert.ok(parseDisk(part.repeat(1_000_000)).isErr());
});
