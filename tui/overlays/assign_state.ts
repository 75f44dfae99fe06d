/** The assign form: which namespace, to which guest, with what; and the xl lines that it is. */
import type { GuestConfigView, NamespaceView } from "../../src/command/language/console_host.ts";
import { shortSize } from "../../src/base/units.ts";
import { lineOf } from "../../src/command/language/words.ts";
import { pushed, said } from "../acts.ts";
import { stay, type Step } from "../messages.ts";
import { ASSIGN_FIELDS, type AssignField, type AssignState, type Model, type TextInput } from "../model.ts";
import { backendOf, createLine } from "../xl_lines.ts";
import { choice, type FormField, type Option } from "../widgets/form.ts";
import { sizeWord } from "./carve_state.ts";
import { type Form, reviewed } from "./form_keys.ts";

/** A guest's label storage: none, or at least 32 pages (128 KiB). */
const LABEL_PAGES = [0, 32, 64, 256];
const NO_MGMT = "";

/** Why a namespace cannot be given to a guest, by its state, and what to try; the rest only a rehearsal can tell. */
function refusalOf(n: NamespaceView): string | undefined {
  if (n.mode === "sector") {
    return `sector mode has no byte-addressable data; ndctl create-namespace -f -e ${n.name} -m fsdax`;
  }
  const [guest = "a guest", nv = "nv0"] = n.owner?.split(" ") ?? [];
  if (n.state === "assigned") return `assigned to ${n.owner}; xl vnvdimm-detach ${guest} ${nv.slice(2)} takes it back`;
  if (n.state === "mounted") return `mounted on ${n.owner ?? "a directory"}; give files of it instead`;
  if (n.state === "reserved") return `reserved for ${n.owner}; xl vnvdimm-detach ${guest} ${nv.slice(2)} frees it`;
  if (n.state === "disabled") return `it is disabled; ndctl enable-namespace ${n.name}`;
  if (n.state === "broken") return "it is broken; the overview says why";
  return undefined;
}

const described = (n: NamespaceView): string => [n.name, n.label, shortSize(n.usableBytes)].filter((t) => t).join(" ");

const namespaceOptions = (model: Model): Option[] =>
  model.snapshot.namespaces.map((n) => choice(n.name, described(n), refusalOf(n)));

/** Guests are named by domain; an xl.cfg whose guest runs already is that running domain. */
function guestOptions(model: Model): Option[] {
  return model.snapshot.guests.map((g) => {
    const running = runningDomain(model, g.name);
    return choice(g.name, running === undefined ? g.name : `${g.name} (running)`, g.refusal);
  });
}

const runningDomain = (model: Model, name: string) =>
  model.snapshot.domains.find((d) => d.name === name && d.domid !== undefined && d.domid !== 0);

const mgmtOptions = (model: Model, state: AssignState): Option[] => [
  choice(NO_MGMT, "in the namespace itself"),
  ...model.snapshot.namespaces.filter((n) =>
    n.mode === "raw" && n.name !== state.namespace && refusalOf(n) === undefined
  )
    .map((n) => choice(n.name, described(n))),
];

const fieldOf = (
  id: AssignField,
  label: string,
  options: readonly Option[],
  value: string,
  note: string,
): FormField<AssignField> => {
  const chosen = options.find((o) => o.value === value);
  return {
    kind: "choice",
    id,
    label,
    options,
    value,
    note,
    fault: chosen?.illegal && `${chosen.text}: ${chosen.illegal}.`,
  };
};

function fields(model: Model, s: AssignState): FormField<AssignField>[] {
  const namespace = model.snapshot.namespaces.find((n) => n.name === s.namespace);
  const labels = LABEL_PAGES.map((p) => choice(String(p), p === 0 ? "none" : sizeWord(p * 4096)));
  const set = [
    fieldOf(
      "namespace",
      "namespace",
      namespaceOptions(model),
      s.namespace,
      namespace?.device ? `/dev/${namespace.device} in dom0` : "",
    ),
    fieldOf("guest", "guest", guestOptions(model), s.guest, guestNote(model, s)),
    fieldOf(
      "labels",
      "labels",
      labels,
      String(s.labelPages),
      "the guest's own label storage, from the end of its data",
    ),
    fieldOf("mgmt", "structures", mgmtOptions(model, s), s.mgmt ?? NO_MGMT, "where Xen keeps its frame table for it"),
  ];
  return namespace?.state === "xen" ? set.filter((f) => f.id !== "mgmt") : set;
}

