/** Our AML in the hands of ACPICA itself: iasl and acpiexec (Debian's acpica-tools). Without them nothing is shown, loudly. */
import assert from "node:assert/strict";
import { aslText, decodeAml, guestSsdt } from "../../src/acpi/mod.ts";
import { report } from "../support/report.ts";
import { capturedTables } from "./support.ts";

const HEADER = 36; // iasl puts its own name and version into it

/** A run's output, or undefined where the tool is not there or may not be run. */
function run(tool: string, folder: string, ...args: string[]): string | undefined {
  try {
    const { stdout, stderr } = new Deno.Command(tool, { args, cwd: folder }).outputSync();
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Runs `test` in a folder of its own, if `tool` can be run at all. */
function withTool(tool: string, name: string, test: (folder: string) => void): void {
  Deno.test(name, () => {
    const missing = run(tool, "/", "-v") === undefined
      ? `${tool} is not there or may not be run`
      : Deno.permissions.querySync({ name: "write" }).state !== "granted"
      ? "no permission to write files"
      : undefined;
    if (missing) return report(`SKIPPED, NOT TESTED: "${name}": ${missing}`);
    const folder = Deno.makeTempDirSync();
    try {
      test(folder);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  });
}

const write = (folder: string, name: string, content: Uint8Array | string): void =>
  typeof content === "string"
    ? Deno.writeTextFileSync(`${folder}/${name}`, content)
    : Deno.writeFileSync(`${folder}/${name}`, content);

const OURS: [name: string, table: Uint8Array][] = [
  ...[0, 1, 4, 17].map((slots) =>
    [`full, ${slots} slots`, guestSsdt("full", { slots, page: 0x7ffff000 })!] as [string, Uint8Array]
  ),
  ["full, labels in slot 1 only", guestSsdt("full", { slots: 2, page: 0x7ffff000, labels: new Set([1]) })!],
  ["nfit, 4 slots", guestSsdt("nfit", { slots: 4 })!],
];

withTool(
  "iasl",
  "iasl disassembles our SSDTs and compiles them again without errors or warnings, to the same AML",
  (folder) => {
    for (const [name, table] of OURS) {
      write(folder, "own.aml", table);
      const disassembled = run("iasl", folder, "-d", "own.aml")!;
      assert.match(disassembled, /ASL Output: +own.dsl/, name);
      assert.doesNotMatch(disassembled, /warning|error/i, name);
      const said = run("iasl", folder, "-oa", "-p", "again", "own.dsl")!;
      assert.match(said, /Compilation successful. 0 Errors, 0 Warnings/, `${name}\n${said}`);
      assert.deepEqual(Deno.readFileSync(`${folder}/again.aml`).subarray(HEADER), table.subarray(HEADER), name);
    }
  },
);

withTool(
  "iasl",
  "our ASL text compiles to the AML it was made from, for every captured table and our own",
  (folder) => {
    const distinct = new Map(
      capturedTables("ssdt").map(({ path, bytes }) => [bytes.slice(HEADER).toString(), [path, bytes] as const]),
    );
    for (const [name, table] of [...distinct.values(), ...OURS]) {
      write(folder, "text.dsl", aslText(decodeAml(table)._unsafeUnwrap()).join("\n"));
      const said = run("iasl", folder, "-oa", "-p", "text", "text.dsl")!;
      assert.match(said, /Compilation successful. 0 Errors/, `${name}\n${said}`);
      assert.deepEqual(Deno.readFileSync(`${folder}/text.aml`).subarray(HEADER), table.subarray(HEADER), name);
    }
  },
);

/**
 * acpiexec keeps what is written to the page and answers nothing, so that the request is the answer: with handle 20 in
 * the place of the length, the methods get revision, function and argument back as 16 bytes of payload.
 */
withTool("acpiexec", "ACPICA runs the methods: requests stand in the page as QEMU reads them", (folder) => {
  write(folder, "own.aml", guestSsdt("full", { slots: 20, page: 0x7ffff000 })!);
  const evaluate = (call: string) =>
    run("acpiexec", folder, "-b", `execute \\_SB.NVDR.NV13.${call}`, "own.aml")!.split("Evaluation of ").at(-1)!;
  const information = evaluate("_LSI");
  assert.deepEqual([...information.matchAll(/\[Integer\] = (\w+)/g)].map((m) => parseInt(m[1]!, 16)), [1, 4, 0]);
  assert.match(evaluate("_LSR 256 8"), /Contains 2 Elements:\s+\[Integer\] = 0*1\s+\[Buffer\] Length 00/);
  write(folder, "none.aml", guestSsdt("full", { slots: 20 })!);
  const unplaced = run("acpiexec", folder, "-b", "execute \\_SB.NVDR.NV13._LSR 256 8", "none.aml")!;
  assert.match(unplaced.split("Evaluation of ").at(-1)!, /\[Integer\] = 0*1\s+\[Buffer\] Length 00/);
});
