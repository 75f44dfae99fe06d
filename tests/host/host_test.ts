import assert from "node:assert/strict";
import { COMPONENT_NAMES, Host, openHost, SqliteStore } from "../../src/host/mod.ts";
import { blocksOf } from "../../src/host/components.ts";
import { encodeBlock } from "../../src/host/block_codec.ts";
import { hostFrom, imageFrom, sessionOn, WALL_TIME } from "../support/session.ts";

const CARVE = "ndctl create-namespace -m raw -s 32M -n extra";
const FIXTURE = "carve-modes-v12";

/** Every block of a host as text, to compare hosts byte for byte. */
function content(host: Host): Map<string, string> {
  const all = new Map<string, string>();
  for (const name of COMPONENT_NAMES) {
    const blocks = blocksOf(host.state, name);
    for (const id of blocks.ids()) all.set(`${name.path} ${id}`, encodeBlock(blocks.get(id)).join());
  }
  return all;
}

Deno.test("a fork that is dropped leaves the host as it was, byte for byte", async () => {
  const host = hostFrom(imageFrom(FIXTURE));
  const before = content(host);
  const { run } = sessionOn(host);
  const executed = await run(CARVE, { dryRun: true });
  assert.equal(executed.status, 6);
  assert.deepEqual(content(host), before);
  assert.equal(host.generation, 1);
});

Deno.test("undo puts back every byte, redo does it again, and the generation only rises", async () => {
  const host = hostFrom(imageFrom(FIXTURE));
  const before = content(host);
  const { run } = sessionOn(host);
  assert.equal((await run(CARVE)).status, 0);
  const after = content(host);
  assert.equal((await run("undo")).status, 0);
  assert.deepEqual(content(host), before);
  assert.equal((await run("redo")).status, 0);
  assert.deepEqual(content(host), after);
  assert.equal((await run("undo")).status, 0);
  assert.deepEqual(content(host), before);
  assert.equal(host.generation, 5);
});

Deno.test("undo stops at a power event, at another's entry, and at nothing, each with its reason", async () => {
  const host = hostFrom(imageFrom(FIXTURE));
  const { run } = sessionOn(host);
  assert.match((await run("undo")).err, /power/);
  await run(CARVE, { who: "somebody" });
  const refused = await run("undo");
  assert.equal(refused.status, 4);
  assert.match(refused.err, /made by somebody\n.*undo --entry 2/);
  assert.equal((await run("undo --entry 2")).status, 0);
});

Deno.test("undo N takes back N entries or none", async () => {
  const host = hostFrom(imageFrom(FIXTURE));
  const before = content(host);
  const { run } = sessionOn(host);
  await run(CARVE);
  await run("ndctl create-namespace -m raw -s 32M -n more");
  assert.equal((await run("undo 3")).status, 4);
  assert.equal(host.generation, 3);
  assert.equal((await run("undo 2")).status, 0);
  assert.deepEqual(content(host), before);
});

Deno.test("of two who fork the same host one is told that the other was first", () => {
  const host = hostFrom(imageFrom(FIXTURE));
  const [mine, theirs] = [host.fork(), host.fork()];
  const entry = { time: WALL_TIME, who: "x", line: "x", status: 0, kind: "command", undoes: undefined } as const;
  const log = { steps: encodeBlock([]), stepCount: 0, stepDigest: "" };
  assert.ok(host.commit(theirs, { ...entry, ...log }).isOk());
  assert.deepEqual(host.commit(mine, { ...entry, ...log })._unsafeUnwrapErr(), {
    kind: "conflict",
    expected: 1,
    found: 2,
  });
});

Deno.test("a commit is on the disk: the file opened again holds the same host and journal", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/h.nvdeck`;
  const store = SqliteStore.open(path)._unsafeUnwrap();
  const host = Host.make(store, imageFrom(FIXTURE), { time: WALL_TIME, who: "tester", clock: 0n })._unsafeUnwrap();
  await sessionOn(host).run(CARVE);
  host.close();
  const again = openHost(SqliteStore.open(path)._unsafeUnwrap())._unsafeUnwrap();
  assert.deepEqual(content(again), content(host));
  assert.deepEqual(again.journal(9).map(({ line }) => line), [CARVE, `host init (capture ${FIXTURE}, end)`]);
  await sessionOn(again).run("undo");
  again.close();
  const third = openHost(SqliteStore.open(path)._unsafeUnwrap())._unsafeUnwrap();
  assert.equal(third.fork().dom0.namespaces().some(({ altName }) => altName === "extra"), false);
  third.close();
});

Deno.test("a console sees what another one committed to the same file", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/h.nvdeck`;
  const one = Host.make(SqliteStore.open(path)._unsafeUnwrap(), imageFrom(FIXTURE), {
    time: WALL_TIME,
    who: "a",
    clock: 0n,
  })
    ._unsafeUnwrap();
  const other = openHost(SqliteStore.open(path)._unsafeUnwrap())._unsafeUnwrap();
  assert.equal((await sessionOn(one).run(CARVE)).changed, true);
  // The other's rehearsal was made for the older host: it is made again, not lost and not laid over the first.
  const late = await sessionOn(other).run("ndctl create-namespace -m raw -s 32M -n late");
  assert.equal(late.status, 0);
  assert.equal(other.generation, 3);
  const names = other.fork().dom0.namespaces().map(({ altName }) => altName);
  assert.ok(names.includes("extra") && names.includes("late"));
  one.close();
  other.close();
});

Deno.test("a file of somebody else is named, refused and left alone", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/letter.txt`;
  await Deno.writeTextFile(path, "Dear operator,\n".repeat(200));
  const before = await Deno.readTextFile(path);
  assert.equal(SqliteStore.open(path)._unsafeUnwrapErr().kind, "not-a-host");
  assert.equal(await Deno.readTextFile(path), before);
  const { DatabaseSync } = await import("node:sqlite");
  const foreign = `${folder}/other.db`;
  const db = new DatabaseSync(foreign);
  db.exec("CREATE TABLE letters (text TEXT)");
  db.close();
  assert.match((SqliteStore.open(foreign)._unsafeUnwrapErr() as { reason: string }).reason, /another program/);
});

Deno.test("damaged blocks make the file unusable, not the program", async () => {
  const path = `${await Deno.makeTempDir()}/h.nvdeck`;
  Host.make(SqliteStore.open(path)._unsafeUnwrap(), imageFrom(FIXTURE), { time: WALL_TIME, who: "a", clock: 0n })
    ._unsafeUnwrap().close();
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(path);
  db.exec("UPDATE block SET bytes = x'0121' WHERE component = 'host.facts'");
  db.close();
  const fault = openHost(SqliteStore.open(path)._unsafeUnwrap())._unsafeUnwrapErr();
  assert.equal(fault.kind, "not-a-host");
});

Deno.test("a reboot keeps what labels say, forgets device numbers, and is a barrier for undo", async () => {
  const host = hostFrom(imageFrom("server-two-socket"));
  const uuids = () =>
    host.fork().dom0.namespaces().flatMap(({ uuid, size }) => (size > 0 && uuid ? [uuid] : [])).sort();
  const before = uuids();
  const { run } = sessionOn(host);
  assert.equal((await run("host reboot")).status, 0);
  assert.deepEqual(uuids(), before);
  assert.deepEqual(
    host.fork().dom0.namespaces(0).filter(({ size }) => size > 0).map(({ name }) => name),
    ["namespace0.0", "namespace0.1", "namespace0.2", "namespace0.3"],
  );
  assert.match((await run("undo")).err, /turned the power off or on/);
});
