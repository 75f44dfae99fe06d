/** `host init` and `host import`: a host made from a fixture, a capture, or real tables and label areas. */
import { err, ok, type Result } from "neverthrow";
import { parseSize } from "../../base/units.ts";
import {
  type CaptureState,
  explainImport,
  type HostImage,
  importCapture,
  importTables,
  type Management,
} from "../../host/mod.ts";
import {
  type AnyCommand,
  declare,
  done,
  failed,
  type Outcome,
  type Session,
  type UsageFault,
} from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { counted } from "../tables/counted.ts";
import { type Files } from "../language/files.ts";
import { optionUsage, parseOptions, usageFault } from "../language/options.ts";
import { openCapture } from "./capture_files.ts";

const INIT_OPTIONS = {
  fixture: { value: "NAME", help: "a folder of fixtures/hosts", required: true },
  management: { value: "dom0|xen", help: "who owns pmem; dom0 by default" },
  memory: { value: "SIZE", help: "RAM of the machine, instead of the captured one's" },
} as const;
const INIT_USAGE = `host init ${optionUsage(INIT_OPTIONS)}`;

const IMPORT_OPTIONS = {
  capture: { value: "DIR", help: "a captured machine, as a folder or a tarball of one" },
  state: { value: "start|end", help: "which of the capture's label areas; end by default" },
  nfit: { value: "FILE", help: "an NFIT" },
  srat: { value: "FILE", help: "an SRAT" },
  labels: { value: "nmemN=FILE", help: "the label area of a DIMM", many: true },
  memory: { value: "SIZE", help: "RAM of the machine" },
  management: { value: "dom0|xen", help: "who owns pmem; dom0 by default" },
  dom0: { value: "pv|pvh", help: "kind of dom0; pvh by default" },
  name: { value: "NAME", help: "what to call the host" },
} as const;
const IMPORT_USAGE = `host import ${optionUsage(IMPORT_OPTIONS)}`;

interface Making {
  readonly source:
    | { readonly kind: "capture"; readonly path: string; readonly state: CaptureState }
    | { readonly kind: "fixture"; readonly name: string }
    | {
      readonly kind: "tables";
      readonly nfit: string;
      readonly srat: string | undefined;
      readonly labels: ReadonlyMap<number, string>;
    };
  readonly management: Management | undefined;
  readonly dom0: "pv" | "pvh" | undefined;
  readonly memory: number | undefined;
  readonly name: string | undefined;
}

/** Where the fixtures are; set by the edge, which knows where the program lies. */
export type FixturePath = (name: string) => string;

export function importCommands(fixturePath: FixturePath): readonly AnyCommand[] {
  const init = declare<Making>({
    kind: "session",
    vocabulary: "nvdeck",
    name: ["host", "init"],
    summary: "Make this host anew from a fixture",
    usage: INIT_USAGE,
    effect: "destroys",
    parse: (argv) =>
      parseOptions(argv, INIT_OPTIONS, INIT_USAGE).andThen((parsed) =>
        withCommon(parsed, INIT_USAGE, { kind: "fixture", name: parsed.get("fixture")! })
      ),
    run: (session, making) => make(session, making, fixturePath),
  });

  const importing = declare<Making>({
    kind: "session",
    vocabulary: "nvdeck",
    name: ["host", "import"],
    summary: "Make this host anew from a capture, or from real tables and label areas",
    usage: IMPORT_USAGE,
    effect: "destroys",
    parse: (argv) =>
      parseOptions(argv, IMPORT_OPTIONS, IMPORT_USAGE).andThen((parsed): Result<Making, UsageFault> => {
        const capture = parsed.get("capture");
        const nfit = parsed.get("nfit");
        if ((capture === undefined) === (nfit === undefined)) {
          return err(usageFault("give either --capture or --nfit", IMPORT_USAGE));
        }
        const state = parsed.get("state") ?? "end";
        if (state !== "start" && state !== "end") {
          return err(usageFault(`--state is start or end, not "${state}"`, IMPORT_USAGE));
        }
        if (capture !== undefined) return withCommon(parsed, IMPORT_USAGE, { kind: "capture", path: capture, state });
        const labels = new Map<number, string>();
        for (const pair of parsed.all("labels")) {
          const [, number, file] = /^nmem([0-9]+)=(.+)$/.exec(pair) ?? [];
          if (number === undefined) return err(usageFault(`--labels ${pair} is not nmemN=FILE`, IMPORT_USAGE));
          labels.set(Number(number), file!);
        }
        return withCommon(parsed, IMPORT_USAGE, { kind: "tables", nfit: nfit!, srat: parsed.get("srat"), labels });
      }),
    run: (session, making) => make(session, making, fixturePath),
  });

  return [init, importing];
}

