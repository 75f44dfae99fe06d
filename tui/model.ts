/**
 * The console's whole state: one immutable record. The host's picture is in `snapshot`; the rest is what the operator
 * looks at and is in the middle of. `update` makes the next one, `view` draws it.
 */
import type { Completion, HostSnapshot, LossView, Mode, Rehearsal } from "../src/command/language/console_host.ts";
import { type Theme } from "./theme.ts";

export const SCREEN_NAMES = [
  "overview",
  "namespaces",
  "regions",
  "domains",
  "nfit",
  "ept",
  "hypercalls",
  "history",
] as const;
export type ScreenName = typeof SCREEN_NAMES[number];

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Where the operator is in a list or a tree. The cursor sticks to an object, not to a row number. */
export interface ListState {
  readonly selected: string | undefined;
  /** Row number of the cursor when it was last placed: where it stays if its object goes away. */
  readonly index: number;
  readonly top: number;
  readonly filter: string;
  /** Title of the column sorted by; undefined: as the host lists it. */
  readonly sort: string | undefined;
  readonly descending: boolean;
  /** Trees: nodes whose default (open or closed) has been turned over. */
  readonly turned: ReadonlySet<string>;
}

export interface TextInput {
  readonly text: string;
  /** UTF-16 index of the cursor. */
  readonly cursor: number;
}

/** What the operator is in the middle of; the newest lies on top and gets the keys. */
export type Overlay =
  | { readonly kind: "help"; readonly top: number }
  | CommandLineState
  | { readonly kind: "filter"; readonly input: TextInput }
  | { readonly kind: "address"; readonly input: TextInput; readonly fault: string | undefined }
  | CarveState
  | AssignState
  | ConfirmState
  | OutputState;
export type OverlayKind = Overlay["kind"];

export interface CommandLineState {
  readonly kind: "line";
  readonly input: TextInput;
  readonly completion: Completion | undefined;
  /** Candidate under the cursor; -1: none yet. */
  readonly picked: number;
  /** Steps back in history; 0: the line being typed. */
  readonly back: number;
  readonly draft: string;
}

/** What a form knows of the rehearsal of its own line. */
export interface FormRehearsal {
  readonly lines: readonly string[];
  readonly result: Rehearsal;
}

export interface CarveState {
  readonly kind: "carve";
  readonly field: CarveField;
  readonly region: string;
  readonly mode: Mode;
  readonly map: "dev" | "mem";
  readonly size: TextInput;
  readonly name: TextInput;
  readonly alignBytes: number;
  readonly sectorBytes: number;
  readonly rehearsal: FormRehearsal | undefined;
  /** The operator has pressed ↵ once. */
  readonly armed: boolean;
}
export const CARVE_FIELDS = ["region", "mode", "map", "size", "name", "align", "sector"] as const;
export type CarveField = typeof CARVE_FIELDS[number];

export interface AssignState {
  readonly kind: "assign";
  readonly field: AssignField;
  readonly namespace: string;
  /** Name of the guest: a running domain or an xl.cfg. */
  readonly guest: string;
  /** Pages of guest label storage: 0 or at least 32. */
  readonly labelPages: number;
  /** The namespace that holds Xen's structures; undefined: the namespace itself. */
  readonly mgmt: string | undefined;
  readonly rehearsal: FormRehearsal | undefined;
  readonly armed: boolean;
}
export const ASSIGN_FIELDS = ["namespace", "guest", "labels", "mgmt"] as const;
export type AssignField = typeof ASSIGN_FIELDS[number];

export interface ConfirmState {
  readonly kind: "confirm";
  readonly rehearsal: Rehearsal;
  /** Losses need the object's name typed; without losses a choice between two buttons will do. */
  readonly losses: readonly LossView[];
  readonly input: TextInput;
  readonly agree: boolean;
  /** The losses changed while the question stood. */
  readonly again: boolean;
}

export interface OutputState {
  readonly kind: "output";
  readonly title: string;
  /** The command line that prints this, or something like it. */
  readonly command: string;
  /** `danger` for a refusal. */
  readonly tone: "text" | "danger";
  readonly rows: readonly string[];
  readonly top: number;
}

/** Why something is being rehearsed or run, and so what happens with the answer. */
export type Purpose = "form" | "act" | "ask" | "run";

export interface Task {
  readonly ticket: number;
  readonly purpose: Purpose;
  readonly lines: readonly string[];
  readonly progress: { readonly what: string; readonly done: number; readonly total: number } | undefined;
}

export interface Toast {
  readonly text: string;
  readonly tone: "ok" | "warning" | "danger";
}

export interface Model {
  readonly snapshot: HostSnapshot;
  readonly size: Size;
  readonly theme: Theme;
  readonly screen: ScreenName;
  readonly lists: Readonly<Record<ScreenName, ListState>>;
  /** Whose tables screen 5 shows (undefined: the host's own), and which one. */
  readonly tables: { readonly domain: string | undefined; readonly index: number };
  readonly ept: { readonly domain: string | undefined; readonly gpa: number | undefined };
  readonly overlays: readonly Overlay[];
  readonly task: Task | undefined;
  readonly tickets: number;
  readonly toast: Toast | undefined;
  /** Command lines, newest first. */
  readonly typed: readonly string[];
}

const EMPTY_LIST: ListState = {
  selected: undefined,
  index: 0,
  top: 0,
  filter: "",
  sort: undefined,
  descending: false,
  turned: new Set(),
};

export const initialModel = (snapshot: HostSnapshot, size: Size, theme: Theme): Model => ({
  snapshot,
  size,
  theme,
  screen: "overview",
  lists: Object.fromEntries(SCREEN_NAMES.map((name) => [name, EMPTY_LIST])) as Record<ScreenName, ListState>,
  tables: { domain: undefined, index: 0 },
  ept: { domain: undefined, gpa: undefined },
  overlays: [],
  task: undefined,
  tickets: 0,
  toast: undefined,
  typed: [],
});

export const topOverlay = (model: Model): Overlay | undefined => model.overlays.at(-1);
