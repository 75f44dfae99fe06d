/** Which label areas a verb is about: files, DIMMs by name, or every DIMM of the host. */
import { err, ok, Result } from "neverthrow";
import { type Errno, strerror } from "../../abi/errno.ts";
import { type Fork } from "../../host/mod.ts";
import { type Context, type Outcome, type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type Parsed, usageFault } from "../language/options.ts";
import { wholeArea } from "../ndctl/label_area.ts";
import { fileTitle, readFile } from "../tables/source.ts";
import { storedDimms } from "../tables/stored_dimms.ts";
import { refusal } from "../tables/verb.ts";

export type AreaSource =
  | { readonly kind: "files"; readonly paths: readonly string[] }
  /** `nmemN`, or just N. */
  | { readonly kind: "dimms"; readonly names: readonly string[] }
  | { readonly kind: "all" };

export interface FoundArea {
  /** `nmem0`, or the file's path. */
  readonly name: string;
  /** Number of the DIMM; undefined for a file. */
  readonly dimm: number | undefined;
  readonly bytes: Uint8Array;
}

export const AREA_OPTIONS = {
  file: { value: "FILE", help: "a label area as it lies on the DIMM; - is standard input", many: true },
} as const;
export const AREA_USAGE = "[nmemN… | --file FILE…]";

export function areaSourceOf(parsed: Parsed, usage: string): Result<AreaSource, UsageFault> {
  const [paths, names] = [parsed.all("file"), parsed.operands];
  if (paths.length > 0 && names.length > 0) return err(usageFault("--file and nmemN exclude each other", usage));
  const odd = names.find((name) => !/^(nmem)?[0-9]+$/.test(name));
  if (odd !== undefined) return err(usageFault(`"${odd}" is no DIMM: they are called nmem0, nmem1 …`, usage));
  if (paths.length > 0) return ok({ kind: "files", paths });
  return ok(names.length > 0 ? { kind: "dimms", names } : { kind: "all" });
}

/** The areas in the order asked for; of all DIMMs those that have one. */
export function findAreas(host: Fork, context: Context, source: AreaSource): Result<FoundArea[], Outcome> {
  switch (source.kind) {
    case "files":
      return Result.combine(
        source.paths.map((path) =>
          readFile(context, path).map((bytes) => ({ name: fileTitle(path), dimm: undefined, bytes }))
        ),
      );
    case "dimms":
      return Result.combine(source.names.map((name) => dimmArea(host, name)));
    case "all":
      return allAreas(host);
  }
}

function dimmArea(host: Fork, text: string): Result<FoundArea, Outcome> {
  const stored = storedDimms(host);
  const number = Number(text.replace("nmem", ""));
  const dimm = stored.dimms()[number];
  if (!dimm) {
    const last = stored.dimms().at(-1)?.name;
    const hint = last === undefined ? "this host has no DIMMs" : `this host has nmem0 to ${last}`;
    return err(refusal(EXIT.noSuchObject, `there is no nmem${number}`, hint));
  }
  return wholeArea(stored, dimm).map((bytes) => ({ name: dimm.name, dimm: number, bytes }))
    .mapErr((errno) => unreadable(dimm.name, errno));
}

function unreadable(name: string, errno: Errno): Outcome {
  if (errno === "ENOTTY") return refusal(EXIT.failed, `${name} has no label storage area`, "its region is label-less");
  const hint = errno === "EACCES" ? "the DIMM is locked" : "firmware refuses to hand the area out";
  return refusal(EXIT.failed, `${name}: ${strerror(errno)}`, hint);
}

function allAreas(host: Fork): Result<FoundArea[], Outcome> {
  const stored = storedDimms(host);
  const areas = stored.dimms().flatMap((dimm) =>
    wholeArea(stored, dimm).map((bytes) => [{ name: dimm.name, dimm: dimm.number, bytes }]).unwrapOr([])
  );
  if (areas.length > 0) return ok(areas);
  return err(refusal(EXIT.noSuchObject, "no DIMM of this host has a label storage area", "name a file with --file"));
}
