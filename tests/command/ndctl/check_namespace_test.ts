/** A BTT damaged in every way the check knows, and repaired where it can be. */
import assert from "node:assert/strict";
import { viewOf } from "../../../src/base/bytes.ts";
import { type Spa } from "../../../src/abi/address.ts";
import { bttArenas, encodeMapEntry, INFO_BLOCK_SIZE, LOG_GROUP_SIZE, writeLogEntry } from "../../../src/label/mod.ts";
import { MiB } from "../../../src/base/units.ts";
import { logOf } from "../../../src/host/mod.ts";
import { WALL_TIME } from "../../support/session.ts";
import { LABELS, type MadeHost, madeHost } from "./made_host.ts";

const SIZE = 32 * MiB;
const [arena] = bttArenas(SIZE, 4096, "2.0")._unsafeUnwrap();

interface Btt {
  readonly host: MadeHost;
  /** Overwrites part of the disabled namespace. */
  damage(offset: number, bytes: Uint8Array): void;
  bytes(offset: number, length: number): Uint8Array;
}

async function withBtt(): Promise<Btt> {
  const host = madeHost();
  await host.all(...LABELS, `ndctl create-namespace -m sector -s ${SIZE}`, "ndctl disable-namespace namespace0.0");
  const start = host.host.fork().dom0.namespace("namespace0.0")!.extent.start;
  return {
    host,
    damage(offset, bytes) {
      const fork = host.host.fork();
      fork.machine.store((start + offset) as Spa, bytes)._unsafeUnwrap();
      const draft = { time: WALL_TIME, who: "tester", line: "damage", status: 0, undoes: undefined, ...logOf([]) };
      host.host.commit(fork, { ...draft, kind: "command" })._unsafeUnwrap();
    },
    bytes: (offset, length) => host.host.fork().machine.load((start + offset) as Spa, length)._unsafeUnwrap(),
  };
}

const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
};
const CHECK = "ndctl check-namespace namespace0.0";
const said = (...messages: string[]): string => messages.map((message) => `namespace0.0: ${message}\n`).join("");
const failed = (errno: string, status: number, ...messages: string[]): [number, string] => [
  status,
  `${said(...messages)}error checking namespaces: ${errno}\nchecked 0 namespaces\n`,
];
const DEFECT = "No such device or address";

Deno.test("a sound BTT passes, and a repair changes nothing", async () => {
  const { host, bytes } = await withBtt();
  const before = bytes(0, SIZE);
  assert.deepEqual(await host.refusal(CHECK), [0, "checked 1 namespace\n"]);
  assert.deepEqual(await host.refusal(`${CHECK} -R`), [0, "checked 1 namespace\n"]);
  assert.deepEqual(bytes(0, SIZE), before);
});

Deno.test("a lost info block comes back from its copy", async () => {
  const { host, damage, bytes } = await withBtt();
  const before = bytes(0, INFO_BLOCK_SIZE);
  damage(0, new Uint8Array(64));
  const [status, err] = await host.refusal(CHECK);
  assert.equal(status, 251);
  assert.match(err, /btt_write_info: BTT info block at offset 0 needs to be restored/);
  assert.deepEqual(await host.refusal(`${CHECK} --repair`), [0, "checked 1 namespace\n"]);
  assert.deepEqual(bytes(0, INFO_BLOCK_SIZE), before);
  await host.all("ndctl enable-namespace namespace0.0");
  assert.equal(((await host.json("ndctl list -N")) as { mode: string }[])[0]!.mode, "sector");
});

Deno.test("a lost copy is named, and made anew", async () => {
  const { host, damage, bytes } = await withBtt();
  damage(arena!.info2, new Uint8Array(64));
  assert.deepEqual(await host.refusal(CHECK), [
    0,
    `${said("btt_copy_to_info2: Arena 0: BTT info2 needs to be restored")}checked 1 namespace\n`,
  ]);
  await host.all(`${CHECK} -R`);
  assert.deepEqual(bytes(arena!.info2, INFO_BLOCK_SIZE), bytes(0, INFO_BLOCK_SIZE));
});

Deno.test("without any info block there is nothing to check", async () => {
  const { host, damage } = await withBtt();
  damage(0, new Uint8Array(INFO_BLOCK_SIZE));
  damage(arena!.info2, new Uint8Array(INFO_BLOCK_SIZE));
  assert.deepEqual(
    await host.refusal(`${CHECK} -R`),
    failed(
      DEFECT,
      250,
      "namespace_check: Unable to recover any BTT info blocks",
      "namespace_check: This may not be a sector mode namespace",
    ),
  );
});

