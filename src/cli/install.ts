/**
 * `deno task install [DIR]`: writes a launcher `nvdeck` (POSIX sh) that runs this checkout from anywhere, with the permissions
 * that the tasks have. DIR is ~/.local/bin by default.
 */
import { absolute } from "./files.ts";
import { PERMISSIONS } from "./permissions.ts";
import { programPath } from "./paths.ts";
import { writeErr, writeOut } from "./terminal.ts";

const folder = absolute(Deno.args[0] ?? `${Deno.env.get("HOME") ?? "."}/.local/bin`);
const target = `${folder}/nvdeck`;

/** A path inside single quotes of sh. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const script = `#!/bin/sh
# nvdeck, run from its checkout. Written by "deno task install".
INIT_CWD=\${INIT_CWD:-$PWD}
NODE_ENV=production
export INIT_CWD NODE_ENV
exec deno run --no-prompt --quiet ${PERMISSIONS.join(" ")} --config ${quoted(programPath("deno.json"))} ${
  quoted(programPath("src/main.ts"))
} "$@"
`;

try {
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(target, script);
  Deno.chmodSync(target, 0o755);
  writeOut(`${target}\n`);
  const onPath = (Deno.env.get("PATH") ?? "").split(":").includes(folder);
  if (!onPath) writeErr(`${folder} is not on your PATH: add it, or call ${target}\n`);
} catch (cause) {
  writeErr(`nvdeck: ${target} cannot be written: ${cause instanceof Error ? cause.message : cause}\n`);
  Deno.exit(1);
}
