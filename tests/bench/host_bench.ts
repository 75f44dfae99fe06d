/**
 * A large host: 24 DIMMs, 12 TiB, 10 000 namespaces. What one create and one list cost as the host fills up, as ratios to the
 * same command on the empty host in the same run; and what a fork, a commit to disk and an undo cost beside it.
 *
 *     deno task bench host
 */
import { decodeNfit, qemuNfit } from "../../src/acpi/mod.ts";
import { GiB } from "../../src/base/units.ts";
import { Host, importTables, SqliteStore } from "../../src/host/mod.ts";
import { sessionOn, WALL_TIME } from "../support/session.ts";

const DIMMS = 24;
const DIMM_BYTES = 512 * GiB;
const NAMESPACES = 10_000;
const STEPS = 10;

const devices = Array.from(
  { length: DIMMS },
  (_, slot) => ({ slot, base: 4 * GiB + slot * DIMM_BYTES, length: DIMM_BYTES }),
);
const nfit = qemuNfit(devices)!;
decodeNfit(nfit)._unsafeUnwrap();

const image = importTables({ nfit, srat: undefined, labels: new Map(), name: "large" })._unsafeUnwrap();
const path = `${Deno.makeTempDirSync()}/large.nvdeck`;
const store = SqliteStore.open(path)._unsafeUnwrap();
const host = Host.make(store, image, { time: WALL_TIME, who: "bench", clock: 0n })._unsafeUnwrap();
const { run } = sessionOn(host);

const timed = async (line: string): Promise<number> => {
  const start = performance.now();
  const { status, err } = await run(line);
  if (status !== 0) throw new Error(`${line}: ${err}`);
  return performance.now() - start;
};
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

for (const region of Array(DIMMS).keys()) {
  await run(`ndctl disable-region region${region}`);
  await run(`ndctl init-labels -V 1.2 nmem${region}`);
  await run(`ndctl enable-region region${region}`);
}

let made = 0;
let first: { create: number; list: number } | undefined;
console.log("namespaces   create ms   ratio   list ms   ms per 1000 listed   fork ms");
for (let step = 0; step <= STEPS; step++) {
  const target = Math.floor((NAMESPACES * step) / STEPS);
  const creates: number[] = [];
  for (; made < Math.max(target, 20); made++) {
    creates.push(await timed(`ndctl create-namespace -r region${made % DIMMS} -m raw -s 16M`));
  }
  const create = median(creates.slice(-50));
  const list = median([await timed("ndctl list -N"), await timed("ndctl list -N"), await timed("ndctl list -N")]);
  const before = performance.now();
  for (let i = 0; i < 1000; i++) host.fork();
  const fork = (performance.now() - before) / 1000;
  first ??= { create, list };
  const row = [
    made,
    create.toFixed(1),
    (create / first.create).toFixed(2),
    list.toFixed(1),
    ((1000 * list) / made).toFixed(1),
    fork.toFixed(4),
  ];
  console.log(row.map((cell) => String(cell).padStart(10)).join(" "));
}
host.close();
