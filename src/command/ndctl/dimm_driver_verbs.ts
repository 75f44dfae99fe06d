/** `ndctl enable-dimm`, `disable-dimm`. Source: ndctl `ndctl/dimm.c` action_enable, action_disable. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { dimmOptions, dimmVerb, nmems } from "./dimm_verbs.ts";
import { type Talk } from "./talk.ts";

export const enableDimm = dimmVerb({
  verb: "enable-dimm",
  summary: "Enable DIMMs: read their label areas",
  usage: "<nmem0> [<nmem1>..<nmemN>] [<options>]",
  effect: "writes",
  table: dimmOptions,
  summarise: (count) => `enabled ${nmems(count)}`,
  act: (dom0, dimm, _options, talk) => bindDimm(dom0, dimm, talk),
});

export const disableDimm = dimmVerb({
  verb: "disable-dimm",
  summary: "Disable DIMMs that no region uses",
  usage: "<nmem0> [<nmem1>..<nmemN>] [<options>]",
  effect: "writes",
  table: dimmOptions,
  summarise: (count) => `disabled ${nmems(count)}`,
  act(dom0, dimm, _options, talk) {
    if (dimm.active) {
      talk.say(`${dimm.name} is active, skipping...\n`);
      return err("EBUSY");
    }
    return dimm.enabled ? dom0.unbind(dimm.name) : ok();
  },
});

/** -ENXIO where the driver does not bind. */
export function bindDimm(dom0: Dom0, dimm: DimmView, talk: Talk): Result<void, Errno> {
  if (dom0.dimm(dimm.number).view.enabled) return ok();
  dom0.bind(dimm.name);
  if (dom0.dimm(dimm.number).view.enabled) return ok();
  talk.library("ndctl_dimm_enable", `${dimm.name}: failed to enable`);
  return err("ENXIO");
}

/** Has a bound driver read the area anew (`revalidate_labels`). */
export function rebindDimm(dom0: Dom0, dimm: DimmView, talk: Talk): Result<void, Errno> {
  if (!dimm.enabled) return ok();
  dom0.unbind(dimm.name);
  return bindDimm(dom0, dimm, talk);
}
