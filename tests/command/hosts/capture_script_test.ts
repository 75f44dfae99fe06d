/**
 * `host capture-script`: run over a tree that shows what a captured host showed, it takes down the same; and what it took
 * down makes the same host, though the info blocks of running namespaces were out of its reach.
 */
import assert from "node:assert/strict";
import { diskFiles } from "../../../src/cli/files.ts";
import { captureFolder } from "../../../src/command/hosts/capture_files.ts";
import { outText } from "../../../src/command/language/output.ts";
import { importCapture } from "../../../src/host/mod.ts";
import { hostFrom, imageFrom, sessionFor, sessionOn } from "../../support/session.ts";

const FIXTURES = new URL("../../../fixtures/hosts/", import.meta.url).pathname;

/** /sys and /proc below `root` as the capture has them. */
function layOut(root: string, fixture: string): void {
  const put = (path: string, text: string | Uint8Array): void => {
    Deno.mkdirSync(`${root}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    typeof text === "string"
      ? Deno.writeTextFileSync(`${root}/${path}`, text)
      : Deno.writeFileSync(`${root}/${path}`, text);
  };
  const lines = Deno.readTextFileSync(`${FIXTURES}${fixture}/end.sysfs.txt`).trimEnd().split("\n");
  const home = new Map<string, string>();
  for (const line of lines) {
    const [, name, parent] = /^([^/]+)\/parent -> (.*)$/.exec(line) ?? [];
    if (name !== undefined) home.set(name, `sys/devices/of-${name}/${parent}/${name}`);
  }
  put("sys/bus/nd/devices/.keep", "");
  for (const [name, folder] of home) {
    Deno.mkdirSync(`${root}/${folder}`, { recursive: true });
    Deno.symlinkSync(`${root}/${folder}`, `${root}/sys/bus/nd/devices/${name}`);
  }
  for (const line of lines) {
    const [, name, file, arrow, value] = /^([^/]+)\/([^ :]+)( ->|:)(?: (.*))?$/.exec(line)!;
    const path = `${home.get(name!)}/${file}`;
    if (arrow === ":") put(path, value === undefined ? "" : `${value}\n`);
    else if (file !== "parent") Deno.symlinkSync(`/nowhere/${value}`, `${root}/${path}`);
  }
  put("proc/iomem", Deno.readFileSync(`${FIXTURES}${fixture}/end.iomem.txt`));
  for (const [table, file] of [["NFIT", "nfit"], ["SRAT", "srat"], ["SSDT1", "ssdt"]]) {
    const bytes = captureFolder(diskFiles, `${FIXTURES}${fixture}`).read(`${file}.bin`);
    if (bytes) put(`sys/firmware/acpi/tables/${table}`, bytes);
  }
}

/** An `ndctl` and a `daxctl` that answer with what the capture has. */
function tools(folder: string, fixture: string): void {
  const from = `${FIXTURES}${fixture}`;
  const tool = (name: string, text: string): void => {
    Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/sh\n${text}`);
    Deno.chmodSync(`${folder}/${name}`, 0o755);
  };
  const captured = captureFolder(diskFiles, from);
  for (const name of captured.list("labels")) Deno.writeFileSync(`${folder}/${name}`, captured.read(`labels/${name}`)!);
  tool(
    "ndctl",
    `case "$1 $2" in
"--version ") echo 76.1 ;;
"list -BDRNHMFXivvv") cat ${from}/end.ndctl.json ;;
"list -BDRNHMFXivvvu") cat ${from}/end.ndctl.human.json ;;
"read-labels -o") cp ${folder}/end.$4.bin "$3" ;;
"read-labels -v") cat ${folder}/end.$4.json ;;
*) exit 1 ;;
esac
`,
  );
  tool("daxctl", `cat ${from}/end.daxctl.json\n`);
}

