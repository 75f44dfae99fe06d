/** The captured server's files, made again by the captured commands: the same extents, to the byte of what was printed. */
import assert from "node:assert/strict";
import { sessionFor } from "../../support/session.ts";

const FILES = new URL("../../../fixtures/hosts/server-two-socket/", import.meta.url);
const captured = (name: string): string => Deno.readTextFileSync(new URL(name, FILES));

/** The filesystem that the capture's script made: on the newest fsdax namespace of 4 GiB. */
const DEVICE = "/dev/pmem1.4";

Deno.test("fallocate and filefrag give the captured extents", async () => {
  const { run } = sessionFor("server-two-socket");
  const output = async (line: string): Promise<string> => {
    const { status, out, err } = await run(line);
    assert.deepEqual([status, err], [0, ""], line);
    return out as string;
  };
  await output(`mkfs.ext4 -q -b 4096 ${DEVICE}`);
  await output(`mount -t ext4 -o dax ${DEVICE} /mnt`);
  await output("fallocate -l 268435456 /mnt/a.img");
  await output("fallocate -l 100000000 /mnt/b.img");
  assert.equal(await output("mount"), `${DEVICE} on /mnt type ext4 (rw,relatime,dax=always)\n`);
  assert.equal(await output("filefrag -v -b512 /mnt/a.img /mnt/b.img"), captured("filefrag.512.txt"));
  const both = await output("filefrag -v /mnt/a.img /mnt/b.img");
  assert.equal(both + await output("filefrag -v -e -s /mnt/a.img"), captured("filefrag.txt"));
});
