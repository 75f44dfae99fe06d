/**
 * While memory is a guest's, running or off, dom0's own tools refuse what would take it away, each in its own words
 * (model section 3).
 */
import assert from "node:assert/strict";
import { Story } from "./story.ts";

const SERVER = "server-two-socket";

function withNamespace(): Story {
  const story = Story.on(SERVER);
  story.ok("xl pmem-setup --namespace namespace1.3");
  story.start(1, ["namespace1.3"]);
  return story;
}

function withFile(): Story {
  const story = Story.on(SERVER);
  story.ok("mkfs.ext4 /dev/pmem0");
  story.ok("mount -o dax /dev/pmem0 /mnt/p0");
  story.ok("fallocate -l 64M /mnt/p0/disk1");
  story.ok("dd if=/dev/zero of=/mnt/p0/disk1 bs=1M count=64 conv=notrunc");
  story.ok("xl pmem-setup --namespace namespace0.0 --mgmt namespace1.3");
  story.start(1, ["/mnt/p0/disk1"]);
  return story;
}

const OF_A_NAMESPACE: readonly (readonly [string, number, RegExp])[] = [
  ["mount /dev/pmem1.3 /mnt/x", 32, /\/dev\/pmem1.3 already mounted or mount point busy/],
  ["mkfs.ext4 /dev/pmem1.3", 1, /apparently in use by the system; will not make a filesystem here/],
  ["mkfs.xfs -f /dev/pmem1.3", 1, /cannot open \/dev\/pmem1.3: Device or resource busy/],
  ["ndctl destroy-namespace -f namespace1.3", 240, /Device or resource busy/],
  ["ndctl disable-namespace namespace1.3", 240, /Device or resource busy/],
  ["ndctl create-namespace -f -e namespace1.3 -m fsdax", 240, /Device or resource busy/],
  ["ndctl write-infoblock namespace1.3 -m fsdax", 240, /Device or resource busy/],
  ["ndctl check-namespace namespace1.3", 240, /check aborted, namespace online/],
  ["partition /dev/pmem1.3 1G", 1, /Device or resource busy/],
  ["ndctl zero-labels nmem4", 1, /regions active, abort label write/],
  ["ndctl init-labels nmem4", 1, /regions active, abort label write/],
  ["ndctl disable-dimm nmem4", 1, /nmem4 is active, skipping/],
];

const OF_A_FILE: readonly (readonly [string, number, RegExp])[] = [
  ["umount /mnt/p0", 32, /target is busy/],
  ["rm /mnt/p0/disk1", 1, /Operation not permitted/],
  ["truncate -s 1M /mnt/p0/disk1", 1, /Operation not permitted/],
  ["truncate -s 128M /mnt/p0/disk1", 1, /Operation not permitted/],
  ["fallocate -p -o 0 -l 1M /mnt/p0/disk1", 1, /Operation not permitted/],
  ["fallocate -l 128M /mnt/p0/disk1", 1, /Operation not permitted/],
  ["dd if=/dev/zero of=/mnt/p0/disk1 bs=1M count=1 conv=notrunc", 1, /Operation not permitted/],
  ["mkfs.ext4 /dev/pmem0", 1, /is mounted; will not make a filesystem here/],
  ["ndctl destroy-namespace -f namespace0.0", 240, /Device or resource busy/],
  ["ndctl disable-namespace namespace0.0", 240, /Device or resource busy/],
];

for (
  const [what, make, table] of [
    ["a namespace", withNamespace, OF_A_NAMESPACE],
    ["a file", withFile, OF_A_FILE],
  ] as const
) {
  for (const [line, status, says] of table) {
    Deno.test(`while ${what} is a guest's: ${line}`, () => {
      const story = make();
      story.fails(line, status, says);
      story.ok("xl destroy g1");
      story.fails(line, status, says);
      story.sound();
    });
  }
}

/** Refusals that the real tools end with a status of 0. */
const SILENT: readonly (readonly [string, RegExp])[] = [
  ["ndctl write-labels nmem4 -i labels.bin", /dimm is active, abort label write\nwrote 1 nmem/],
  ["ndctl disable-region region1", /disabled 0 regions/],
];

for (const [line, says] of SILENT) {
  Deno.test(`while a namespace is a guest's: ${line} says that it does nothing, with a status of 0, and does nothing`, () => {
    const story = withNamespace();
    story.file("labels.bin", "\0".repeat(131072));
    const content = () =>
      story.fork.machine.dimms().map(({ handle }) => {
        const { lsr } = story.fork.machine.firmware.labelMethods(handle) ?? {};
        return lsr && [...lsr(0, 1024).bytes];
      });
    // disable-region does disable the namespaces that come before the busy one.
    const state = () => [content(), story.fork.dom0.namespace("namespace1.3"), story.fork.dom0.region(1).enabled];
    const refused = () => {
      const before = state();
      story.says(line, says);
      assert.deepEqual(state(), before);
      story.sound();
    };
    refused();
    story.ok("xl destroy g1");
    refused();
  });
}

Deno.test("a file that nobody owes to anybody is an ordinary file again", () => {
  const story = withFile();
  story.ok("xl destroy g1");
  story.ok("xl vnvdimm-detach g1 0");
  story.ok("truncate -s 1M /mnt/p0/disk1");
  story.ok("rm /mnt/p0/disk1");
  story.ok("umount /mnt/p0");
});

Deno.test("a file that was written anew in another place is not what the guest had", () => {
  const story = withFile();
  story.ok("xl destroy g1");
  const { files } = story.fork;
  files.unpin("/mnt/p0/disk1");
  story.ok("rm /mnt/p0/disk1");
  story.ok("fallocate -l 8M /mnt/p0/other");
  story.ok("fallocate -l 64M /mnt/p0/disk1");
  story.ok("dd if=/dev/zero of=/mnt/p0/disk1 bs=1M count=64 conv=notrunc");
  story.fails(
    `xl create ${story.config(1, "vnvdimms = [ '/mnt/p0/disk1' ]")}`,
    3,
    /\/mnt\/p0\/disk1, slot 0 of g1, is not what it was: extents was 0x/,
  );
});
