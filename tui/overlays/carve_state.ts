/** The carve form: what may be chosen, what is wrong with a size, and the ndctl line that it is. */
import type { HostSnapshot, Mode, RegionView } from "../../src/command/language/console_host.ts";
import { KiB, MiB, parseSize, shortSize } from "../../src/base/units.ts";
import { lineOf } from "../../src/command/language/words.ts";
import { pushed, said } from "../acts.ts";
import { stay, type Step } from "../messages.ts";
import { type CarveField, type CarveState, type Model, type TextInput } from "../model.ts";
import { choice, type FormField, type Option } from "../widgets/form.ts";
import { inputOf } from "../widgets/input.ts";
import { type Form, reviewed } from "./form_keys.ts";
import { leafName } from "../screens/parts.ts";

const MODES: readonly Mode[] = ["raw", "sector", "fsdax", "devdax"];
const PAGE_MAPPED: ReadonlySet<Mode> = new Set(["fsdax", "devdax"]);
const SECTOR_SIZES = [512, 4096];
const DEFAULT_ALIGN = 2 * MiB;
const DEFAULT_SIZE = 16 * 1024 * MiB;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
const lcm = (a: number, b: number): number => (a / gcd(a, b)) * b;

/** Sizes are multiples of lcm(region alignment, namespace alignment x ways); raw and sector align to a page. */
export const sizeStep = (region: RegionView, mode: Mode, alignBytes: number): number =>
  lcm(region.alignBytes, (PAGE_MAPPED.has(mode) ? alignBytes : 4 * KiB) * region.ways);

/** The largest unit that gives the size back whole, as ndctl reads it: `16G`, `10M`, `12345`. */
export function sizeWord(bytes: number): string {
  const units: readonly [number, string][] = [[2 ** 40, "T"], [2 ** 30, "G"], [2 ** 20, "M"], [2 ** 10, "K"]];
  for (const [unit, letter] of units) if (bytes > 0 && bytes % unit === 0) return `${bytes / unit}${letter}`;
  return String(bytes);
}

const pmemRegions = (host: HostSnapshot): readonly RegionView[] => host.regions.filter((r) => r.kind === "pmem");
export const regionOf = (model: Model, state: CarveState): RegionView | undefined =>
  model.snapshot.regions.find((r) => r.name === state.region);

/** Why the size will not do, with sizes that will; undefined where it is sound. */
export function sizeFault(text: string, region: RegionView, step: number): string | undefined {
  if (region.largestBytes === 0) {
    return `${region.name} has no free capacity; destroy a namespace or take another region.`;
  }
  if (text === "") return undefined;
  const bytes = parseSize(text);
  if (bytes === undefined) return "Not a size ndctl reads: digits and one of K M G T, as in 16G or 512M.";
  const largest = Math.floor(region.largestBytes / step) * step;
  if (bytes === 0) return `A namespace needs at least ${sizeWord(step)}.`;
  if (bytes > region.largestBytes) {
    return `${shortSize(bytes)} is more than the largest free piece, ${shortSize(region.largestBytes)}; try ${
      sizeWord(largest)
    }.`;
  }
  if (bytes % step === 0) return undefined;
  const below = Math.floor(bytes / step) * step;
  const near = [below, below + step].filter((b) => b > 0 && b <= largest).map(sizeWord);
  return `Not a multiple of ${sizeWord(step)}; try ${near.join(" or ")}.`;
}

function regionOptions(model: Model): Option[] {
  return pmemRegions(model.snapshot).map((r) =>
    choice(
      r.name,
      r.name,
      r.readOnly
        ? "it is read-only"
        : r.state === "disabled"
        ? "it is disabled"
        : r.largestBytes === 0
        ? "no free capacity"
        : undefined,
    )
  );
}

const alignOptions = (region: RegionView, mode: Mode): Option[] => {
  const known = [4 * KiB, 2 * MiB, 1024 * MiB];
  const legal = region.modes.find((m) => m.mode === mode)?.alignments ?? [];
  return known.map((a) => {
    const step = sizeStep(region, mode, a);
    const why = !legal.includes(a)
      ? `${region.name} supports no ${leafName(a)} alignment`
      : step > region.largestBytes
      ? `${sizeWord(step)} steps exceed the largest free piece`
      : undefined;
    return choice(sizeWord(a), leafName(a), why);
  });
};

