/** Guests: stopped before anything else changes, started when everything is there. */
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { type FieldDifference, fieldsText } from "./difference.ts";
import { claimsOf, configOf, prunedDomains, recordNamed, settingFields, specsOf } from "./domain_difference.ts";
import { refused } from "./refusal.ts";
import { type Scene, type Stage, type Step, step, type Yielded } from "./steps.ts";
import { type WantedDomain } from "./wanted.ts";

export const stopDomains: Stage = function* (scene) {
  for (const wanted of [...scene.wanted.domains, ...prunedDomains(scene.wanted, scene.fork())]) {
    yield* stop(scene, wanted);
    const { name, state, autostart } = wanted;
    const absent = state === "absent";
    const starts = scene.fork().toolstack.autostartFiles().some((file) => file.name === name);
    if (starts && (absent || autostart === false)) {
      yield step("domain", wanted, "autostart true → false", ["host", "autostart", "remove", name]);
    }
    for (const slot of absent ? claimsOf(scene.fork(), name) : []) {
      yield step("domain", wanted, `nv${slot} is not kept for it any more`, [
        "xl",
        "vnvdimm-detach",
        name,
        String(slot),
      ]);
    }
  }
};

function* stop(scene: Scene, wanted: WantedDomain): Generator<Yielded, void, void> {
  const { name, state } = wanted;
  const record = recordNamed(scene.fork(), name);
  if (!record) return;
  if (state === "running") {
    const fields = settingFields(wanted, record, scene.fork());
    if (fields.length === 0 || added(wanted, record, fields, scene.fork()).length > 0) return;
    if (wanted.restart) yield shutDown(wanted, fieldsText(fields));
    else {
      const what = `${name} is running with other settings: ${fieldsText(fields)}`;
      const hint = `say restart = true in [domain.${name}], or xl shutdown ${name} first`;
      yield { refusal: refused("domain", wanted, what, hint) };
    }
  } else if (state !== undefined) yield shutDown(wanted, "state running → off");
  else return;
  // Its own settings may keep or restart a guest that was shut down.
  if (recordNamed(scene.fork(), name)) {
    yield step("domain", wanted, "its settings brought it back", ["xl", "destroy", name]);
  }
}

export const startDomains: Stage = function* (scene) {
  for (const wanted of scene.wanted.domains) {
    const { name, state, autostart, config } = wanted;
    const record = recordNamed(scene.fork(), name);
    if (state === "running" && config) {
      if (!record) yield start(wanted, config.path);
      else yield* attach(scene, wanted, record);
    }
    const file = scene.fork().toolstack.autostartFiles().find((each) => each.name === name);
    if (autostart && config && file?.text !== config.text) {
      const why = `autostart ${file ? "another text" : "false"} → true`;
      yield step("domain", wanted, why, ["host", "autostart", "add", config.path]);
    }
  }
};

/** One after the other into the slots kept free for them; where that fails, and it may be restarted, by a restart. */
function* attach(scene: Scene, wanted: WantedDomain, record: DomainRecord): Generator<Yielded, void, void> {
  const fields = settingFields(wanted, record, scene.fork());
  for (const spec of added(wanted, record, fields, scene.fork())) {
    if (recordNamed(scene.fork(), wanted.name)?.domid !== record.domid) return;
    const why = fieldsText(fields);
    const attach = step("domain", wanted, why, ["xl", "vnvdimm-attach", ...options(wanted), wanted.name, spec]);
    const restart = [shutDown(wanted, `${why}, and no slot is free`), start(wanted, wanted.config!.path)];
    yield wanted.restart ? { ...attach, otherwise: restart } : attach;
  }
}

/** vNVDIMMs that the file has beyond those of the running guest, if that is all that is different. */
function added(wanted: WantedDomain, record: DomainRecord, fields: readonly FieldDifference[], fork: Fork): string[] {
  const has = specsOf(record);
  const wants = configOf(wanted, fork)?.vnvdimms.map(({ text }) => text) ?? [];
  const behind = fields.length === 1 && fields[0]!.field === "vnvdimms" &&
    has.every((spec, slot) => spec === wants[slot]);
  return behind ? wants.slice(has.length) : [];
}

const shutDown = (wanted: WantedDomain, why: string): Step =>
  step("domain", wanted, why, ["xl", "shutdown", "-w", wanted.name]);

const start = (wanted: WantedDomain, path: string): Step =>
  step("domain", wanted, "state off → running", ["xl", "create", ...options(wanted), path]);

const options = ({ volatile, content }: WantedDomain): string[] => [
  ...(volatile ? ["--volatile"] : []),
  ...(content === undefined ? [] : [content === "keep" ? "--keep-content" : "--sanitize"]),
];
