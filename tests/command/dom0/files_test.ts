/** The file verbs on a running host: messages, exit status and refusals of the real tools. */
import assert from "node:assert/strict";
import { type Dom0Files } from "../../../src/dom0/mod.ts";
import { logOf } from "../../../src/host/mod.ts";
import { hostFrom, imageFrom, sessionOn, type TestSession } from "../../support/session.ts";

/** 4 GiB in fsdax mode; 32 GiB; 8 GiB raw; sector mode. */
const SMALL = "/dev/pmem1.4";
const LARGE = "/dev/pmem0";
const SECTOR = "/dev/pmem0.2s";

function shell(): TestSession["run"] & { ok(line: string): Promise<string> } {
  const { run } = sessionOn(hostFrom(imageFrom("server-two-socket")));
  return Object.assign(run, {
    async ok(line: string): Promise<string> {
      const { status, out, err } = await run(line);
      assert.deepEqual([status, err], [0, ""], line);
      return out as string;
    },
  });
}

type Shell = ReturnType<typeof shell>;

/** What a line that fails says, and its status. */
async function fails(run: Shell, line: string): Promise<[number, string]> {
  const { status, out, err } = await run(line);
  assert.equal(out, "", line);
  return [status, err];
}

async function mounted(): Promise<Shell> {
  const run = shell();
  await run.ok(`mkfs.ext4 -q ${SMALL}`);
  await run.ok(`mount -o dax ${SMALL} /mnt`);
  return run;
}

const WRONG_FS = (device: string): string =>
  `mount: /mnt: wrong fs type, bad option, bad superblock on ${device}, missing codepage or helper program, or other error.\n       dmesg(1) may have more information after failed mount system call.\n`;

Deno.test("mkfs.ext4 prints what mke2fs prints, backspaces included", async () => {
  const run = shell();
  const { out, err } = await run(`mkfs.ext4 -b 4096 -U 11111111-2222-3333-4444-555555555555 ${SMALL}`);
  assert.equal(err, "mke2fs 1.47.0 (5-Feb-2023)\n");
  const back = "\b".repeat(5);
  const counted = ` 0/32${back}     ${back}done`;
  assert.equal(
    out,
    `Creating filesystem with 1031680 4k blocks and 258048 inodes
Filesystem UUID: 11111111-2222-3333-4444-555555555555
Superblock backups stored on blocks: 
\t32768, 98304, 163840, 229376, 294912, 819200, 884736

Allocating group tables: ${counted}                            
Writing inode tables: ${counted}                            
Creating journal (16384 blocks): done
Writing superblocks and filesystem accounting information: ${counted}

`,
  );
});

Deno.test("mkfs.xfs prints its geometry, and leaves a filesystem alone unless forced", async () => {
  const run = shell();
  const out = await run.ok(`mkfs.xfs ${SMALL}`);
  assert.equal(out.split("\n")[0], "meta-data=/dev/pmem1.4           isize=512    agcount=4, agsize=257920 blks");
  assert.match(out, /log {6}=internal log {11}bsize=4096 {3}blocks=16384, version=2/);
  assert.deepEqual(await fails(run, `mkfs.xfs ${SMALL}`), [
    1,
    "mkfs.xfs: /dev/pmem1.4 appears to contain an existing filesystem (xfs).\n" +
    "mkfs.xfs: Use the -f option to force overwrite.\n",
  ]);
  await run.ok(`mkfs.xfs -q -f ${SMALL}`);
});

Deno.test("a small filesystem gets blocks of 1 KiB, which DAX cannot have", async () => {
  const run = shell();
  await run.ok(`partition ${SMALL} 256M rest`);
  const made = await run(`mkfs.ext4 -q ${SMALL}p1`);
  assert.equal(
    made.err,
    "/dev/pmem1.4p1 is capable of DAX but current block size 1024 is different from system page size 4096 so filesystem will not support DAX.\n",
  );
  assert.deepEqual(await fails(run, `mount -o dax ${SMALL}p1 /mnt`), [32, WRONG_FS(`${SMALL}p1`)]);
  await run.ok(`mkfs.ext4 -q -b 4096 ${SMALL}p1`);
  await run.ok(`mount -o dax ${SMALL}p1 /mnt`);
});

