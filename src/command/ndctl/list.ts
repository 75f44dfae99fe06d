/** `ndctl list`. Source: ndctl `ndctl/list.c` cmd_list, filter_*; `filter.c` ndctl_filter_walk. */
import { err, ok, type Result } from "neverthrow";
import { type Json, prettyJson } from "../../base/json.ts";
import { type Dom0 } from "../../dom0/mod.ts";
import { declare, type Outcome, type UsageFault } from "../language/command.ts";
import { expectsHealth, healthJson } from "./health_json.ts";
import { type JsonFlags } from "./json_flags.ts";
import { busJson, dimmJson, regionJson } from "./list_json.ts";
import { namespaceJson } from "./namespace_json.ts";
import { type ListOptions, listOptions, type Selection, selectionOf } from "./list_options.ts";
import { errorText, parseOptions, usageFault } from "./parse_options.ts";
import { statusOf, Talk } from "./talk.ts";
import { type Filters, parseFilters, walk } from "./walk.ts";

const USAGE = "ndctl list [<options>]";

type Fields = { [key: string]: Json };

export const list = declare<ListOptions>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "list"],
  summary: "List buses, DIMMs, regions and namespaces as JSON",
  usage: "[-BDRNXMHFC] [-iucv] [-b BUS] [-r REGION] [-d DIMM] [-n NAMESPACE] [-m MODE] [-t TYPE] [-U NODE]",
  effect: "reads",
  parse(argv): Result<ListOptions, UsageFault> {
    return parseOptions(argv, listOptions, USAGE).andThen(({ values, words }) => {
      if (words.length === 0) return ok(values);
      const messages = words.map((word) => errorText(`unknown parameter "${word}"\n`)).join("");
      return err(usageFault(USAGE, listOptions, messages));
    });
  },
  // deno-lint-ignore require-yield
  *run(host, options) {
    return listed(host.dom0, options);
  },
});

/** What the command prints; also what `guest probe` shows of a guest. */
export function listed(dom0: Dom0, options: ListOptions): Outcome {
  const selection = selectionOf(options);
  const talk = new Talk();
  const filters = parseFilters(selection.filters, talk);
  if (filters.isErr()) return talk.outcome(statusOf(filters.error));
  const found = collect(dom0, selection, filters.value, talk);
  display(found, selection.flags, talk);
  return talk.outcome(talk.faults > 0 ? statusOf("ENOMEM") : 0);
}

/** What was found of each kind; undefined where there was nothing of it. */
interface Found {
  buses?: Fields[];
  dimms?: Fields[];
  regions?: Fields[];
  /** Of the last region listed, or of all where regions are not listed. */
  namespaces?: Fields[] | undefined;
}

/** Things found are put into the bus or region they belong to, while that is listed itself. */
function collect(dom0: Dom0, { shown, flags, filters: texts }: Selection, filters: Filters, talk: Talk): Found {
  const found: Found = {};
  const listsIdle = flags.idle || flags.configured;
  let bus: Fields | undefined;
  let region: Fields | undefined;

  walk(dom0, filters, {
    bus() {
      if (shown.buses) (found.buses ??= []).push(bus = busJson(dom0));
    },
    dimm(dimm) {
      if (!shown.dimms || !(listsIdle || dimm.enabled)) return;
      if (!found.dimms) attach(bus, "dimms", found.dimms = []);
      const health = flags.health ? healthJson(dom0, dimm) : undefined;
      if (flags.health && !health && expectsHealth(dom0, dimm)) {
        talk.faults++;
        return talk.say("ndctl-76.1:filter_dimm:358: \n");
      }
      found.dimms.push({ ...dimmJson(dom0, dimm, flags), ...(health ? { health } : {}) });
    },
    region(view) {
      if (!shown.regions || !(listsIdle || view.enabled)) return;
      if (!found.regions) attach(bus, "regions", found.regions = []);
      found.regions.push(region = regionJson(dom0, view, flags, { dimms: shown.dimms, dimm: texts.dimm }));
      found.namespaces = undefined;
    },
    namespace(view) {
      if (!shown.namespaces) return;
      if (!view.active && !flags.idle && !(flags.configured && view.size > 0)) return;
      if (!found.namespaces) attach(region ?? bus, "namespaces", found.namespaces = []);
      found.namespaces.push(namespaceJson(dom0, view, flags));
    },
  });
  return found;
}

function attach(holder: Fields | undefined, key: string, list: Json[]): void {
  if (holder) holder[key] = list;
}

/**
 * Buses hold all the rest. Several kinds without buses make one object; one kind is a list. Namespaces inside regions count
 * as a kind only where the last region has some.
 */
function display({ buses, dimms, regions, namespaces }: Found, flags: JsonFlags, talk: Talk): void {
  if (buses) return talk.list(buses, flags.human);
  if ([dimms, regions, namespaces].filter((list) => list !== undefined).length > 1) {
    const platform = {
      ...(dimms && { dimms }),
      ...(regions && { regions }),
      ...(namespaces && !regions && { namespaces }),
    };
    return talk.print(`${prettyJson(platform)}\n`);
  }
  const only = dimms ?? regions ?? namespaces;
  if (only) talk.list(only, flags.human);
}
