/**
 * `ndctl update-firmware`. No modeled DIMM takes new firmware; the refusals are those of such DIMMs.
 * Source: ndctl `ndctl/dimm.c` action_update, dimm_action.
 */
import { err, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { DIMM_FAMILY, type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { declare } from "../language/command.ts";
import { dimmOptions, dimmStatus, forDimms, nmems, type OnDimms, parseDimms } from "./dimm_verbs.ts";
import { flag, type OptionValues, text } from "./parse_options.ts";
import { Talk } from "./talk.ts";

const options = {
  ...dimmOptions,
  firmware: text("f", "firmware", "file", "the firmware image"),
  force: flag("i", "force", "even while a scrub runs"),
  arm: flag("A", "arm", "have the firmware activated (default)"),
  disarm: flag("D", "disarm", "do not have it activated"),
} as const;
type Request = OnDimms<OptionValues<typeof options>>;

/** Functions 12 to 16 of the Intel family, which an update takes. */
const UPDATE_FUNCTIONS = [12, 13, 14, 15, 16];
export const updateFirmware = declare<Request>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "update-firmware"],
  summary: "Upload firmware to DIMMs",
  usage: "NMEM…|all -f FILE [-A | -D]",
  effect: "reads",
  parse: (argv) =>
    parseDimms(
      argv,
      options,
      "ndctl update-firmware <nmem0> [<nmem1>..<nmemN>] [<options>]",
      ({ arm, disarm, firmware }) =>
        arm && disarm
          ? "set either --arm, or --disarm, not both"
          : firmware === undefined && !arm && !disarm
          ? "require --arm, or --disarm"
          : undefined,
    ),
  // deno-lint-ignore require-yield
  *run({ dom0 }, request, { files }) {
    const talk = new Talk();
    const image = request.firmware === undefined ? undefined : files.read(request.firmware);
    if (image?.isErr()) {
      talk.say(`failed to open: ${request.firmware}: (${image.error.reason})\nupdated 0 nmem.\n`);
      return talk.outcome(1);
    }
    const done = forDimms(dom0, request, (dimm) => refuse(dom0, dimm, image !== undefined, talk));
    talk.say(`updated ${nmems(done.count)}.\n`);
    return talk.outcome(dimmStatus(done));
  },
});

function refuse(dom0: Dom0, dimm: DimmView, upload: boolean, talk: Talk): Result<void, Errno> {
  // Without an image only the arming is changed, which takes a bus that activates firmware.
  if (!upload) return err("ENXIO");
  const say = (why: string, errno: Errno): Result<void, Errno> => {
    talk.say(`  Error: update firmware: ${dimm.name}: firmware update not supported by ${why}\n`);
    return err(errno);
  };
  if (dom0.dimm(dimm.number).family !== DIMM_FAMILY.intel) return say("ndctl.", "ENOTTY");
  if (UPDATE_FUNCTIONS.some((fn) => !dom0.dimm(dimm.number).offersFunction(fn))) {
    return say("either platform firmware or the kernel.", "EIO");
  }
  talk.say(`  Error: update firmware: ${dimm.name}: failed to retrieve firmware info\n`);
  return err("ENXIO");
}
