/** What keeps a file from being compared with this host at all: things that it names and that are not there, or not one thing. */
import { type Fork } from "../../host/mod.ts";
import { type DomainConfig } from "../../toolstack/mod.ts";
import { EXIT } from "../language/exit_codes.ts";
import { regionsFor } from "./namespace_difference.ts";
import { isDeviceName, NamespacesNow } from "./namespaces_now.ts";
import { contradicts, notThere, type Refusal, refused } from "./refusal.ts";
import { type Wanted, type WantedDomain, type WantedNamespace, type WantedSetup } from "./wanted.ts";

/** All of them, in the order of the file's kinds. */
export function objections(wanted: Wanted, fork: Fork): Refusal[] {
  if (!fork.isOn) return [OFF];
  const foreign = ofManagement(wanted, fork);
  if (foreign.length > 0) return foreign;
  const now = new NamespacesNow(fork);
  return [
    ...wanted.namespaces.flatMap((each) => ofNamespace(each, now)),
    ...wanted.setups.flatMap((each) => ofSetup(each, wanted, now)),
    ...wanted.domains.flatMap((each) => ofDomain(each, fork)),
  ];
}

const OFF: Refusal = {
  line: undefined,
  object: "the host",
  what: "it is off: nothing runs in it that could be compared",
  hint: "host boot turns it on",
  status: EXIT.refused,
};

/** Namespaces are dom0's, frames are Xen's: a file for one management says nothing to the other. */
function ofManagement({ namespaces, setups, frames }: Wanted, { facts }: Fork): Refusal[] {
  if (facts.management === "xen") {
    const what = "Xen manages pmem on this host: dom0 has no namespaces";
    const hint = "name frames: [[frames]]; xl pmem-list --raw shows them";
    return [
      ...namespaces.map((each) => refused("namespace", each, what, hint)),
      ...setups.map((each) => refused("xen", each, what, hint)),
    ];
  }
  return frames.map(({ line }) => ({
    line,
    object: "[[frames]]",
    what: "dom0 manages pmem on this host: its driver reports ranges of frames, not the operator",
    hint: "hand a namespace to Xen: [xen.NAME]",
    status: EXIT.refused,
  }));
}

function ofNamespace(wanted: WantedNamespace, now: NamespacesNow): Refusal[] {
  const { dom0 } = now.fork;
  const { name } = wanted;
  const same = ofName("namespace", wanted, name, now);
  if (same.length > 0) return same;
  const absent = now.find(name) === undefined;
  if (absent && isDeviceName(name) && wanted.state !== "absent") {
    return [notThere(
      "namespace",
      wanted,
      `there is no ${name}, and such names are the kernel's to give`,
      "give it a name of its own: it is kept in the label",
    )];
  }
  const unmapped = ofMode(wanted, now);
  if (unmapped.length > 0) return unmapped;
  if (regionsFor(dom0, wanted).length > 0) return [];
  const regions = dom0.regions().map((region) => `${region.name} on node ${region.numaNode}`).join(", ");
  return [notThere("namespace", wanted, "no region is the one asked for", `there is ${regions || "none"}`)];
}

/** A page map and its alignment are for two modes; the file may leave the mode as it is. */
function ofMode(wanted: WantedNamespace, now: NamespacesNow): Refusal[] {
  const found = now.find(wanted.name);
  const asked = wanted.map === undefined ? wanted.align === undefined ? undefined : "align" : "map";
  if (!found?.active || wanted.mode !== undefined || asked === undefined) return [];
  if (found.mode === "fsdax" || found.mode === "devdax") return [];
  return [contradicts(
    "namespace",
    wanted,
    `${asked} is for fsdax and devdax, and ${found.device} is ${found.mode}`,
    "say which mode it is to have (configuring it anew destroys what is stored in it)",
  )];
}

/** A name that several labels have, or one that the kernel gave to what has a name of its own. */
function ofName(
  kind: "namespace" | "xen",
  declared: WantedNamespace | WantedSetup,
  name: string,
  now: NamespacesNow,
): Refusal[] {
  const found = now.named(name);
  if (found.length > 1) {
    const devices = found.map(({ device }) => device);
    return [refused(
      kind,
      declared,
      `${devices.join(" and ")} are both called ${name}`,
      `ndctl create-namespace -f -e ${
        devices.at(-1)
      } -n NAME gives one another name (this destroys what is stored in it)`,
    )];
  }
  const other = now.device(name);
  return found.length === 0 && other
    ? [refused(kind, declared, `${name} is called "${other.name}"`, `write [${kind}.${other.name}]`)]
    : [];
}

function ofSetup(wanted: WantedSetup, file: Wanted, now: NamespacesNow): Refusal[] {
  const names = wanted.mgmt === undefined ? [wanted.name] : [wanted.name, wanted.mgmt];
  return names.flatMap((name) => {
    const wrong = ofName("xen", wanted, name, now);
    if (wrong.length > 0 || wanted.state === "absent") return wrong;
    const declared = file.namespaces.find((each) => each.name === name);
    if (declared?.state === "absent") {
      return [contradicts("xen", wanted, `${name} is to be absent (line ${declared.line})`, "drop one of the two")];
    }
    return declared || now.find(name) ? [] : [notThere(
      "xen",
      wanted,
      `there is no namespace ${name}, and the file makes none`,
      `declare it: [namespace.${name}]; ndctl list -N shows what is there`,
    )];
  });
}

function ofDomain(wanted: WantedDomain, { toolstack }: Fork): Refusal[] {
  const { name, config } = wanted;
  if (!config) return [];
  return toolstack.parseConfig(config.text, config.path).match(
    ({ config: found }: { config: DomainConfig }) =>
      found.name === name ? [] : [
        contradicts(
          "domain",
          wanted,
          `${config.path} is the configuration of "${found.name}"`,
          `write [domain.${found.name}]`,
        ),
      ],
    (
      { messages },
    ) => [contradicts("domain", wanted, messages.join("; "), "xl create -n FILE shows how a file is understood")],
  );
}