Deno.test("a map entry that a crash left behind the log is mended", async () => {
  const { host, damage, bytes } = await withBtt();
  // Lane 3 wrote block 7: the log says it lies in the lane's free block now, the map does not know yet.
  const free = arena!.externalBlocks + 3;
  const entry = writeLogEntry({ block: 7, oldMap: 7, newMap: free, sequence: 2 });
  damage(arena!.log + 3 * LOG_GROUP_SIZE + entry.length, entry);
  const [status, err] = await host.refusal(CHECK);
  assert.equal(status, 250);
  assert.match(err, new RegExp(`btt_map_write: Arena 0: map\\[0x7\\] needs to be updated to 0x${free.toString(16)}\n`));
  await host.all(`${CHECK} -R`);
  assert.deepEqual(bytes(arena!.map + 28, 4), word(encodeMapEntry({ state: "normal", block: free })));
  assert.deepEqual(await host.refusal(CHECK), [0, "checked 1 namespace\n"]);
});

Deno.test("what cannot be repaired is named", async () => {
  const beyond = encodeMapEntry({ state: "normal", block: arena!.internalBlocks });
  const twice = encodeMapEntry({ state: "normal", block: 1 });
  const lane = (values: { block?: number; oldMap?: number; newMap?: number; sequence?: number }) =>
    writeLogEntry({ block: 0, oldMap: arena!.externalBlocks, newMap: arena!.externalBlocks, sequence: 1, ...values });
  const cases: readonly [number, Uint8Array, string][] = [
    [arena!.map, word(beyond), "found a map entry that is out of bounds"],
    [arena!.map, word(twice), "bitmap error: internal blocks are incorrectly referenced"],
    [arena!.log, lane({ block: arena!.externalBlocks }), "found a log entry with an out of bounds LBA"],
    [arena!.log, lane({ oldMap: arena!.internalBlocks }), "found a log entry with an out of bounds 'old' mapping"],
    [arena!.log, lane({ newMap: arena!.internalBlocks }), "found a log entry with an out of bounds 'new' mapping"],
    [arena!.log, lane({ sequence: 4 }), "found a log entry with an out of bounds sequence number"],
  ];
  for (const [offset, bytes, what] of cases) {
    const { host, damage } = await withBtt();
    damage(offset, bytes);
    assert.deepEqual(await host.refusal(`${CHECK} -R`), failed(DEFECT, 250, `btt_xlat_status: arena 0: ${what}`));
  }
});

Deno.test("a log whose entries fit no known scheme is refused", async () => {
  const { host, damage } = await withBtt();
  damage(arena!.log + 48, writeLogEntry({ block: 0, oldMap: 5, newMap: 5, sequence: 2 }));
  assert.deepEqual(
    await host.refusal(CHECK),
    failed(
      DEFECT,
      250,
      "log_set_indices: Found an unknown padding scheme",
      "namespace_check: Unable to deduce log/padding indices",
    ),
  );
});

Deno.test("an error in the medium ends the check", async () => {
  const { host } = await withBtt();
  await host.all(`ndctl inject-error namespace0.0 -B ${arena!.map / 512} -n 1`);
  assert.deepEqual(
    await host.refusal(CHECK),
    failed(
      "Bad address",
      242,
      "namespace_check: Received a SIGBUS",
      "namespace_check: Metadata corruption found, recovery is not possible",
    ),
  );
});

Deno.test("an enabled namespace is left alone unless it is forced, and then comes back", async () => {
  const { host } = await withBtt();
  await host.all("ndctl enable-namespace namespace0.0");
  assert.equal((await host.refusal(CHECK))[0], 240);
  assert.deepEqual(await host.refusal(`${CHECK} -f`), [0, "checked 1 namespace\n"]);
  assert.equal(((await host.json("ndctl list -N")) as { mode: string }[])[0]!.mode, "sector");
  assert.equal((await host.refusal(`${CHECK} -f --rewrite-log`))[0], 234);
});

Deno.test("a rewritten log has one entry a lane, with the lane's free block", async () => {
  const { host, bytes } = await withBtt();
  const before = bytes(arena!.log, arena!.lanes * LOG_GROUP_SIZE);
  await host.all(`${CHECK} -R -L`);
  assert.deepEqual(bytes(arena!.log, arena!.lanes * LOG_GROUP_SIZE), before);
});
