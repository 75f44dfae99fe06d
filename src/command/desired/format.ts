/** The tables that a file of the wanted state may have, and their keys. */
import { cookie, count, flag, frames, name, oneOf, path, size, someOf } from "./keys.ts";

export const PRUNABLE = ["namespace", "xen", "domain"] as const;
export type Prunable = typeof PRUNABLE[number];

const PRESENCE = ["present", "absent"] as const;

export const OPTIONS = {
  prune: someOf(PRUNABLE, "kinds of which only what the file names stays; the rest is taken away"),
};

export const NAMESPACE = {
  state: oneOf(PRESENCE, "if absent, it is destroyed where it is there"),
  region: name("in this region"),
  numa_node: count("in a region of this node"),
  iset_id: cookie("in the region of this interleave set, which stays the same when regions change their numbers"),
  mode: oneOf(["raw", "sector", "fsdax", "devdax"], "as ndctl -m"),
  map: oneOf(["dev", "mem"], "where the page map lies, as ndctl -M"),
  size: size("with its page map, as ndctl -s; without it all there is in one piece"),
  align: size("of the mappings, as ndctl -a"),
  sector_size: size("as ndctl -l"),
};

export const XEN = {
  state: oneOf(PRESENCE, "if absent, it is taken back from Xen, content untouched"),
  mgmt: name("a raw namespace that holds Xen's structures, as xl pmem-setup --mgmt"),
  align: size("where the data of a raw namespace begin, as xl pmem-setup --align"),
};

export const FRAMES = {
  mgmt: frames("for Xen's structures, as xl pmem-setup -m"),
  data: frames("for guests, their structures in mgmt, as xl pmem-setup -d"),
};

export const DOMAIN = {
  state: oneOf(
    ["running", "off", "absent"],
    "if absent, it has no claim on any vNVDIMM either, and does not start with the host",
  ),
  config: path("its xl.cfg, seen from where this file is"),
  autostart: flag("whether it starts with the host"),
  restart: flag("whether it may be shut down and started again where its settings changed"),
  volatile: flag("whether vNVDIMMs may lie on volatile memory, as xl create --volatile"),
  content: oneOf(["keep", "sanitize"], "of memory that was another guest's, as xl create --keep-content, --sanitize"),
};

/** Tables in the order of the help page, with what stands in the header after the word. */
export const TABLES = [
  { word: "options", header: "[options]", keys: OPTIONS, what: "how the rest is meant" },
  { word: "namespace", header: "[namespace.NAME]", keys: NAMESPACE, what: "a namespace, by the name in its label" },
  { word: "xen", header: "[xen.NAME]", keys: XEN, what: "a namespace that is Xen's to give to guests" },
  { word: "frames", header: "[[frames]]", keys: FRAMES, what: "frames that are Xen's, where Xen manages pmem" },
  { word: "domain", header: "[domain.NAME]", keys: DOMAIN, what: "a guest" },
] as const;
