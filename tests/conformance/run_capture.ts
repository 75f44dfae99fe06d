/**
 * Runs what a captured machine ran, from the state it began with, and compares what is there in the end: lists, label bytes,
 * info blocks, and what the commands printed. Only for tests.
 */
import { textOf } from "../../src/base/bytes.ts";
import { parseJson } from "../../src/base/json.ts";
import { type Spa } from "../../src/abi/address.ts";
import { type CaptureFolder } from "../../src/host/mod.ts";
import { Uuids } from "../command/ndctl/normalise.ts";
import { ScriptedHost } from "../command/ndctl/scripted_host.ts";
import { type CapturedDom0, capturedDom0, folderOf } from "../dom0/captured_dom0.ts";
import { type HotPlugs } from "./qemu_hot_plug.ts";
import { areaLines, pieceLines } from "./bytes_as_text.ts";

/** What is compared. */
export const ASPECTS = ["list", "human", "daxctl", "labels", "blocks", "output", "errors"] as const;
export type Aspect = typeof ASPECTS[number];

/** Where the model and the machine differ, by aspect; an aspect without a difference is not there. */
export type Differences = Partial<Record<Aspect, { readonly got: string; readonly wanted: string }>>;

export interface Run {
  readonly name: string;
  readonly differences: Differences;
}

/** Undefined for a machine without NVDIMMs or without a script. `root`: where its folder is, if not among the fixtures. */
export async function runCapture(name: string, root?: string): Promise<Run | undefined> {
  const folder = folderOf(name, root);
  const { boots, config } = parseJson(textOf(folder.read("meta.json")!)) as unknown as Meta;
  if (!boots.some(({ script }) => script) || !hasDimms(folder, boots.length)) return undefined;
  const machine = capturedDom0(name, "start", root);
  const hotPlugs = { lists: config?.hotplug ?? [], commandLine: boots[0]!.qemu ?? [] };
  const run = new Comparison(machine, folder, hotPlugs);
  for (const [i, boot] of boots.entries()) {
    const root = boots.length > 1 ? `boot${i}/` : "";
    if (i > 0) machine.again().boot();
    await run.boot(root, boot.script ?? [], boot.namespaces);
  }
  return { name, differences: run.differences };
}

/** Before or after: a DIMM may have come in between. */
const hasDimms = (folder: CaptureFolder, boots: number): boolean =>
  ["start", "end"].some((state) => (folder.read(`${boots > 1 ? "boot0/" : ""}${state}.ndctl.json`)?.length ?? 0) > 0);

class Comparison {
  readonly differences: Differences = {};
  readonly #host: ScriptedHost;
  readonly #ours = new Uuids();
  readonly #theirs = new Uuids();

  constructor(
    private readonly machine: CapturedDom0,
    private readonly folder: CaptureFolder,
    hotPlugs: HotPlugs,
  ) {
    this.#host = new ScriptedHost(machine, hotPlugs);
  }

  async boot(root: string, script: readonly string[], namespaces: Boot["namespaces"]): Promise<void> {
    const text = (file: string): string => textOf(this.folder.read(root + file) ?? new Uint8Array());
    if (script[0] === "transcript") {
      for (const line of text("transcript.jsonl").trim().split("\n")) {
        await this.#host.shell.run((parseJson(line) as { readonly command: string }).command);
      }
    } else {
      const ran = await this.#host.shell.run(script.join("\n"));
      this.#compare("output", textOf(ran.out), withoutCollector(text("commands.out.txt")));
      this.#compare("errors", ran.err, text("commands.err.txt"));
    }
    await this.#list("list", ["ndctl", "list", "-BDRNHMFXivvv"], `${root}end.ndctl.json`);
    await this.#list("human", ["ndctl", "list", "-BDRNHMFXivvvu"], `${root}end.ndctl.human.json`);
    await this.#list("daxctl", ["daxctl", "list", "-RDi"], `${root}end.daxctl.json`);
    this.#labels(root);
    this.#blocks(root, namespaces);
  }

  /** Some machines were captured once only. */
  async #list(aspect: Aspect, words: readonly string[], file: string): Promise<void> {
    const captured = this.folder.read(file);
    if (captured) this.#compare(aspect, textOf((await this.#host.tool.run(words)).out), textOf(captured));
  }

  #labels(root: string): void {
    const dom0 = this.machine.again();
    const [got, wanted]: [string[], string[]] = [[], []];
    for (const { number, name } of dom0.dimms()) {
      const captured = this.folder.read(`${root}labels/end.${name}.bin`);
      if (!captured) continue;
      const area = dom0.dimm(number).readLabelArea(0, captured.length).unwrapOr(new Uint8Array());
      got.push(name, ...areaLines(area));
      wanted.push(name, ...areaLines(captured));
    }
    this.#compare("labels", got.join("\n"), wanted.join("\n"));
  }

  #blocks(root: string, namespaces: Boot["namespaces"]): void {
    const dom0 = this.machine.again();
    const [got, wanted]: [string[], string[]] = [[], []];
    for (const [name, where] of Object.entries(namespaces ?? {})) {
      const extent = dom0.namespace(name)?.extent;
      // Pieces that are all zeroes were not captured; the first of them is looked at all the same.
      const pieces = where.pieces.length > 0 ? where.pieces : [{ offset: 0, bytes: 16384, file: undefined }];
      for (const { offset, bytes, file } of pieces) {
        const path = file?.replace(/^boot\d+\//, "").replace(/\.gz$/, "");
        const captured = path === undefined ? new Uint8Array(bytes) : this.folder.read(root + path)!;
        const there = extent &&
          this.machine.machine.load((extent.start + offset) as Spa, captured.length).unwrapOr(undefined);
        got.push(name, ...pieceLines(offset, there ?? new Uint8Array(captured.length)));
        wanted.push(name, ...pieceLines(offset, captured));
      }
    }
    this.#compare("blocks", got.join("\n"), wanted.join("\n"));
  }

  #compare(aspect: Aspect, ours: string, theirs: string): void {
    const [got, wanted] = [this.#ours.normalised(ours), this.#theirs.normalised(theirs)];
    if (got !== wanted) this.differences[aspect] = { got, wanted };
  }
}

/** The collector's own last lines. */
const withoutCollector = (text: string): string => text.replace(/^(?:MemTotal: .*|exit \d+)\n/gm, "");

interface Meta {
  readonly boots: readonly Boot[];
  readonly config?: { readonly hotplug?: HotPlugs["lists"] };
}

interface Boot {
  readonly qemu?: readonly string[];
  readonly script?: readonly string[];
  readonly namespaces?: Readonly<Record<string, Placed>>;
}

interface Placed {
  readonly pieces: readonly { readonly offset: number; readonly bytes: number; readonly file: string }[];
}
