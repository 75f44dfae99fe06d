/** What is handed to Xen: taken back before its namespaces change, handed over when they are as they should be. */
import { hex } from "../../base/units.ts";
import { type Range } from "../../base/range.ts";
import { fieldsText, wishText } from "./difference.ts";
import { type Explanation } from "../../host/mod.ts";
import { guestsOn } from "./in_use.ts";
import { changing, going } from "./namespace_stages.ts";
import { type NamespaceNow, type NamespacesNow } from "./namespaces_now.ts";
import { type Refusal, refused } from "./refusal.ts";
import { hasData, hasMgmt, prunedSetups, setupFields } from "./setup_difference.ts";
import { sizeText } from "./size_text.ts";
import { type Stage, step } from "./steps.ts";
import { type Wanted, type WantedSetup } from "./wanted.ts";

/** Users before the namespaces that hold their structures. */
export const releaseSetups: Stage = function* (scene) {
  const now = scene.now();
  const guestOf = guestsOn(now.fork);
  const releases = [...releasesOf(scene.wanted, now).values()];
  for (const release of releases.sort((a, b) => b.found.setup!.order - a.found.setup!.order)) {
    const refusal = objection(release, guestOf(release.found));
    if (refusal) yield { refusal };
    else {
      const { declared, found, why } = release;
      yield step("xen", declared, why, ["xl", "pmem-release", "--namespace", found.device]);
    }
  }
};

export const setUpNamespaces: Stage = function* (scene) {
  const now = scene.now();
  for (const wanted of scene.wanted.setups) {
    if (wanted.state === "absent") continue;
    const found = now.find(wanted.name);
    if (!found || found.setup) continue;
    const mgmt = wanted.mgmt === undefined ? undefined : now.find(wanted.mgmt);
    if (wanted.align !== undefined && found.mode !== "raw") {
      const what =
        `${wanted.name} is ${found.mode}: its data begin where its page map ends, whatever the alignment here`;
      const refusal = refused("xen", wanted, what, `align belongs in [namespace.${wanted.name}] then`);
      yield { refusal };
      continue;
    }
    yield step("xen", wanted, wishText(setupFields(wanted, now)), [
      "xl",
      "pmem-setup",
      "--namespace",
      found.device,
      ...(mgmt ? ["--mgmt", mgmt.device] : []),
      ...(wanted.align === undefined ? [] : ["--align", sizeText(wanted.align)]),
    ]);
  }
};

export const setUpFrames: Stage = function* (scene) {
  const words = ({ start, end }: Range) => [hex(start), hex(end)];
  for (const wanted of scene.wanted.frames) {
    const { line, mgmt, data } = wanted;
    if (!hasMgmt(scene.fork(), wanted)) {
      const name = words(mgmt).join("-");
      yield step("frames", { line, name }, "for Xen's structures", ["xl", "pmem-setup", "-m", ...words(mgmt)]);
    }
    if (data && !hasData(scene.fork(), wanted)) {
      const name = words(data).join("-");
      yield step("frames", { line, name }, "for guests", ["xl", "pmem-setup", "-d", ...words(data), ...words(mgmt)]);
    }
  }
};

interface Release {
  /** The table that asks for it. */
  readonly kind: "xen" | "namespace";
  readonly declared: { readonly name: string; readonly line: number };
  readonly found: NamespaceNow;
  readonly why: string;
  /** Whether the file has a word to say on its being Xen's: nothing else may take it back. */
  readonly asked: boolean;
}

/** By device. */
function releasesOf(wanted: Wanted, now: NamespacesNow): Map<string, Release> {
  const releases = new Map<string, Release>();
  const add = (release: Release) => {
    const { found } = release;
    if (found.setup && !releases.has(found.device)) releases.set(found.device, release);
  };
  for (const setup of wanted.setups) {
    const found = now.find(setup.name);
    if (!found?.setup) continue;
    const fields = setupFields(setup, now);
    if (setup.state === "absent") add({ kind: "xen", declared: setup, found, why: 'state = "absent"', asked: true });
    else if (fields.length > 0) add({ kind: "xen", declared: setup, found, why: fieldsText(fields), asked: true });
  }
  for (const found of prunedSetups(wanted, now)) {
    add({
      kind: "xen",
      declared: { name: found.name, line: 0 },
      found,
      why: "pruned: the file does not name it",
      asked: true,
    });
  }
  const spoilt = [
    ...changing(wanted, now, "configure", "move").map(({ wanted, found }) => ({
      declared: wanted,
      found,
      why: "it is made anew below",
    })),
    ...going(wanted, now).map((each) => ({ ...each, why: "it is destroyed below" })),
  ];
  for (const each of spoilt) add({ kind: "namespace", ...each, asked: namedForXen(wanted, each.found.name) });
  for (const user of now.all) {
    const holder = user.setup?.mgmt === undefined ? undefined : releases.get(user.setup.mgmt);
    if (!holder) continue;
    const declared = setupOf(wanted, user.name) ?? { name: user.name, line: 0 };
    const why = `its structures are in ${holder.found.name}`;
    add({ kind: "xen", declared, found: user, why, asked: namedForXen(wanted, user.name) });
  }
  return releases;
}

const setupOf = ({ setups }: Wanted, name: string): WantedSetup | undefined =>
  setups.find((setup) => setup.name === name);

const namedForXen = (wanted: Wanted, name: string): boolean =>
  wanted.prune.has("xen") || wanted.setups.some((setup) => setup.name === name || setup.mgmt === name);

function objection({ kind, declared, found, asked }: Release, guest: Explanation | undefined): Refusal | undefined {
  if (guest) return refused(kind, declared, guest.what, guest.hint);
  if (asked) return undefined;
  const what = `${found.device} is Xen's, which the file does not mention`;
  const hint = `xl pmem-release --namespace ${found.device} takes it back; or declare [xen.${found.name}]`;
  return refused(kind, declared, what, hint);
}
