/**
 * A host for tests of the console: it knows a handful of command lines and answers them by changing the facts that its
 * snapshots are built from. What the lines mean on the real host is tested there.
 */
import type {
  Completion,
  ConsoleHost,
  DifferenceView,
  HostSnapshot,
  LossView,
  Ran,
  Rehearsal,
  StepsView,
  Work,
} from "../../src/command/language/console_host.ts";
import { parseSize } from "../../src/base/units.ts";
import { splitWords } from "../../src/command/language/words.ts";
import { GiB, type HostFacts, hostOf, LAB_PIECES, MiB, namespacesOf, type Piece, WEB1 } from "./hosts.ts";

interface Answer {
  readonly facts: HostFacts;
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly effect: Rehearsal["effect"];
  readonly losses: readonly LossView[];
  readonly difference: readonly DifferenceView[];
  readonly steps: StepsView;
}

const VERBS: readonly (readonly [string, string])[] = [
  ["ndctl list", "Print buses, DIMMs, regions and namespaces as JSON"],
  ["ndctl create-namespace", "Carve a namespace from a region"],
  ["ndctl destroy-namespace", "Free a namespace's labels and its capacity"],
  ["xl create", "Start a domain from its xl.cfg"],
  ["xl list", "List domains"],
  ["xl pmem-setup", "Hand a namespace to Xen"],
  ["nfit show", "Decode an NFIT"],
  ["undo", "Take back the newest command"],
];

export class FakeHost implements ConsoleHost {
  #facts: HostFacts;
  #snapshot: HostSnapshot;
  readonly #before: HostFacts[] = [];
  readonly #listeners = new Set<() => void>();
  /** Every line that was committed, in order. */
  readonly committed: string[] = [];
  /** Slices a rehearsal takes before it is done, for tests of long work. */
  slices = 0;

  constructor(facts: HostFacts = {}) {
    this.#facts = facts;
    this.#snapshot = hostOf(facts);
  }

  snapshot(): HostSnapshot {
    return this.#snapshot;
  }

  subscribe(changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  }

