/** The program as a process: what a shell sees of it. */
import assert from "node:assert/strict";
import { programPath } from "../../src/cli/paths.ts";
import { PERMISSIONS } from "../../src/cli/permissions.ts";

const folder = Deno.makeTempDirSync();

async function nvdeck(args: readonly string[], env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", ...PERMISSIONS, programPath("src/main.ts"), ...args],
    cwd: programPath(""),
    env: { XDG_STATE_HOME: folder, INIT_CWD: folder, ...env },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** One clear message: no stack trace, at most three lines. */
function isPlain(err: string): void {
  assert.doesNotMatch(err, /\n\s+at /, err);
  assert.ok(err.trim().split("\n").length <= 3, err);
}

Deno.test("the default host is made on first use and is as it was left the next time", async () => {
  const made = await nvdeck(["ndctl", "create-namespace", "-r", "region1", "-m", "raw", "-s", "16M", "-n", "kept"]);
  assert.equal(made.code, 0, made.err);
  const listed = await nvdeck(["ndctl", "list", "-N"]);
  assert.match(listed.out, /"name":"kept"/);
  assert.ok(Deno.statSync(`${folder}/nvdeck/default.nvdeck`).isFile);
});

Deno.test("standard output is data, talk is on standard error", async () => {
  const { out, err } = await nvdeck([
    "--fixture",
    "carve-modes-v12",
    "ndctl",
    "destroy-namespace",
    "-f",
    "namespace0.4",
  ]);
  assert.equal(out, "");
  assert.equal(err, "destroyed 1 namespace\n");
});

Deno.test("an unknown verb, option, fixture and host are each told in a sentence, with the right exit", async () => {
  for (
    const [args, code, says] of [
      [["frobnicate"], 2, /no verb "frobnicate"/],
      [["--frob", "history"], 2, /unknown option --frob/],
      [["--fixture", "nowhere", "history"], 3, /no fixture "nowhere"/],
      [["--host", "/nonexistent/x.nvdeck", "history"], 1, /cannot be used/],
      [["--fixture", "carve-modes", "--host", "x", "history"], 2, /exclude each other/],
      [["--seed", "many", "history"], 2, /--seed many is not a number/],
    ] as const
  ) {
    const ran = await nvdeck(args);
    assert.equal(ran.code, code, `${args.join(" ")}: ${ran.err}`);
    assert.match(ran.err, says);
    isPlain(ran.err.split("usage:")[0]!);
  }
});

Deno.test("a store that is not a database is left alone", async () => {
  const path = `${folder}/letter.txt`;
  Deno.writeTextFileSync(path, "Dear operator, this is a letter.\n".repeat(100));
  const ran = await nvdeck(["--host", path, "ndctl", "list"]);
  assert.equal(ran.code, 1);
  assert.match(ran.err, /is not a host of nvdeck: file is not a database\nname another file with --host/);
  isPlain(ran.err);
  assert.match(Deno.readTextFileSync(path), /^Dear operator/);
});

Deno.test("a truncated NFIT is refused where it ends", async () => {
  const nfit = Deno.readFileSync(programPath("fixtures/hosts/server-two-socket/nfit.bin"));
  Deno.writeFileSync(`${folder}/cut.bin`, nfit.subarray(0, 30));
  const ran = await nvdeck(["--host", `${folder}/cut.nvdeck`, "--yes", "host", "import", "--nfit", "cut.bin"]);
  assert.equal(ran.code, 1);
  assert.match(ran.err, /cut\.bin: .* at byte 0: /);
  isPlain(ran.err);
});

Deno.test("a label area of zeros makes an unlabelled DIMM, not a failure", async () => {
  Deno.writeFileSync(`${folder}/zeros.lsa`, new Uint8Array(131072));
  const nfit = programPath("fixtures/hosts/carve-modes/nfit.bin");
  const host = ["--host", `${folder}/zeros.nvdeck`];
  const ran = await nvdeck([...host, "--yes", "host", "import", "--nfit", nfit, "--labels", "nmem0=zeros.lsa"]);
  assert.equal(ran.code, 0, ran.err);
  const listed = await nvdeck([...host, "ndctl", "list", "-RN"]);
  assert.match(listed.out, /"dev":"namespace0\.0"/);
  assert.doesNotMatch(listed.out, /iset_id/);
  const check = await nvdeck(["label", "check", "--file", "zeros.lsa"]);
  isPlain(check.err);
});

Deno.test("relative paths count from where the operator called", async () => {
  Deno.writeTextFileSync(`${folder}/here.nv`, "ndctl list -N\n");
  const ran = await nvdeck(["--fixture", "carve-modes", "batch", "here.nv"]);
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.err, /1 run, 0 failed, 0 changed the host/);
});

Deno.test("exec answers a real shell script, loops, pipes and exit codes included", async () => {
  Deno.writeTextFileSync(
    `${folder}/s.sh`,
    `for n in a b; do ndctl create-namespace -m raw -s 32M -n "$n x" >/dev/null || exit 1; done
ndctl list -N | grep -c '"name":"[ab] x"'
ndctl destroy-namespace namespace9.9; echo "exit $?"
ndctl create-namespace -c -m raw 2>&1 | head -1
echo data | cat
`,
  );
  const ran = await nvdeck(["--fixture", "carve-modes-v12", "exec", "--", "sh", "s.sh"]);
  assert.equal(ran.code, 0, ran.err);
  assert.equal(ran.out, "2\nexit 250\ncreated 1 namespace\ndata\n");
  assert.equal(ran.err, "error destroying namespaces: No such device or address\ndestroyed 0 namespaces\n");
  const failing = await nvdeck(["--fixture", "carve-modes-v12", "exec", "--", "sh", "-c", "exit 7"]);
  assert.equal(failing.code, 7);
});

