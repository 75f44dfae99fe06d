/** `ndctl init-labels`, `check-labels`. Source: ndctl `ndctl/dimm.c` __action_init. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { lookup } from "../../base/lookup.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { type LabelVersion } from "../../label/mod.ts";
import { declare } from "../language/command.ts";
import { rebindDimm } from "./dimm_driver_verbs.ts";
import { dimmOptions, dimmStatus, dimmVerb, forDimms, nmems, type OnDimms, parseDimms } from "./dimm_verbs.ts";
import { initialiseLabels, validLabels, wholeArea } from "./label_area.ts";
import { MANY } from "./label_options.ts";
import { flag, type OptionValues, text } from "./parse_options.ts";
import { Talk } from "./talk.ts";

const initOptions = {
  ...dimmOptions,
  force: flag("f", "force", "over labels that are there already"),
  version: text("V", "label-version", "version", "1.1 (the default) or 1.2"),
} as const;

type InitRequest = OnDimms<OptionValues<typeof initOptions>>;

export const checkLabels = dimmVerb({
  verb: "check-labels",
  summary: "Check whether label storage areas have a valid index block",
  usage: `${MANY} [<options>]`,
  effect: "reads",
  table: dimmOptions,
  summarise: (count) => `successfully verified ${count} nmem label${count > 1 ? "s" : ""}`,
  act: (dom0, dimm) =>
    wholeArea(dom0, dimm)
      .mapErr((): Errno => "ENXIO")
      .andThen((area) => validLabels(area) === undefined ? err<void, Errno>("EINVAL") : ok()),
});

const VERSIONS: Readonly<Record<string, LabelVersion>> = { "1.1": "1.1", "v1.1": "1.1", "1.2": "1.2", "v1.2": "1.2" };

export const initLabels = declare<InitRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "init-labels"],
  summary: "Write fresh index blocks",
  usage: "NMEM…|all [-f] [-V 1.1|1.2]",
  effect: "destroys",
  parse: (argv) => parseDimms(argv, initOptions, `ndctl init-labels ${MANY} [<options>]`),
  // deno-lint-ignore require-yield
  *run({ dom0 }, options) {
    const talk = new Talk();
    const version = lookup(VERSIONS, options.version ?? "1.1");
    if (version === undefined) {
      talk.say(`'${options.version}' is not a valid label version\ninitialized 0 nmem\n`);
      return talk.outcome(1);
    }
    const done = forDimms(dom0, options, (dimm) => initialise(dom0, dimm, version, options.force, talk));
    talk.say(`initialized ${nmems(done.count)}\n`);
    return talk.outcome(dimmStatus(done));
  },
});

function initialise(
  dom0: Dom0,
  dimm: DimmView,
  version: LabelVersion,
  force: boolean,
  talk: Talk,
): Result<void, Errno> {
  const area = wholeArea(dom0, dimm);
  if (area.isErr()) return err("ENXIO");
  if (dimm.active) {
    talk.say(`${dimm.name}: regions active, abort label write\n`);
    return err("EBUSY");
  }
  if (validLabels(area.value) !== undefined && !force) {
    talk.say(`${dimm.name}: error: labels already initialized\n`);
    return err("EBUSY");
  }
  if (initialiseLabels(dom0, dimm, version) === undefined) return err("ENXIO");
  return rebindDimm(dom0, dimm, talk);
}
