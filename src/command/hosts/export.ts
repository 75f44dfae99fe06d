/** `host export`: the host as files that other tools read, and a script that makes the same host of the same machine. */
import { err, ok, Result } from "neverthrow";
import { utf8 } from "../../base/bytes.ts";
import { type Fork } from "../../host/mod.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type AnyCommand, type Context, done, type Outcome } from "../language/command.ts";
import { parseOptions, usageFault } from "../language/options.ts";
import { findAreas, type FoundArea } from "../label/areas.ts";
import { listed } from "../ndctl/list.ts";
import { listOptions } from "../ndctl/list_options.ts";
import { parseOptions as parseNdctl } from "../ndctl/parse_options.ts";
import { writeFile } from "../tables/source.ts";
import { lookingVerb, refusal } from "../tables/verb.ts";
import { rebuildScript } from "./rebuild_script.ts";

const USAGE = "host export DIR";
/** Everything there is, idle or not, without what changes by itself. */
const LISTING = parseNdctl(["-BDRNivv"], listOptions, "ndctl list")._unsafeUnwrap().values;

export const hostExport: AnyCommand = lookingVerb({
  name: ["host", "export"],
  summary: "Write the host as tables, label areas, JSON, configurations and a script",
  usage: USAGE,
  whileOff: false,
  help: "nfit.bin, srat.bin, nmemN.lsa, namespaces.json, domains/NAME.cfg and setup.sh, which rebuilds it.",
  parse: (argv) =>
    parseOptions(argv, {}, USAGE, 0, 1).andThen(({ operands: [folder] }) =>
      folder === undefined ? err(usageFault("name a folder", USAGE)) : ok(folder)
    ),
  run: (host, folder, context) =>
    writeAll(context, folder, exportedFiles(host, context)).match(
      (count) => done("", `${host.facts.name}: ${count} files written to ${folder}\n`),
      (refused) => refused,
    ),
});

/** Names in the folder, and what is in them. */
export function exportedFiles(host: Fork, context: Context): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const [table, name] of [["NFIT", "nfit.bin"], ["SRAT", "srat.bin"]] as const) {
    const bytes = host.machine.table(table);
    if (bytes) files.set(name, bytes);
  }
  const areas = findAreas(host, context, { kind: "all" }).unwrapOr<FoundArea[]>([]);
  for (const { name, bytes } of areas) files.set(`${name}.lsa`, bytes);
  files.set("namespaces.json", utf8(listing(host)));
  for (const { name, text } of host.toolstack.records()) {
    files.set(`domains/${name}.cfg`, utf8(text.endsWith("\n") ? text : `${text}\n`));
  }
  return files.set("setup.sh", utf8(rebuildScript(host, areas.map(({ name }) => name))));
}

/** What `ndctl list` prints. */
const listing = ({ dom0 }: Fork): string => String(listed(dom0, LISTING).out);

function writeAll(
  { files }: Context,
  folder: string,
  contents: ReadonlyMap<string, Uint8Array>,
): Result<number, Outcome> {
  const hasDomains = [...contents.keys()].some((name) => name.startsWith("domains/"));
  const folders = [folder, ...(hasDomains ? [`${folder}/domains`] : [])];
  return Result.combine(folders.map((path) => files.makeFolder(path)))
    .mapErr(({ path, reason }) => refusal(EXIT.failed, `${path}: ${reason}`, "name a folder that can be written"))
    .andThen(() => Result.combine([...contents].map(([name, bytes]) => writeFile(files, `${folder}/${name}`, [bytes]))))
    .map((written) => written.length);
}