Deno.test("mount refuses what the kernel refuses", async () => {
  const run = shell();
  const again = "       dmesg(1) may have more information after failed mount system call.\n";
  assert.deepEqual(await fails(run, `mount ${SMALL} /mnt`), [32, WRONG_FS(SMALL)]);
  assert.deepEqual(await fails(run, "mount /dev/nope /mnt"), [
    32,
    `mount: /mnt: special device /dev/nope does not exist.\n${again}`,
  ]);
  await run.ok(`mkfs.ext4 -q ${SMALL}`);
  assert.deepEqual(await fails(run, `mount -o dax,foo ${SMALL} /mnt`), [32, WRONG_FS(SMALL)]);
  assert.deepEqual(await fails(run, `mount -t xfs ${SMALL} /mnt`), [32, WRONG_FS(SMALL)]);
  assert.deepEqual(await fails(run, `mount -t btrfs ${SMALL} /mnt`), [
    32,
    `mount: /mnt: unknown filesystem type 'btrfs'.\n${again}`,
  ]);
  await run.ok(`mount -o dax ${SMALL} /mnt`);
  assert.deepEqual(await fails(run, `mount -o dax ${SMALL} /mnt`), [
    32,
    `mount: /mnt: ${SMALL} already mounted on /mnt.\n${again}`,
  ]);
  assert.deepEqual(await fails(run, `mount ${LARGE} /mnt/none`), [
    32,
    `mount: /mnt/none: mount point does not exist.\n${again}`,
  ]);
  assert.deepEqual(await fails(run, "mount LABEL=foo /x"), [1, "mount: /x: can't find LABEL=foo.\n"]);
  assert.deepEqual(await fails(run, `mount ${LARGE}`), [1, `mount: ${LARGE}: can't find in /etc/fstab.\n`]);
  assert.deepEqual(await fails(run, "mount -z a b"), [
    1,
    "mount: invalid option -- 'z'\nTry 'mount --help' for more information.\n",
  ]);
});

Deno.test("a device may be mounted twice; the disk of a mounted partition is busy", async () => {
  const run = await mounted();
  await run.ok(`mount -o dax ${SMALL} /mnt2`);
  assert.equal(
    await run.ok("mount"),
    "/dev/pmem1.4 on /mnt type ext4 (rw,relatime,dax=always)\n/dev/pmem1.4 on /mnt2 type ext4 (rw,relatime,dax=always)\n",
  );
  await run.ok("umount /mnt");
  await run.ok(`umount ${SMALL}`);
  assert.deepEqual(await fails(run, "umount /mnt"), [32, "umount: /mnt: not mounted.\n"]);

  await run.ok(`partition ${SMALL} 1G 1G`);
  await run.ok(`mkfs.ext4 -q -b 4096 ${SMALL}p1`);
  await run.ok(`mount -o dax ${SMALL}p1 /mnt`);
  assert.deepEqual(await fails(run, `mkfs.ext4 -F -q ${SMALL}`), [
    1,
    `${SMALL} is apparently in use by the system; will not make a filesystem here!\n`,
  ]);
  assert.deepEqual(await fails(run, `mkfs.xfs -f ${SMALL}`), [
    1,
    `mkfs.xfs: cannot open ${SMALL}: Device or resource busy\n`,
  ]);
  assert.deepEqual(await fails(run, `partition ${SMALL} 1G`), [
    1,
    `partition: ${SMALL}: Device or resource busy: it is mounted on /mnt\n`,
  ]);
  await run.ok(`mkfs.xfs -q -m reflink=0 ${SMALL}p2`);
  await run.ok(`mount -o dax ${SMALL}p2 /mnt2`);
});

Deno.test("XFS with reflink has no DAX on a partition", async () => {
  const run = shell();
  await run.ok(`partition ${SMALL} 1G`);
  await run.ok(`mkfs.xfs -q ${SMALL}p1`);
  assert.deepEqual(await fails(run, `mount -o dax ${SMALL}p1 /mnt`), [32, WRONG_FS(`${SMALL}p1`)]);
  await run.ok(`mount ${SMALL}p1 /mnt`);
  assert.equal(
    await run.ok("mount -t xfs"),
    `${SMALL}p1 on /mnt type xfs (rw,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota)\n`,
  );
});