async function capture(fixture: string, work: string): Promise<string> {
  const { run } = sessionFor(fixture);
  await Deno.writeTextFile(`${work}/capture-host.sh`, outText(await run("host capture-script")));
  Deno.mkdirSync(`${work}/tools`);
  layOut(`${work}/root`, fixture);
  tools(`${work}/tools`, fixture);
  const { code, stderr } = new Deno.Command("sh", {
    args: [`${work}/capture-host.sh`, `${work}/taken`],
    env: { CAPTURE_ROOT: `${work}/root`, PATH: `${work}/tools:${Deno.env.get("PATH")}` },
  }).outputSync();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return `${work}/taken`;
}

const sorted = (path: string): string[] => Deno.readTextFileSync(path).trimEnd().split("\n").sort();

for (const fixture of ["server-two-socket", "carve-modes-v12", "carve-modes", "iset-two-way-v11", "carve-labelless"]) {
  Deno.test(`${fixture}: a capture of the running host takes down the same, and makes the same host`, async () => {
    const work = await Deno.makeTempDir();
    try {
      const taken = await capture(fixture, work);
      assert.deepEqual(sorted(`${taken}/end.sysfs.txt`), sorted(`${FIXTURES}${fixture}/end.sysfs.txt`));
      for (const file of ["nfit.bin", "ssdt.bin", "end.ndctl.json", "end.daxctl.json", "end.iomem.txt"]) {
        assert.deepEqual(
          Deno.readFileSync(`${taken}/${file}`),
          Deno.readFileSync(`${FIXTURES}${fixture}/${file}`),
          file,
        );
      }
      const image = importCapture(captureFolder(diskFiles, taken), "end")._unsafeUnwrap();
      const [live, whole] = [sessionOn(hostFrom(image)), sessionOn(hostFrom(imageFrom(fixture)))];
      for (const line of ["ndctl list -BDRNivv", "host reboot", "ndctl list -BDRNivv", "host check"]) {
        const [mine, theirs] = [await live.run(line), await whole.run(line)];
        assert.deepEqual([outText(mine), mine.status], [outText(theirs), 0], line);
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  });
}

Deno.test("the PFN and DAX blocks written from sysfs are the captured ones, byte for byte", () => {
  const files = captureFolder(diskFiles, `${FIXTURES}server-two-socket`);
  const meta = { name: "live", live: true, versions: {}, boots: [{ script: [], namespaces: {} }] };
  const live = {
    ...files,
    read: (name: string) => name === "meta.json" ? new TextEncoder().encode(JSON.stringify(meta)) : files.read(name),
  };
  const blocksOf = (folder: typeof files) =>
    new Map(
      importCapture(folder, "end")._unsafeUnwrap().content.flatMap((piece) =>
        piece.at === "spa" ? [[piece.offset, piece.bytes] as const] : []
      ),
    );
  const [made, real] = [blocksOf(live), blocksOf(files)];
  const pages = [...made].filter(([, bytes]) => /^NVDIMM_/.test(new TextDecoder().decode(bytes.subarray(0, 7))));
  assert.equal(pages.length, 6, "four fsdax, two devdax");
  for (const [offset, bytes] of pages) {
    assert.deepEqual(bytes, real.get(offset - 4096)!.slice(4096, 8192), `info block at ${offset}`);
  }
});

Deno.test("a namespace that nobody ran is named, since its info block could not be read", () => {
  const files = captureFolder(diskFiles, `${FIXTURES}carve-modes-v12`);
  const text = new TextDecoder().decode(files.read("end.sysfs.txt")!);
  const idle = text.replace(/^btt0\.[0-9]+\/namespace: namespace0.*$/m, "").replace(
    /^(namespace0\.\d+)\/holder: btt.*$/m,
    "$1/holder: ",
  );
  const meta = '{"live":true,"boots":[{}]}';
  const replaced = new Map([["meta.json", meta], ["end.sysfs.txt", idle]]);
  const live = {
    ...files,
    read: (name: string) => replaced.has(name) ? new TextEncoder().encode(replaced.get(name)) : files.read(name),
  };
  const { notes } = importCapture(live, "end")._unsafeUnwrap();
  assert.match(
    notes.join("\n"),
    /^namespace0\.\d+ was disabled, so that its info block is not known: it comes up as raw$/,
  );
});
