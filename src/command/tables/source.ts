/** Where a table comes from: a file, the guest of a domain, or this host's own firmware. */
import { err, ok, type Result } from "neverthrow";
import { type Explanation, type Fork } from "../../host/mod.ts";
import { type Context, type Outcome, type Progress, type UsageFault } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { type FileFault, type Files } from "../language/files.ts";
import { type Parsed, usageFault } from "../language/options.ts";
import { findDomain } from "./domain.ts";
import { noSuchObject, refusal } from "./verb.ts";

export type TableSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "domain"; readonly domain: string }
  | { readonly kind: "host" };

export const SOURCE_OPTIONS = {
  file: { value: "FILE", help: "a table as firmware or the kernel gives it; - is standard input" },
  domain: { value: "DOMAIN", help: "what this domain's guest gets; a name or a domid" },
} as const;

/** One source: the host's own where none is named. */
export function sourceOf(parsed: Parsed, usage: string): Result<TableSource, UsageFault> {
  const named = sourcesOf(parsed);
  if (named.length > 1) return err(usageFault("--file and --domain exclude each other", usage));
  return ok(named[0] ?? { kind: "host" });
}

/** All that are named, in the order of the line (of two options each group stands where its first one does). */
export const sourcesOf = (parsed: Parsed): TableSource[] =>
  [...parsed.values].flatMap(([option, values]): TableSource[] => {
    if (option === "file") return values.map((path) => ({ kind: "file", path }));
    return option === "domain" ? values.map((domain) => ({ kind: "domain", domain })) : [];
  });

export type TableName = "NFIT" | "SSDT";

/** A table with a name for headings and messages: `NFIT of web1`, `nfit.bin`. */
export interface FoundTable {
  readonly title: string;
  readonly bytes: Uint8Array;
  /** Absent for a file: nobody says whose addresses those are. */
  readonly frames?: FrameName;
}

/** Frames of the machine, or of a guest. */
export type FrameName = "mfn" | "gfn";

/** The table, or why there is none. */
export function findTable(
  host: Fork,
  context: Context,
  source: TableSource,
  table: TableName,
): Result<FoundTable, Outcome> {
  switch (source.kind) {
    case "file":
      return readFile(context, source.path).map((bytes) => ({ title: fileTitle(source.path), bytes }));
    case "domain":
      return domainTable(host, source.domain, table).mapErr(noSuchObject);
    case "host":
      return hostTable(host, table);
  }
}

function hostTable(host: Fork, table: TableName): Result<FoundTable, Outcome> {
  const { name } = host.facts;
  const bytes = host.machine.table(table);
  if (bytes) return ok({ title: `${table} of ${name}`, bytes, frames: "mfn" });
  return err(refusal(EXIT.noSuchObject, `${name}'s firmware has no ${table}`, "name one with --file or --domain"));
}

/** Tables as the domain's device model hands them to the guest's firmware. */
export function domainTable(host: Fork, text: string, table: TableName): Result<FoundTable, Explanation> {
  return findDomain(host, text).andThen(({ domid, name }): Result<FoundTable, Explanation> => {
    const process = host.deviceModels.process(domid);
    const { nfit, ssdt } = host.deviceModels.tables(domid);
    const bytes = table === "NFIT" ? nfit : ssdt;
    if (bytes) return ok({ title: `${table} of ${name}`, bytes, frames: "gfn" });
    if (!process) {
      const hint = "only HVM domains have tables of their own making";
      return err({ what: `${name} has no device model, so no ${table}`, hint });
    }
    const why = table === "NFIT"
      ? "no vNVDIMM"
      : process.profile === "nfit-bare"
      ? "profile nfit-bare"
      : "no memory slots";
    return err({ what: `${name} has no ${table}: ${why}`, hint: `xl vnvdimm-list ${name} says what it has` });
  });
}

/** The whole file, or standard input for `-`; what gzip packed, as captures keep label areas, is unpacked. */
export const readFile = ({ files, input }: Context, path: string): Result<Uint8Array, Outcome> =>
  (path === "-" ? ok<Uint8Array, FileFault>(input ?? new Uint8Array()) : files.read(path))
    .andThen((bytes) => (path.endsWith(".gz") ? files.gunzip(path, bytes) : ok(bytes)))
    .mapErr((fault) => fileRefusal(fault, "check the path; it counts from where nvdeck was called"));

/** What a file is called in headings. */
export const fileTitle = (path: string): string => (path === "-" ? "standard input" : path);

export const writeFile = (files: Files, path: string, chunks: Iterable<Uint8Array>): Result<void, Outcome> =>
  files.write(path, chunks).mapErr(writeRefusal);

/** The same for what takes long: progress in bytes, of `total`. */
export function* writeLong(
  files: Files,
  path: string,
  chunks: Iterable<Uint8Array>,
  total: number,
): Generator<Progress, Result<void, Outcome>, void> {
  const steps = files.writing(path, chunks);
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value.mapErr(writeRefusal);
      yield { what: `writing ${path}`, done: step.value, total };
    }
  } finally {
    // Cancelled: what is half written goes.
    steps.return(ok());
  }
}

const writeRefusal = (fault: FileFault): Outcome =>
  fileRefusal(fault, "nothing was written; name another file with -o");

const fileRefusal = ({ path, reason }: FileFault, hint: string): Outcome =>
  refusal(/^No such file/.test(reason) ? EXIT.noSuchObject : EXIT.failed, `${path}: ${reason}`, hint);
