/** `ept dump`: the hierarchy and what it is meant to hold, in three files that another program can judge (`ept-dump/1`). */
import { err, ok, type Result } from "neverthrow";
import { utf8 } from "../../base/bytes.ts";
import { prettyJson } from "../../base/json.ts";
import { shortSize } from "../../base/units.ts";
import { type Dump, dump, plainStyle, xenStyle } from "../../ept/mod.ts";
import { done, type Outcome, type Progress } from "../language/command.ts";
import { type Files } from "../language/files.ts";
import { usageFault } from "../language/options.ts";
import { writeFile, writeLong } from "../tables/source.ts";
import { domainVerb } from "./domain_verb.ts";

interface DumpArgs {
  readonly style: "plain" | "xen";
  /** Path of the three files, without their endings. */
  readonly name: string;
}

export const eptDump = domainVerb<DumpArgs>({
  verb: "dump",
  summary: "Write a guest's EPT as files: NAME.json, NAME.img, NAME.extents",
  help:
    "plain: hardware bits only. xen: with the software bits, accessed and dirty as Xen sets them. The image holds the\n" +
    "tables, one page each, never the memory that they map.",
  options: {
    style: { value: "plain|xen", help: "which bits entries carry; plain by default" },
    output: { short: "o", value: "NAME", help: "path of the files, without their endings", required: true },
  },
  parse(parsed, usage) {
    const style = parsed.get("style") ?? "plain";
    if (style !== "plain" && style !== "xen") return err(usageFault(`--style is plain or xen, not "${style}"`, usage));
    return ok({ style, name: parsed.get("output")!.replace(/\.json$/, "") });
  },
  style: ({ style }) => (style === "xen" ? xenStyle() : plainStyle()),
  *run({ layout }, { name }, _host, { files }) {
    const base = name.slice(name.lastIndexOf("/") + 1);
    const made = dump(layout, { image: `${base}.img`, extents: `${base}.extents` });
    return (yield* written(files, name, made)).match(
      () => done("", `${name}.json, ${name}.img (${shortSize(made.imageBytes)}) and ${name}.extents written\n`),
      (refused) => refused,
    );
  },
});

/** The sidecar last: whoever finds it finds the others whole. */
function* written(files: Files, name: string, made: Dump): Generator<Progress, Result<void, Outcome>, void> {
  const image = yield* writeLong(files, `${name}.img`, made.image(), made.imageBytes);
  if (image.isErr()) return image;
  const extents = yield* writeLong(files, `${name}.extents`, encoded(made.extents()), 0);
  if (extents.isErr()) return extents;
  return writeFile(files, `${name}.json`, [utf8(`${prettyJson(made.sidecar)}\n`)]);
}

function* encoded(pieces: Iterable<string>): Generator<Uint8Array> {
  for (const piece of pieces) yield utf8(piece);
}