Deno.test("exec leaves cat, ls, rm and the rest to the real system, but for the model's devices, mounts and sysfs", async () => {
  Deno.writeTextFileSync(
    `${folder}/files.sh`,
    `mkfs.ext4 -q /dev/pmem1.4 && mount -o dax /dev/pmem1.4 /mnt/p0 && fallocate -l 64M /mnt/p0/disk1
dd if=/dev/zero of=/mnt/p0/disk1 bs=1M count=64 conv=notrunc 2>/dev/null
filefrag /mnt/p0/disk1
cat /sys/bus/nd/devices/nmem0/nfit/handle
umask 022; echo real > "it's real"; cat "it's real"; dd if="it's real" of=copy 2>/dev/null
stat -c %a copy; rm copy "it's real"; ls copy 2>/dev/null; echo "gone $?"
rm /mnt/p0/disk1; ls /mnt/p0; mount | grep -c /mnt/p0; umount /mnt/p0
cat /sys/bus/nd/devices/nothing 2>&1; echo "exit $?"
`,
  );
  const ran = await nvdeck(["--fixture", "server-two-socket", "exec", "--", "sh", "files.sh"]);
  assert.equal(ran.code, 0, ran.err);
  assert.equal(
    ran.out,
    `/mnt/p0/disk1: 1 extent found
0x1
real
644
gone 2
lost+found
1
cat: /sys/bus/nd/devices/nothing: No such file or directory
exit 1
`,
  );
});

Deno.test("the console refuses to start without a terminal", async () => {
  const ran = await nvdeck([]);
  assert.equal(ran.code, 2);
  assert.match(ran.err, /needs a terminal/);
});

Deno.test("the launcher runs the program from anywhere", async () => {
  const bin = `${folder}/bin`;
  const install = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-check",
      "--allow-env",
      "--allow-read",
      "--allow-write",
      programPath("src/cli/install.ts"),
      bin,
    ],
  }).output();
  assert.ok(install.success);
  const ran = await new Deno.Command(`${bin}/nvdeck`, {
    args: ["--version"],
    cwd: "/",
    env: { PATH: `${Deno.execPath().replace(/\/deno$/, "")}:${Deno.env.get("PATH")}` },
  }).output();
  assert.match(new TextDecoder().decode(ran.stdout), /^nvdeck [0-9]/);
});

Deno.test("a capture can be imported from a tarball of its folder", async () => {
  const tar = `${folder}/captured.tar.gz`;
  await new Deno.Command("tar", { args: ["-czf", tar, "-C", programPath("fixtures/hosts"), "iset-two-way"] }).output();
  const host = ["--host", `${folder}/tar.nvdeck`];
  const ran = await nvdeck([...host, "--yes", "host", "import", "--capture", "captured.tar.gz"]);
  assert.equal(ran.code, 0, ran.err);
  const listed = await nvdeck([...host, "ndctl", "list", "-BDRNHMFXivvv"]);
  assert.equal(listed.out, Deno.readTextFileSync(programPath("fixtures/hosts/iset-two-way/end.ndctl.json")));
});

Deno.test("an exported host comes back of its own script, guests and all", async () => {
  const at = (name: string) => `${folder}/${name}`;
  const ok = async (host: string, ...args: string[]) => {
    const ran = await nvdeck(["--host", at(host), "--yes", ...args]);
    assert.equal(ran.code, 0, `${args.join(" ")}\n${ran.err}`);
    return ran.out;
  };
  // Device names are the kernel's to give, and UUIDs of info blocks are drawn.
  const namespaces = async (host: string) =>
    JSON.parse(await ok(host, "ndctl", "list", "-N")).map((n: Record<string, unknown>) =>
      [n.name, n.mode, n.map, n.size, n.align, n.sector_size].join(" ")
    ).sort();
  await Deno.writeTextFile(
    at("web.cfg"),
    "name = 'web'\ntype = 'hvm'\nmemory = 128\nvnvdimms = [ 'namespace1.3' ]\n",
  );
  await ok("first.nvdeck", "host", "init", "--fixture", "server-two-socket");
  await ok("first.nvdeck", "xl", "pmem-setup", "--namespace", "namespace1.3");
  await ok("first.nvdeck", "xl", "create", at("web.cfg"));
  await ok("first.nvdeck", "host", "export", at("exported"));
  await ok("second.nvdeck", "host", "init", "--fixture", "server-two-socket");
  await ok("second.nvdeck", "ndctl", "destroy-namespace", "-f", "all");
  await ok("second.nvdeck", "exec", "--", "sh", at("exported/setup.sh"));
  assert.deepEqual(await namespaces("second.nvdeck"), await namespaces("first.nvdeck"));
  assert.match(await ok("second.nvdeck", "xl", "vnvdimm-list", "web"), /namespace1\.[0-9]/);
});