  /** As when another console commits. */
  change(facts: HostFacts): void {
    this.#facts = facts;
    this.#snapshot = hostOf(facts);
    for (const changed of this.#listeners) changed();
  }

  *rehearse(lines: readonly string[]): Work<Rehearsal> {
    for (let i = 0; i < this.slices; i++) yield { what: "rehearsing", done: i, total: this.slices };
    return this.#rehearsal(lines);
  }

  *run(lines: readonly string[], confirmed?: string): Work<Ran> {
    yield { what: "running", done: 0, total: lines.length };
    const rehearsal = this.#rehearsal(lines);
    if (rehearsal.losses.length > 0 && confirmed !== rehearsal.digest) return { kind: "ask-again", rehearsal };
    const { status, out, err, difference } = rehearsal;
    if (status === 0) {
      this.committed.push(...lines);
      const back = lines[0] === "undo" ? this.#before.pop() : undefined;
      if (!back) this.#before.push(this.#facts);
      const generation = (this.#facts.generation ?? 41) + lines.length;
      this.change({ ...(back ?? this.#answers(lines).facts), generation });
    }
    return { kind: "done", status, out, err, difference };
  }

  unavailable(): string | undefined {
    return undefined;
  }

  complete(line: string, cursor: number): Completion {
    const head = line.slice(0, cursor);
    const known = VERBS.find(([verb]) => head.startsWith(`${verb} `));
    if (known) {
      const start = head.lastIndexOf(" ") + 1;
      const names = this.#snapshot.namespaces.filter((n) => n.name.startsWith(head.slice(start)));
      const candidates = names.slice(0, 20).map((n) => ({ text: n.name, summary: `${n.mode} ${n.label}` }));
      return { start, end: cursor, candidates, usage: `${known[0]} [OPTION…]` };
    }
    const candidates = VERBS.filter(([verb]) => verb.startsWith(head)).map(([text, summary]) => ({ text, summary }));
    return { start: 0, end: cursor, candidates };
  }

  #rehearsal(lines: readonly string[]): Rehearsal {
    const { facts, ...rest } = this.#answers(lines);
    return { lines, ...rest, digest: JSON.stringify(rest.losses), after: hostOf(facts) };
  }

  #answers(lines: readonly string[]): Answer {
    let answer = same(this.#facts, "");
    for (const line of lines) {
      const next = respond(answer.facts, line);
      answer = { ...next, difference: [...answer.difference, ...next.difference] };
      if (next.status !== 0) return answer;
    }
    return answer;
  }
}

const NO_STEPS: StepsView = { total: 0, groups: [] };
const same = (facts: HostFacts, out: string): Answer => ({
  facts,
  status: 0,
  out,
  err: "",
  effect: "reads",
  losses: [],
  difference: [],
  steps: NO_STEPS,
});
const refused = (facts: HostFacts, status: number, err: string): Answer => ({ ...same(facts, ""), status, err });
const pieces = (facts: HostFacts): readonly Piece[] => facts.pieces ?? LAB_PIECES;

function respond(facts: HostFacts, line: string): Answer {
  const words: string[] = splitWords(line).unwrapOr([]);
  const option = (name: string) => words[words.indexOf(name) + 1] ?? "";
  switch (words.slice(0, 2).join(" ")) {
    case "ndctl list":
      return same(facts, namespacesOf(facts).map((n) => `{"dev":"${n.name}","mode":"${n.mode}"}`).join("\n"));
    case "ndctl create-namespace":
      return create(facts, Number(option("-r").slice(-1)), words);
    case "ndctl destroy-namespace":
      return destroy(facts, words.at(-1)!);
    case "xl pmem-setup":
      return setState(facts, option("--namespace"), "xen");
    case "xl create":
    case "xl vnvdimm-attach":
      return setState(facts, /namespace\d+\.\d+/.exec(line)?.[0] ?? "", "assigned", "db2 nv0");
    case "xl shutdown":
      return {
        ...same(facts, ""),
        effect: "writes",
        difference: [{ sign: "~", object: words[2]!, text: "running → shutdown" }],
      };
  }
  if (words[0] === "undo") {
    return {
      ...same(facts, ""),
      effect: "writes",
      difference: [{ sign: "-", object: "namespace1.5", text: "carved by #42" }],
    };
  }
  return refused(facts, 2, `nvdeck: unknown verb '${words[0]}'\nTry 'help' for a list of verbs.`);
}

function create(facts: HostFacts, region: number, words: readonly string[]): Answer {
  const option = (name: string) => (words.includes(name) ? words[words.indexOf(name) + 1] : undefined);
  const found = hostOf(facts).regions[region]!;
  const size = parseSize(option("-s") ?? String(found.largestBytes)) ?? 0;
  const gap = found.segments.find((s) => s.kind === "free" && s.endSpa - s.startSpa >= size);
  if (!gap) return refused(facts, 228, "failed to create namespace: No space left on device");
  const mode = option("-m") as Piece[4];
  const map = mode === "fsdax" || mode === "devdax" ? (option("-M") as "dev" | "mem") : undefined;
  const made: Piece = [region, (gap.startSpa - found.startSpa) / GiB, size / GiB, option("-n") ?? "", mode, map];
  const after = { ...facts, pieces: [...pieces(facts), made] };
  const name = namespacesOf(after).at(-1)!.name;
  const groups = [0, 1, 2, 3].flatMap((i) => [
    { kind: "medium-write" as const, what: "index block", target: `nmem${region * 4 + i}`, count: 8, bytes: 2048 },
    { kind: "medium-write" as const, what: "label slot", target: `nmem${region * 4 + i}`, count: 6, bytes: 1536 },
  ]);
  return {
    ...same(after, `{\n  "dev":"${name}",\n  "mode":"${mode}",\n  "size":${size}\n}`),
    effect: "writes",
    difference: [{ sign: "+", object: name, text: `${mode}, ${size / MiB} MiB` }],
    steps: { total: 56, groups },
  };
}

function destroy(facts: HostFacts, name: string): Answer {
  const found = namespacesOf(facts).find((n) => n.name === name);
  if (!found) return refused(facts, 1, `error destroying namespaces: No such device or address`);
  if (found.state === "assigned" || found.state === "mounted") {
    return refused(facts, 240, "error destroying namespaces: Device or resource busy\ndestroyed 0 namespaces\n");
  }
  const at = namespacesOf(facts).findIndex((n) => n.name === name);
  const loss = {
    object: `${name} "${found.label}"`,
    typed: found.label || name,
    owner: found.owner,
    bytes: found.usableBytes,
  };
  return {
    ...same({ ...facts, pieces: pieces(facts).toSpliced(at, 1) }, "destroyed 1 namespace"),
    effect: "destroys",
    losses: [loss],
    difference: [{ sign: "-", object: name, text: found.mode }],
    steps: { total: 12, groups: [] },
  };
}

function setState(facts: HostFacts, name: string, state: Piece[6], owner?: string): Answer {
  const at = namespacesOf(facts).findIndex((n) => n.name === name);
  if (at < 0) return refused(facts, 3, `nvdeck: no namespace ${name}\n2 lists those there are.`);
  const found = namespacesOf(facts)[at]!;
  if (state === "xen" && found.map === "mem") {
    return refused(
      facts,
      4,
      `nvdeck: ${name} has its page map in memory, so Xen's structures have no room in it.\nGive a raw namespace for them: --mgmt NS.`,
    );
  }
  const piece = pieces(facts)[at]!;
  const changed: Piece = [piece[0], piece[1], piece[2], piece[3], piece[4], piece[5], state ?? "free", owner];
  const db2 = {
    ...WEB1,
    name: "db2",
    domid: 4,
    config: "fixtures/guests/db2.cfg",
    vnvdimms: WEB1.vnvdimms.map((v) => ({
      ...v,
      backend: name,
      namespace: name,
      sizeBytes: found.usableBytes,
      leaves: [{ sizeBytes: 2 * MiB, count: Math.floor(found.usableBytes / (2 * MiB)) }],
    })),
  };
  return {
    ...same({
      ...facts,
      pieces: pieces(facts).with(at, changed),
      ...(state === "assigned" ? { domains: [WEB1, db2] } : {}),
    }, ""),
    effect: "writes",
    difference: [{ sign: "~", object: name, text: `${found.state} → ${state}` }],
    steps: {
      total: 2,
      groups: [
        { kind: "hypercall", what: "XENPF_pmem_add", target: name, count: 1, bytes: 0 },
        ...(state === "assigned"
          ? [{ kind: "hypercall" as const, what: "XENMEM_populate_pmem_map", target: "db2", count: 1, bytes: 0 }]
          : []),
      ],
    },
  };
}
