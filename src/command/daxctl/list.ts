/** `daxctl list`. Source: ndctl `daxctl/list.c`, `daxctl/json.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { declare, type UsageFault } from "../language/command.ts";
import { errorText, flag, type OptionValues, parseOptions, text, usageFault } from "../ndctl/parse_options.ts";
import { listText, Talk } from "../ndctl/talk.ts";
import { daxInstances, deviceMatches, regionMatches } from "./dax_devices.ts";
import { daxDeviceJson, daxRegionFields } from "./dax_json.ts";

const options = {
  region: text("r", "region", "region-id", "only this region"),
  dev: text("d", "dev", "dev-id", "only this device"),
  devices: flag("D", "devices", "list devices (the default)"),
  regions: flag("R", "regions", "list regions"),
  mappings: flag("M", "mappings", "with the mappings of devices"),
  idle: flag("i", "idle", "idle devices too"),
  human: flag("u", "human", "sizes for people"),
} as const;
type ListOptions = OptionValues<typeof options>;

const USAGE = "daxctl list [<options>]";

export const list = declare<ListOptions>({
  kind: "host",
  vocabulary: "daxctl",
  name: ["daxctl", "list"],
  summary: "List device-dax regions and devices as JSON",
  usage: "[-DRM] [-iu] [-r REGION] [-d DEVICE]",
  effect: "reads",
  parse(argv): Result<ListOptions, UsageFault> {
    return parseOptions(argv, options, USAGE).andThen(({ values, words }) => {
      if (words.length === 0) return ok(values);
      const messages = words.map((word) => errorText(`unknown parameter "${word}"\n`)).join("");
      return err(usageFault(USAGE, options, messages));
    });
  },
  // deno-lint-ignore require-yield
  *run({ dom0 }, given) {
    const talk = new Talk();
    const { human, mappings, dev, region } = given;
    const unsaid = !given.regions && !given.devices;
    const regions = given.regions || (unsaid && region !== undefined);
    const devices = given.devices || (unsaid && (dev !== undefined || !regions));
    const chosen = daxInstances(dom0).filter((instance) => regionMatches(instance, region));
    const shown = chosen.filter((instance) => deviceMatches(instance, dev));
    const list: Json[] = regions
      ? chosen.map((instance) => ({
        ...daxRegionFields(instance, { human, dax: false }),
        ...(devices && shown.includes(instance) ? { devices: [daxDeviceJson(instance, { human, mappings })] } : {}),
      }))
      : shown.map((instance) => daxDeviceJson(instance, { human, mappings }));
    if (list.length > 0) talk.print(listText(list, human));
    return talk.outcome(0);
  },
});