Deno.test("a sector-mode disk takes no filesystem here", async () => {
  const run = shell();
  assert.equal((await run(`mkfs.ext4 -q ${SECTOR}`)).status, 1);
});

Deno.test("a mounted filesystem holds its namespace: mkfs, destroy, disable and reconfigure are refused", async () => {
  const run = await mounted();
  assert.deepEqual(await fails(run, `mkfs.ext4 -q -F ${SMALL}`), [
    1,
    `${SMALL} is mounted; will not make a filesystem here!\n`,
  ]);
  const xfs = await run(`mkfs.xfs -f ${SMALL}`);
  assert.equal(xfs.err.split("\n")[0], `mkfs.xfs: ${SMALL} contains a mounted filesystem`);
  for (const verb of ["destroy-namespace -f", "disable-namespace", "create-namespace -f -m raw -e"]) {
    assert.equal((await run(`ndctl ${verb} namespace1.4`)).status, 240, verb);
  }
  await run.ok("umount /mnt");
  assert.equal((await run("ndctl destroy-namespace -f namespace1.4")).status, 0);
});

Deno.test("a filesystem is gone once its superblock is", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 1M /mnt/a");
  await run.ok("umount /mnt");
  assert.equal((await run(`dd if=/dev/zero of=${SMALL} bs=4k count=1 status=none`)).status, 0);
  assert.deepEqual(await fails(run, `mount ${SMALL} /mnt`), [32, WRONG_FS(SMALL)]);
});

Deno.test("a filesystem outlives its namespace's label, as the bytes do", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 1M /mnt/a");
  await run.ok("umount /mnt");
  assert.equal((await run("ndctl disable-namespace namespace1.4")).status, 0);
  assert.equal((await run("ndctl enable-namespace namespace1.4")).status, 0);
  await run.ok(`mount -o dax ${SMALL} /mnt`);
  assert.equal(await run.ok("ls /mnt"), "a\nlost+found\n");
});

Deno.test("fallocate: what it takes and what it says", async () => {
  const run = await mounted();
  const cases: [string, string][] = [
    ["-l 0 /mnt/a", "invalid length value specified"],
    ["-l xx /mnt/a", "invalid length value specified"],
    ["-l -5 /mnt/a", "invalid length value specified"],
    ["-l 1M -o -1 /mnt/a", "invalid offset value specified"],
    ["/mnt/c", "no length argument specified"],
    ["-l 1M", "no filename specified"],
    ["-l 1M /mnt/a /mnt/b", "unexpected number of arguments"],
    ["-l 1M /mnt/none/c", "cannot open /mnt/none/c: No such file or directory"],
    ["-l 1M /mnt", "cannot open /mnt: Is a directory"],
    ["-l 1M /mnt/lost+found", "cannot open /mnt/lost+found: Is a directory"],
    ["-p -l 8192 /mnt/zz", "cannot open /mnt/zz: No such file or directory"],
    ["-l 17T /mnt/big", "fallocate failed: File too large"],
    ["-l 1M /elsewhere/file", "cannot open /elsewhere/file: Read-only file system"],
  ];
  for (const [words, message] of cases) {
    assert.deepEqual(await fails(run, `fallocate ${words}`), [1, `fallocate: ${message}\n`], words);
  }
  for (const size of ["1.5M", "1MB", "1MiB", "0x1000"]) await run.ok(`fallocate -l ${size} /mnt/f${size}`);
  assert.equal(await run.ok("fallocate -v -l 1M /mnt/v"), "/mnt/v: 1 MiB (1048576 bytes) allocated.\n");
  const sizes = (await run.ok("ls -l /mnt")).split("\n").slice(1, -1).map((line) => line.split(/ +/)).map((words) =>
    `${words.at(-1)} ${words[4]}`
  );
  assert.deepEqual(sizes, [
    "big 0",
    "f0x1000 4096",
    "f1.5M 1572864",
    "f1MB 1000000",
    "f1MiB 1048576",
    "lost+found 16384",
    "v 1048576",
  ]);
});