function fields(model: Model, state: CarveState): FormField<CarveField>[] {
  const region = regionOf(model, state);
  if (!region) return [];
  const step = sizeStep(region, state.mode, state.alignBytes);
  const modes = MODES.map((m) =>
    choice(m, m, region.modes.some((x) => x.mode === m) ? undefined : `${region.name} does not support it`)
  );
  const base = { note: "", fault: undefined };
  const pageMapped: FormField<CarveField>[] = PAGE_MAPPED.has(state.mode)
    ? [
      {
        ...base,
        id: "map",
        label: "map",
        kind: "choice",
        value: state.map,
        options: [choice("dev"), choice("mem")],
        note: state.map === "dev"
          ? "page map on the device itself"
          : "page map in dom0's memory; Xen then needs --mgmt",
      },
    ]
    : [];
  const last: FormField<CarveField>[] = PAGE_MAPPED.has(state.mode)
    ? [{
      ...base,
      id: "align",
      label: "align",
      kind: "choice",
      value: sizeWord(state.alignBytes),
      options: alignOptions(region, state.mode),
      note: "1 GiB lets a guest's EPT use 1 GiB leaves",
    }]
    : state.mode === "sector"
    ? [{
      ...base,
      id: "sector",
      label: "sector",
      kind: "choice",
      value: String(state.sectorBytes),
      options: SECTOR_SIZES.map((s) => choice(String(s))),
      note: "atomic sectors (BTT); cannot be given to a guest",
    }]
    : [];
  return [
    { ...base, id: "region", label: "region", kind: "choice", value: state.region, options: regionOptions(model) },
    {
      ...base,
      id: "mode",
      label: "mode",
      kind: "choice",
      value: state.mode,
      options: modes,
      note: MODE_NOTES[state.mode],
    },
    ...pageMapped,
    {
      id: "size",
      label: "size",
      kind: "text",
      input: state.size,
      note: `largest ${sizeWord(region.largestBytes)}, step ${sizeWord(step)}`,
      fault: sizeFault(state.size.text, region, step),
    },
    { ...base, id: "name", label: "name", kind: "text", input: state.name, note: "of the label; optional" },
    ...last,
  ];
}

const MODE_NOTES: Readonly<Record<Mode, string>> = {
  raw: "the bare range; Xen's structures go to its start",
  sector: "a block device with atomic sectors",
  fsdax: "a block device for a DAX filesystem",
  devdax: "a character device to map whole",
};

function set(model: Model, state: CarveState, field: CarveField, value: string | TextInput): CarveState {
  if (typeof value !== "string") return { ...state, [field]: value };
  const next: CarveState = field === "align"
    ? { ...state, alignBytes: parseSize(value) ?? state.alignBytes }
    : field === "sector"
    ? { ...state, sectorBytes: Number(value) }
    : { ...state, [field]: value };
  return legalAlign(model, next);
}

/** Another region or mode may not have the alignment chosen: the first it has is taken. */
function legalAlign(model: Model, state: CarveState): CarveState {
  const region = regionOf(model, state);
  const legal = region?.modes.find((m) => m.mode === state.mode)?.alignments ?? [];
  if (legal.length === 0 || legal.includes(state.alignBytes)) return state;
  return { ...state, alignBytes: legal.includes(DEFAULT_ALIGN) ? DEFAULT_ALIGN : legal[0]! };
}

function lines(_model: Model, s: CarveState): string[] {
  const words = ["ndctl", "create-namespace", "-r", s.region, "-m", s.mode];
  if (PAGE_MAPPED.has(s.mode)) words.push("-M", s.map);
  if (s.size.text) words.push("-s", s.size.text);
  if (s.name.text) words.push("-n", s.name.text);
  if (PAGE_MAPPED.has(s.mode)) words.push("-a", sizeWord(s.alignBytes));
  if (s.mode === "sector") words.push("-l", String(s.sectorBytes));
  return [lineOf(words)];
}

export const carveForm: Form<CarveState> = { kind: "carve", title: "Carve a namespace", fields, set, lines };

/** The form, from `region` if it can be carved from, else the region with the largest free piece. */
export function openCarve(model: Model, region: string | undefined): Step {
  const all = pmemRegions(model.snapshot).filter((r) => !r.readOnly && r.state === "active");
  const largest = all.toSorted((a, b) => b.largestBytes - a.largestBytes)[0];
  const chosen = all.find((r) => r.name === region && r.largestBytes > 0) ?? largest;
  if (!chosen || chosen.largestBytes === 0) {
    return stay(said(model, "No region has free capacity; destroy a namespace (d) to make some.", "warning"));
  }
  const mode: Mode = chosen.modes.some((m) => m.mode === "fsdax") ? "fsdax" : chosen.modes[0]?.mode ?? "raw";
  const draft: CarveState = {
    kind: "carve",
    field: "size",
    region: chosen.name,
    mode,
    map: "dev",
    size: inputOf(""),
    name: inputOf(""),
    alignBytes: DEFAULT_ALIGN,
    sectorBytes: 4096,
    rehearsal: undefined,
    armed: false,
  };
  const state = legalAlign(model, draft);
  const step = sizeStep(chosen, mode, state.alignBytes);
  const size = Math.floor(Math.min(DEFAULT_SIZE, chosen.largestBytes) / step) * step;
  return reviewed(carveForm, pushed(model, state), { ...state, size: inputOf(size > 0 ? sizeWord(size) : "") });
}
