import assert from "node:assert/strict";
import { eptViewOf } from "../../../src/command/console/ept_view.ts";
import { type EptRow, type EptView } from "../../../src/command/language/console_host.ts";
import { GiB } from "../../../src/base/units.ts";
import { hostWithGuest, ON_NAMESPACE } from "../tables/guest_host.ts";

const host = hostWithGuest("server-two-socket", ON_NAMESPACE);
const view: EptView = eptViewOf(host.fork(), "web1")._unsafeUnwrap();

const leavesOf = (rows: readonly EptRow[]): number =>
  rows.reduce((sum, row) => sum + row.leaves.reduce((count, leaf) => count + leaf.count, 0), 0);

/** Rows of every table, opened down to the last. */
function* opened(parent: string | undefined): Generator<EptRow> {
  for (const row of view.rows(parent)) {
    yield row;
    if (row.kind === "table") yield* opened(row.id);
  }
}

Deno.test("the counts are those of Xen's own tables", () => {
  assert.equal(view.tables, host.fork().xen.domain(1)!.tablePages);
  assert.equal(view.tableBytes, view.tables * 4096);
  assert.equal(view.levels, 4);
});

Deno.test("a row has the leaves of all that is below it, and opening it shows the same ones", () => {
  const total = view.leaves.reduce((sum, leaf) => sum + leaf.count, 0);
  assert.equal(leavesOf(view.rows(undefined)), total);
  for (const row of opened(undefined)) {
    if (row.kind === "table") assert.equal(leavesOf(view.rows(row.id)), leavesOf([row]), row.id);
  }
});

Deno.test("ids are unique and rows are made once", () => {
  const ids = [...opened(undefined)].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(view.rows(undefined), view.rows(undefined));
});

Deno.test("folded pointers open into one row each, then into their tables", () => {
  const [root] = view.rows(undefined);
  const folded = view.rows(root!.id).find((row) => row.kind === "table" && row.lastIndex > row.firstIndex)!;
  assert.deepEqual([folded.level, folded.firstIndex, folded.lastIndex, folded.backs], ["PDPT", 4, 26, "namespace0.3"]);
  const single = view.rows(folded.id)[2]!;
  assert.deepEqual([single.firstIndex, single.startGpa, single.endGpa], [6, 6 * GiB, 7 * GiB]);
  assert.equal(single.startMpa, folded.startMpa! + 2 * GiB);
  assert.equal(single.entry, folded.entry + 2n * 4096n, "tables lie one behind the other");
  const [leaves] = view.rows(single.id);
  assert.deepEqual([leaves!.level, leaves!.kind, leaves!.lastIndex, leaves!.startMpa], [
    "PD",
    "leaf",
    511,
    single.startMpa,
  ]);
});

Deno.test("a walk ends in the DIMM, or in the exit the processor takes", () => {
  const { steps, outcome } = view.walk(0x250001234);
  assert.deepEqual(steps.map(({ level, index }) => `${level}[${index}]`), ["PML4[0]", "PDPT[9]", "PD[128]"]);
  assert.deepEqual(steps.at(-1)!.meaning, ["leaf 2 MiB", "r", "w", "x", "WB", "ipat", "A", "D", "ram_rw"]);
  assert.deepEqual(outcome, {
    kind: "mapped",
    spa: 0x11e8201234,
    leafBytes: 2 * 2 ** 20,
    place: "region0 → nmem1 dpa 0x37a080234",
  });
  assert.match(JSON.stringify(view.walk(0xf0000000000).outcome), /EPT violation/);
});

Deno.test("advice is one sentence a remedy", () => {
  assert.deepEqual(view.advice, [
    "namespace0.3: the data starts 0x18200000 past a GiB of the guest's addresses, so pages of 2 MiB are the largest " +
    "that fit; recreated with -a 1G: 23 × 1 GiB, 24 tables fewer, 638.00 MiB less capacity",
  ]);
});

Deno.test("a domain that is not there is explained", () => {
  assert.match(eptViewOf(host.fork(), "nobody")._unsafeUnwrapErr().hint, /running: web1/);
});