Deno.test("a full filesystem keeps what fallocate found", async () => {
  const run = await mounted();
  const { status, err } = await run("fallocate -l 20G /mnt/b");
  assert.deepEqual([status, err], [1, "fallocate: fallocate failed: No space left on device\n"]);
  const [, size] = /root root (\d+)/.exec(await run.ok("ls -l /mnt/b"))!;
  assert.ok(Number(size) > 3.7e9 && Number(size) < 4225761280, size);
});

Deno.test("a hole is punched where blocks are whole, and zeroed where they are not", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 1M /mnt/a");
  await run.ok("fallocate -p -o 4096 -l 8192 /mnt/a");
  assert.equal(
    await run.ok("filefrag -v /mnt/a"),
    `Filesystem type is: ef53
File size of /mnt/a is 1048576 (256 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..       0:       8607..      8607:      1:             unwritten
   1:        3..     255:       8610..      8862:    253:             last,unwritten,eof
/mnt/a: 1 extent found
`,
  );
});

Deno.test("dd turns unwritten extents into written ones where they are", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 64M /mnt/a");
  const before = await run.ok("filefrag -v /mnt/a");
  const { status, err } = await run("dd if=/dev/zero of=/mnt/a bs=1M count=64 conv=notrunc,fsync");
  assert.equal(status, 0);
  assert.match(
    err,
    /^64\+0 records in\n64\+0 records out\n67108864 bytes \(67 MB, 64 MiB\) copied, [\d.]+ s, 2\.5 GB\/s\n$/,
  );
  assert.equal(await run.ok("filefrag -v /mnt/a"), before.replaceAll(",unwritten", ""));
});

Deno.test("without notrunc dd gives the blocks back first", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 64M /mnt/a");
  const before = await run.ok("filefrag -v /mnt/a");
  await run("dd if=/dev/zero of=/mnt/a bs=1M count=64 status=none");
  assert.notEqual(await run.ok("filefrag -v /mnt/a"), before.replaceAll(",unwritten", ""));
});

Deno.test("dd: counts, units and refusals", async () => {
  const run = await mounted();
  const said = async (words: string): Promise<string> => (await run(`dd if=/dev/zero ${words}`)).err;
  assert.equal(
    await said("of=/mnt/w bs=1x2 count=2x3"),
    "6+0 records in\n6+0 records out\n12 bytes copied, 1.1e-05 s, 1.1 MB/s\n",
  );
  assert.match(await said("of=/mnt/w bs=1000 count=1"), /\n1000 bytes \(1\.0 kB\) copied/);
  assert.match(await said("of=/mnt/w bs=999999 count=1"), /\n999999 bytes \(1\.0 MB, 977 KiB\) copied/);
  assert.match(await said("of=/mnt/w bs=1M count=9"), /\n9437184 bytes \(9\.4 MB, 9\.0 MiB\) copied/);
  assert.equal(await said("of=/mnt/w bs=100 count=5000B status=noxfer"), "50+0 records in\n50+0 records out\n");
  assert.match(
    await said("of=/mnt/w bs=4k count=0"),
    /^0\+0 records in\n0\+0 records out\n0 bytes copied, .* s, 0\.0 kB\/s\n$/,
  );
  for (
    const [words, message] of [
      ["of=/mnt/w foo=1", "unrecognized operand 'foo=1'\nTry 'dd --help' for more information."],
      ["of=/mnt/w conv=foo", "invalid conversion: 'foo'\nTry 'dd --help' for more information."],
      ["of=/mnt/w oflag=foo", "invalid output flag: 'foo'\nTry 'dd --help' for more information."],
      ["of=/mnt/w status=foo", "invalid status level: 'foo'\nTry 'dd --help' for more information."],
      ["of=/mnt/w bs=0", "invalid number: '0'"],
      ["of=/mnt/w bs=zz", "invalid number: 'zz'"],
      ["of=/mnt/nc conv=nocreat count=1", "failed to open '/mnt/nc': No such file or directory"],
      ["of=/mnt/w conv=excl count=1", "failed to open '/mnt/w': File exists"],
      ["of=/mnt bs=1", "failed to open '/mnt': Is a directory"],
      ["of=/mnt/none/k count=1", "failed to open '/mnt/none/k': No such file or directory"],
    ] as const
  ) {
    assert.deepEqual(await fails(run, `dd if=/dev/zero ${words}`), [1, `dd: ${message}\n`], words);
  }
  assert.deepEqual(await fails(run, "dd if=/nope of=/mnt/w"), [
    1,
    "dd: failed to open '/nope': No such file or directory\n",
  ]);
});

