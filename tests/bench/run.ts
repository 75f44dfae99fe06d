/** `deno task bench [NAME…]`: runs the benchmark scripts of this folder one after the other; each prints its own ratios. */

const FOLDER = new URL("./", import.meta.url);
const wanted = Deno.args;
const scripts = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
  .filter((name) => name.endsWith("_bench.ts") && (wanted.length === 0 || wanted.some((word) => name.includes(word))))
  .sort();

for (const script of scripts) {
  console.log(`\n${script}`);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-env", "--allow-read", "--allow-write", new URL(script, FOLDER).pathname],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (code !== 0) Deno.exit(code);
}