function withCommon(
  parsed: { get(name: string): string | undefined },
  usage: string,
  source: Making["source"],
): Result<Making, UsageFault> {
  const management = parsed.get("management");
  if (management !== undefined && management !== "dom0" && management !== "xen") {
    return err(usageFault(`--management is dom0 or xen, not "${management}"`, usage));
  }
  const dom0 = parsed.get("dom0");
  if (dom0 !== undefined && dom0 !== "pv" && dom0 !== "pvh") {
    return err(usageFault(`--dom0 is pv or pvh, not "${dom0}"`, usage));
  }
  const size = parsed.get("memory");
  const memory = size === undefined ? undefined : parseSize(size);
  if (size !== undefined && !memory) return err(usageFault(`--memory ${size} is not a size such as 64G`, usage));
  return ok({ source, management, dom0, memory, name: parsed.get("name") });
}

// deno-lint-ignore require-yield -- session commands are generators
async function* make(session: Session, making: Making, fixturePath: FixturePath): AsyncGenerator<never, Outcome, void> {
  const image = imageOf(session.context.files, making, fixturePath);
  if (image.isErr()) return failed(image.error.status, image.error.err);
  const { facts, dimms, tables } = image.value;
  const told = `${facts.name}: ${counted(dimms.length, "DIMM")}, ${
    [...tables.keys()].join(" ") || "no tables"
  }, management ${facts.management}\n`;
  if (session.policy.dryRun) {
    return { status: EXIT.wouldChange, out: `would make the host anew: ${told}`, err: "", keep: false };
  }
  if (!session.policy.yes && session.host().journal(2).length > 1) {
    const agreed = await session.confirm({
      title: `This replaces the whole host ${session.host().fork().facts.name}, its journal included:`,
      body: [session.host().path],
    });
    if (!agreed) {
      return failed(
        EXIT.refused,
        `nvdeck: the host was not replaced\nput --yes before the verb to confirm it beforehand\n`,
      );
    }
  }
  return session.remake(image.value).match(
    () => done("", told + image.value.notes.map((note) => `note: ${note}\n`).join("")),
    (fault) => failed(fault.status, fault.err),
  );
}

/** The image that the arguments describe. Also used at start, for `--fixture` and for a store's first use. */
export function imageOf(files: Files, making: Making, fixturePath: FixturePath): Result<HostImage, UsageFault> {
  const { source } = making;
  if (source.kind === "tables") return tablesImage(files, making, source);
  const path = source.kind === "fixture" ? fixturePath(source.name) : source.path;
  const found = openCapture(files, path);
  if (found.isErr()) {
    const what = source.kind === "fixture" ? `there is no fixture "${source.name}"` : `${path}: ${found.error.reason}`;
    const known = files.list(fixturePath("")).unwrapOr([]).join(", ");
    const hint = source.kind === "fixture" ? `fixtures: ${known}\n` : "";
    return err({ err: `nvdeck: ${what}\n${hint}`, status: EXIT.noSuchObject });
  }
  const state = source.kind === "capture" ? source.state : "end";
  return importCapture(found.value, state)
    .map((image) => adjusted(image, making))
    .mapErr((fault) => ({ err: `nvdeck: ${explainImport(fault)}\n`, status: EXIT.failed }));
}

export const fixtureImage = (files: Files, name: string, fixturePath: FixturePath): Result<HostImage, UsageFault> =>
  imageOf(
    files,
    { source: { kind: "fixture", name }, management: undefined, dom0: undefined, memory: undefined, name: undefined },
    fixturePath,
  );

function tablesImage(
  files: Files,
  making: Making,
  source: Extract<Making["source"], { kind: "tables" }>,
): Result<HostImage, UsageFault> {
  const read = (path: string) =>
    files.read(path).mapErr((fault): UsageFault => ({
      err: `nvdeck: ${path}: ${fault.reason}\n`,
      status: EXIT.noSuchObject,
    }));
  const labels: [number, Uint8Array][] = [];
  for (const [nmem, path] of source.labels) {
    const bytes = read(path);
    if (bytes.isErr()) return err(bytes.error);
    labels.push([nmem, bytes.value]);
  }
  const srat = source.srat === undefined ? ok(undefined) : read(source.srat);
  return read(source.nfit).andThen((nfit) => srat.map((srat) => ({ nfit, srat }))).andThen((tables) =>
    importTables({ ...tables, labels: new Map(labels), name: making.name ?? "imported" })
      .mapErr((fault) => ({ err: `nvdeck: ${source.nfit}: ${explainImport(fault)}\n`, status: EXIT.failed }))
  ).map((image) => adjusted(image, making));
}

const adjusted = (image: HostImage, { management, dom0, memory, name }: Making): HostImage => ({
  ...image,
  facts: {
    ...image.facts,
    management: management ?? image.facts.management,
    dom0: dom0 ?? image.facts.dom0,
    name: name ?? image.facts.name,
  },
  machine: memory === undefined ? image.machine : { ...image.machine, ram: image.ramOf(memory) },
});