Deno.test("dd without a count writes until the filesystem is full", async () => {
  const run = await mounted();
  const { status, err } = await run("dd if=/dev/zero of=/mnt/full bs=1M");
  assert.equal(status, 1);
  const [first, records, out] = err.split("\n");
  assert.equal(first, "dd: error writing '/mnt/full': No space left on device");
  const [, read] = /^(\d+)\+0 records in$/.exec(records!)!;
  assert.match(out!, new RegExp(`^${Number(read) - 1}\\+[01] records out$`));
  assert.equal((await run("fallocate -l 1M /mnt/more")).status, 1);
});

Deno.test("truncate, rm and chattr say what coreutils say", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 1M /mnt/a");
  for (
    const [size, want] of [["+1M", 2097152], ["-1K", 2096128], ["<10", 10], [">4096", 4096], ["%4000", 8000], [
      "/3000",
      6000,
    ]]
  ) {
    await run.ok(`truncate -s '${size}' /mnt/a`);
    assert.match(await run.ok("ls -l /mnt/a"), new RegExp(` ${want} `), String(size));
  }
  const hint = (tool: string) => `Try '${tool} --help' for more information.\n`;
  assert.deepEqual(await fails(run, "truncate -s xx /mnt/a"), [1, "truncate: Invalid number: 'xx'\n"]);
  assert.deepEqual(await fails(run, "truncate /mnt/a"), [
    1,
    `truncate: you must specify either '--size' or '--reference'\n${hint("truncate")}`,
  ]);
  assert.deepEqual(await fails(run, "truncate -s 17T /mnt/a"), [
    1,
    "truncate: failed to truncate '/mnt/a' at 18691697672192 bytes: File too large\n",
  ]);
  await run.ok("truncate -c -s 1 /mnt/none");
  assert.deepEqual(await fails(run, "rm /mnt/none"), [1, "rm: cannot remove '/mnt/none': No such file or directory\n"]);
  await run.ok("rm -f /mnt/none");
  assert.deepEqual(await fails(run, "rm"), [1, `rm: missing operand\n${hint("rm")}`]);
  assert.deepEqual(await fails(run, "rm /mnt/lost+found"), [
    1,
    "rm: cannot remove '/mnt/lost+found': Is a directory\n",
  ]);
  assert.deepEqual(await fails(run, "rm /mnt/a/x"), [1, "rm: cannot remove '/mnt/a/x': Not a directory\n"]);
  assert.equal(await run.ok("rm -v /mnt/a"), "removed '/mnt/a'\n");
  assert.deepEqual(await fails(run, "chattr +i /mnt/none"), [
    1,
    "chattr: No such file or directory while trying to stat /mnt/none\n",
  ]);
  assert.deepEqual(await fails(run, "chattr i /mnt/a"), [1, "Must use '-v', =, - or +\n"]);
});

/** What must not change answers each tool with EPERM. */
async function refusesChange(run: Shell): Promise<void> {
  assert.deepEqual(await fails(run, "rm /mnt/a"), [1, "rm: cannot remove '/mnt/a': Operation not permitted\n"]);
  assert.deepEqual(await fails(run, "truncate -s 1 /mnt/a"), [
    1,
    "truncate: cannot open '/mnt/a' for writing: Operation not permitted\n",
  ]);
  assert.deepEqual(await fails(run, "fallocate -l 5M /mnt/a"), [
    1,
    "fallocate: cannot open /mnt/a: Operation not permitted\n",
  ]);
  assert.deepEqual(await fails(run, "fallocate -p -l 4096 /mnt/a"), [
    1,
    "fallocate: cannot open /mnt/a: Operation not permitted\n",
  ]);
  assert.deepEqual(await fails(run, "dd if=/dev/zero of=/mnt/a bs=1M count=1 conv=notrunc"), [
    1,
    "dd: failed to open '/mnt/a': Operation not permitted\n",
  ]);
}

