/** `ndctl clear-errors`. Source: ndctl `ndctl/namespace.c` namespace_clear_bb, namespace_wait_scrub, nstype_clear_badblocks. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { prettyJson } from "../../base/json.ts";
import { contains, range } from "../../base/range.ts";
import { BUS, type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { declare } from "../language/command.ts";
import { PLAIN } from "./json_flags.ts";
import { disableSafe, enableNamespace } from "./namespace_actions.ts";
import { namespaceJson } from "./namespace_json.ts";
import { type ClearOptions, clearOptions, type Named, parseNamed } from "./namespace_options.ts";
import { forNamespaces, summarise } from "./namespace_verbs.ts";
import { reason, Talk } from "./talk.ts";

const BLOCK = 512;

export const clearErrors = declare<Named<ClearOptions>>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "clear-errors"],
  summary: "Clear the known errors of namespaces; their bytes become zero",
  usage: "NAMESPACE|all [-s]",
  effect: "writes",
  parse: (argv) => parseNamed(argv, clearOptions, "ndctl clear_errors <namespace> [<options>]", "clear errors for"),
  // deno-lint-ignore require-yield
  *run({ dom0 }, options) {
    const talk = new Talk(options.verbose);
    let scrub = options.scrub;
    let skipped = false;
    const processed = forNamespaces(dom0, options, (dom0, namespace, _options, talk) => {
      skipped = namespace.mode === "safe";
      if (skipped) {
        talk.debug("namespace_clear_bb:1528", `${namespace.holder}: skip error clearing for btt`);
        return ok(false);
      }
      const cleared = clearNamespace(dom0, namespace, scrub, talk);
      scrub = false;
      return cleared.map(() => true);
    }, talk);
    const outcome = summarise(talk, "clearing", "cleared", processed);
    // Errors under a BTT are left to the BTT, and count as one.
    return skipped ? { ...outcome, status: 1 } : outcome;
  },
});

function clearNamespace(dom0: Dom0, namespace: NamespaceView, scrub: boolean, talk: Talk): Result<void, Errno> {
  const { name } = namespace;
  const waited = settle(dom0, scrub);
  if (waited.isErr()) {
    talk.error(`${name}: ${waited.error.doing}: ${reason(waited.error.errno)}`);
    return err(waited.error.errno);
  }
  const holder = namespace.holder === undefined ? undefined : dom0.personality(namespace.holder);
  const device = holder?.name ?? name;
  const part = holder?.extent ?? namespace.extent;
  const disabled = disableSafe(dom0, namespace);
  if (disabled.isErr()) {
    talk.error(`${device}: unable to disable namespace: ${reason(disabled.error)}`);
    return disabled;
  }
  const region = dom0.region(namespace.region);
  let count = 0;
  for (const { sector, sectors } of dom0.badblocks(namespace.region)) {
    const bad = range(region.start + sector * BLOCK, sectors * BLOCK);
    if (!contains(part, bad)) continue;
    if (!dom0.clearError(bad).map((bytes) => bytes === bad.end - bad.start).unwrapOr(false)) {
      talk.error(`${device}: failed to clear badblock at {${sector}, ${sectors}}`);
      break;
    }
    count += sectors;
  }
  talk.debug("nstype_clear_badblocks:1402", `${device}: cleared ${count} badblocks`);
  const enabled = enableNamespace(dom0, name, talk);
  if (enabled.isErr()) return err(enabled.error);
  const now = dom0.namespace(name);
  if (now) talk.print(`${prettyJson(namespaceJson(dom0, now, { ...PLAIN, mediaErrors: true }))}\n`);
  return ok();
}

/** Starts a scrub where that is wanted, and waits for whatever runs. */
function settle(dom0: Dom0, scrub: boolean): Result<void, { readonly doing: string; readonly errno: Errno }> {
  const state = dom0.scrub();
  if (!state) return err({ doing: "Unable to determine scrub state", errno: "EOPNOTSUPP" });
  const started = scrub && !state.active ? dom0.store(BUS, "nfit/scrub", "1\n") : ok();
  if (started.isErr()) return err({ doing: "Unable to start scrub", errno: started.error });
  dom0.waitScrub();
  return ok();
}