function guestNote(model: Model, s: AssignState): string {
  const running = runningDomain(model, s.guest);
  if (running) return `domain ${running.domid} is running: it is attached`;
  const config = model.snapshot.guests.find((g) => g.name === s.guest);
  return config ? `${config.path}: it is started with the namespace` : "";
}

function set(_model: Model, s: AssignState, field: AssignField, value: string | TextInput): AssignState {
  if (typeof value !== "string") return s;
  switch (field) {
    case "namespace":
      return { ...s, namespace: value, mgmt: s.mgmt === value ? undefined : s.mgmt };
    case "guest":
      return { ...s, guest: value };
    case "labels":
      return { ...s, labelPages: Number(value) };
    case "mgmt":
      return { ...s, mgmt: value === NO_MGMT ? undefined : value };
  }
}

/** `type=namespace, backend=NS, nr_label_pages=M`, or the bare name, as vnvdimms takes it. */
const specOf = (s: AssignState): string =>
  s.labelPages > 0 ? `type=namespace, backend=${s.namespace}, nr_label_pages=${s.labelPages}` : s.namespace;

/** Whether an entry of `vnvdimms` is this namespace already, by name or by device. */
function backs(entry: string, namespace: NamespaceView | undefined): boolean {
  const backend = backendOf(entry);
  return backend === namespace?.name || (namespace?.device !== undefined && backend === `/dev/${namespace.device}`);
}

function lines(model: Model, s: AssignState): string[] {
  const namespace = model.snapshot.namespaces.find((n) => n.name === s.namespace);
  const setup = ["xl", "pmem-setup", "--namespace", s.namespace, ...(s.mgmt ? ["--mgmt", s.mgmt] : [])];
  const handOver = namespace?.state === "xen" ? [] : [lineOf(setup)];
  if (runningDomain(model, s.guest)) return [...handOver, lineOf(["xl", "vnvdimm-attach", s.guest, specOf(s)])];
  const config = model.snapshot.guests.find((g) => g.name === s.guest);
  if (!config) return handOver;
  const named = config.vnvdimms.some((v) => backs(v, namespace));
  return [...handOver, createLine(config, named ? [] : [specOf(s)])];
}

export const assignForm: Form<AssignState> = { kind: "assign", title: "Assign to a guest", fields, set, lines };

/** The form, on the namespace under the cursor: where that one cannot be given, the form says why. */
export function openAssign(model: Model, namespace: string | undefined): Step {
  const { namespaces, guests } = model.snapshot;
  const legal = namespaces.filter((n) => refusalOf(n) === undefined);
  const chosen = namespaces.find((n) => n.name === namespace) ?? legal[0];
  if (!chosen) return stay(said(model, "Every namespace is in use; carve one with c.", "warning"));
  const guest = likelyGuest(model, chosen);
  if (!guest) return stay(said(model, guests[0]?.refusal ?? "There is no xl.cfg to give it to.", "warning"));
  const state: AssignState = {
    kind: "assign",
    field: ASSIGN_FIELDS[chosen.name === namespace && refusalOf(chosen) === undefined ? 1 : 0]!,
    namespace: chosen.name,
    guest: guest.name,
    labelPages: 0,
    mgmt: undefined,
    rehearsal: undefined,
    armed: false,
  };
  return reviewed(assignForm, pushed(model, state), state);
}

/**
 * The guest that it is most likely for. Starting one with it is the plain case: the one whose xl.cfg names it, else one
 * that has no other memory; then attaching it to a running one; others need more than this namespace.
 */
function likelyGuest(model: Model, namespace: NamespaceView): GuestConfigView | undefined {
  const keepsMemory = (name: string) => model.snapshot.domains.some((d) => d.name === name && d.vnvdimms.length > 0);
  const rank = (g: GuestConfigView): number => {
    if (runningDomain(model, g.name)) return 2;
    if (g.vnvdimms.length === 0) return keepsMemory(g.name) ? 3 : 1;
    return g.vnvdimms.every((v) => backs(v, namespace)) ? 0 : 4;
  };
  return model.snapshot.guests.filter((g) => g.refusal === undefined).toSorted((a, b) => rank(a) - rank(b))[0];
}