Deno.test("an immutable file is not changed", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 1M /mnt/a");
  await run.ok("chattr +i /mnt/a");
  await refusesChange(run);
  await run.ok("umount /mnt");
  await run.ok(`mount -o dax ${SMALL} /mnt`);
  await refusesChange(run);
  await run.ok("chattr -i /mnt/a");
  await run.ok("rm /mnt/a");
});

Deno.test("a file that the toolstack holds is not changed, nor its filesystem unmounted", async () => {
  const host = hostFrom(imageFrom("server-two-socket"));
  const run = sessionOn(host).run as Shell;
  for (const line of [`mkfs.ext4 -q ${SMALL}`, `mount -o dax ${SMALL} /mnt`, "fallocate -l 1M /mnt/a"]) await run(line);
  const hold = (act: (files: Dom0Files) => void): void => {
    const fork = host.fork();
    act(fork.files);
    const draft = { time: "", who: "tester", line: "hold", status: 0, kind: "command", undoes: undefined } as const;
    assert.ok(host.commit(fork, { ...draft, ...logOf(fork.recorder.steps) }).isOk());
  };
  hold((files) => assert.ok(files.pin("/mnt/a", "assigned to web1").isOk()));
  await refusesChange(run);
  assert.deepEqual(await fails(run, "chattr -i /mnt/a"), [
    1,
    "chattr: Operation not permitted while setting flags on /mnt/a\n",
  ]);
  assert.deepEqual(await fails(run, "umount /mnt"), [32, "umount: /mnt: target is busy.\n"]);
  hold((files) => files.unpin("/mnt/a"));
  assert.equal((await run("umount /mnt")).status, 0);
});

Deno.test("a filesystem mounted read-only takes nothing", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 1M /mnt/a");
  await run.ok("umount /mnt");
  await run.ok(`mount -o ro,dax ${SMALL} /mnt`);
  assert.equal(await run.ok("mount"), `${SMALL} on /mnt type ext4 (ro,relatime,dax=always)\n`);
  assert.deepEqual(await fails(run, "fallocate -l 1M /mnt/a"), [
    1,
    "fallocate: cannot open /mnt/a: Read-only file system\n",
  ]);
  assert.deepEqual(await fails(run, "fallocate -l 1M /mnt/b"), [
    1,
    "fallocate: cannot open /mnt/b: Read-only file system\n",
  ]);
  assert.deepEqual(await fails(run, "rm /mnt/a"), [1, "rm: cannot remove '/mnt/a': Read-only file system\n"]);
});

Deno.test("filefrag: block sizes, hexadecimal, holes, and files that are not there", async () => {
  const run = await mounted();
  await run.ok("truncate -s 1M /mnt/sparse");
  for (const seek of [10, 100]) await run(`dd if=/dev/zero of=/mnt/sparse bs=4k count=1 seek=${seek} conv=notrunc`);
  const text = await run.ok("filefrag -v /mnt/sparse");
  assert.match(
    text,
    /^ {3}0: {7}10\.\. {6}10: +\d+\.\. +\d+: {6}1: {9}10:\n {3}1: {6}100\.\. {5}100: +\d+\.\. +\d+: {6}1: {13}last$/m,
  );
  assert.match(await run.ok("filefrag -vX /mnt/sparse"), /^ {3}1: {7}64\.\. {6}64: /m);
  assert.match(await run.ok("filefrag -v -k /mnt/sparse"), /\(1024 blocks of 1024 bytes\)/);
  assert.deepEqual(await fails(run, "filefrag -v /mnt/none"), [2, "open: No such file or directory\n"]);
  assert.equal((await run("filefrag")).status, 1);
});

Deno.test("fragmentation on request: just so many extents, none next to another", async () => {
  const run = await mounted();
  await run.ok("fallocate -l 100M --extents 1000 /mnt/f");
  assert.equal(await run.ok("filefrag /mnt/f"), "/mnt/f: 1000 extents found\n");
  await run("dd if=/dev/zero of=/mnt/f bs=1M count=100 conv=notrunc");
  assert.equal(await run.ok("filefrag /mnt/f"), "/mnt/f: 1000 extents found\n");
  await run.ok("rm /mnt/f");
  await run.ok("fallocate -l 100M /mnt/g");
  assert.equal(await run.ok("filefrag /mnt/g"), "/mnt/g: 1 extent found\n");
});

Deno.test("partitions lie on whole 2 MiB, in the table's own bytes", async () => {
  const run = shell();
  assert.equal(
    await run.ok(`partition ${SMALL} 1G 300M rest`),
    `/dev/pmem1.4p1  start 2 MiB  size 1.00 GiB  SPA 0x3b84400000
/dev/pmem1.4p2  start 1026 MiB  size 300.00 MiB  SPA 0x3bc4400000
/dev/pmem1.4p3  start 1326 MiB  size 2.64 GiB  SPA 0x3bd7000000
`,
  );
  assert.equal((await run.ok(`partition ${SMALL}`)).split("\n").length, 4);
  await run(`dd if=/dev/zero of=${SMALL} bs=512 count=2 status=none`);
  assert.equal(await run.ok(`partition ${SMALL}`), "");
  assert.deepEqual(await fails(run, `partition ${SMALL} 5G`), [
    1,
    `partition: ${SMALL}: partition 1 takes 5.00 GiB, 3.93 GiB are left\n`,
  ]);
});

Deno.test("fstab brings filesystems back after a reboot, by UUID too", async () => {
  const run = shell();
  const uuid = "11111111-2222-3333-4444-555555555555";
  await run.ok(`mkfs.ext4 -q -U ${uuid} ${SMALL}`);
  await run.ok(`fstab add UUID=${uuid} /srv/pmem ext4 dax,noatime`);
  await run.ok(`fstab add ${LARGE} /gone ext4 noauto`);
  assert.equal((await run(`fstab add ${LARGE} /gone ext4`)).status, 1);
  assert.equal(
    await run.ok("fstab list"),
    `UUID=${uuid} /srv/pmem ext4 dax,noatime 0 0\n${LARGE} /gone ext4 noauto 0 0\n`,
  );
  await run.ok("mount -a");
  assert.equal(await run.ok("mount"), `${SMALL} on /srv/pmem type ext4 (rw,noatime,dax=always)\n`);
  await run.ok("fallocate -l 3M /srv/pmem/a");
  await run("dd if=/dev/zero of=/srv/pmem/small bs=4k count=1");
  const before = await run.ok("filefrag -v /srv/pmem/a");
  assert.equal((await run("host reboot")).status, 0);
  assert.equal(await run.ok("mount"), `${SMALL} on /srv/pmem type ext4 (rw,noatime,dax=always)\n`);
  assert.equal(await run.ok("filefrag -v /srv/pmem/a"), before);
  await run.ok("fstab remove /gone");
  assert.equal((await run("fstab remove /gone")).status, 1);
});

Deno.test("overwriting what is written is a loss, and says whose", async () => {
  const { run } = sessionOn(hostFrom(imageFrom("server-two-socket")));
  for (const line of [`mkfs.ext4 -q -L data ${SMALL}`, `mount -o dax ${SMALL} /mnt`, "fallocate -l 8M /mnt/a"]) {
    await run(line);
  }
  const losses = async (line: string): Promise<string> => (await run(line, { dryRun: true })).out as string;
  assert.doesNotMatch(await losses("dd if=/dev/zero of=/mnt/a bs=1M count=8 conv=notrunc"), /losses/);
  await run("dd if=/dev/zero of=/mnt/a bs=1M count=4 conv=notrunc");
  assert.match(await losses("rm /mnt/a"), /losses:\n {2}\/mnt\/a: 4194304 bytes, of data/);
  assert.match(await losses("truncate -s 3M /mnt/a"), /losses:\n {2}\/mnt\/a: 1048576 bytes, of data/);
  await run("umount /mnt");
  assert.match(
    await losses(`mkfs.ext4 ${SMALL}`),
    /losses:\n {2}\/dev\/pmem1\.4 \(ext4, 1 file\): 8388608 bytes, of data/,
  );
});
