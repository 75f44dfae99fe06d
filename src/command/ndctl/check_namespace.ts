/** `ndctl check-namespace`: the BTT of a disabled namespace is checked, and with `-R` repaired. Source: ndctl `ndctl/check.c`. */
import { err, ok, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { declare, type Progress } from "../language/command.ts";
import { checkArena, findSlots } from "./btt_check.ts";
import { Mappings } from "./btt_mappings.ts";
import { type BttMedium, type CheckFault, CheckLog } from "./btt_medium.ts";
import { discoverArenas, findStart } from "./btt_recover.ts";
import { disableInvalidate, disableSafe, enableNamespace } from "./namespace_actions.ts";
import { type CheckOptions, checkOptions, type Named, parseNamed } from "./namespace_options.ts";
import { namedNamespaces, summarise } from "./namespace_verbs.ts";
import { numbered, Talk } from "./talk.ts";

const WHERE = "namespace_check";

export const checkNamespace = declare<Named<CheckOptions>>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "check-namespace"],
  summary: "Check the BTT of disabled namespaces, and repair it",
  usage: "NAMESPACE|all [-R] [-L] [-f]",
  effect: ({ repair, force }) => repair ? "destroys" : force ? "writes" : "reads",
  parse: (argv) => parseNamed(argv, checkOptions, "ndctl check-namespace <namespace> [<options>]", "check"),
  *run({ dom0 }, options) {
    const talk = new Talk();
    let errno: Errno | undefined = options.namespace === "all" ? undefined : "ENXIO";
    let count = 0;
    for (const namespace of namedNamespaces(dom0, options)) {
      const checked = yield* check(dom0, namespace, options, talk);
      if (checked.isOk()) count++;
      errno = checked.isErr() ? checked.error : undefined;
    }
    return summarise(talk, "checking", "checked", { count, errno });
  },
});

function* check(
  dom0: Dom0,
  namespace: NamespaceView,
  options: CheckOptions,
  talk: Talk,
): Generator<Progress, Result<void, Errno>, void> {
  const { name } = namespace;
  const log = new CheckLog(talk, name, options.verbose);
  if (options.rewriteLog) {
    if (!options.repair) {
      log.error(WHERE, "--rewrite-log also requires --repair");
      return err("EINVAL");
    }
    log.info(WHERE, "WARNING: interruption may cause unrecoverable metadata corruption");
  }
  log.info(WHERE, `checking ${name}`);
  if (namespace.active) {
    if (!options.force) {
      log.error(WHERE, `${name}: check aborted, namespace online`);
      return err("EBUSY");
    }
    const disabled = disableSafe(dom0, namespace);
    if (disabled.isErr()) return disabled;
  }

  const rawBefore = namespace.forceRaw ? "1\n" : "0\n";
  const set = dom0.store(name, "force_raw", "1\n");
  if (set.isErr()) {
    log.error(WHERE, `${name}: failed to set the raw mode flag: ${numbered(set.error)}`);
  }
  const enabled = set.andThen(() => enableNamespace(dom0, name, talk));
  if (set.isOk() && enabled.isErr()) {
    log.error(WHERE, `${name}: failed to enable in raw mode: ${numbered(enabled.error)}`);
  }
  const medium = enabled.isOk() ? mediumOf(dom0, name) : undefined;
  const done = medium
    ? yield* checkBtt(medium, options, log)
    : err(enabled.isErr() ? enabled.error : "ENOENT" as const);
  dom0.store(name, "force_raw", rawBefore);
  disableInvalidate(dom0, name);
  if (namespace.active && enableNamespace(dom0, name, talk).isErr()) {
    log.error(WHERE, `${name}: failed to re-enable namespace`);
  }
  return done;
}

function* checkBtt(
  medium: BttMedium,
  options: CheckOptions,
  log: CheckLog,
): Generator<Progress, Result<void, Errno>, void> {
  const sigbus = (fault: CheckFault): Errno => {
    if (fault !== "sigbus") return fault;
    log.error(WHERE, "Received a SIGBUS");
    log.error(WHERE, "Metadata corruption found, recovery is not possible");
    return "EFAULT";
  };
  const arenas = findStart(medium, options, log).andThen((start) => discoverArenas(medium, start, options, log));
  if (arenas.isErr()) return err(arenas.error);
  const mappings = new Mappings(arenas.value, log);
  // Repairs map the medium for writing.
  if (options.repair && medium.readOnly) return err(mappings.tellFailed("EINVAL"));
  mappings.tellMapped();
  const slots = [];
  for (const arena of arenas.value) {
    const found = findSlots(medium, arena, log);
    if (found.isErr()) return err(sigbus(found.error));
    slots.push({ arena, slots: found.value });
  }
  for (const { arena, slots: used } of slots) {
    const checked = yield* checkArena(medium, arena, used, options, log);
    if (checked.isErr()) {
      if (checked.error !== "sigbus") mappings.tellUnmapped();
      return err(sigbus(checked.error));
    }
  }
  mappings.tellUnmapped();
  return ok();
}

/** The namespace past its BTT; undefined where it has no disk. */
function mediumOf(dom0: Dom0, name: string): BttMedium | undefined {
  const namespace = dom0.namespace(name);
  const disk = namespace?.disk;
  if (!namespace || disk === undefined) return undefined;
  return {
    size: namespace.size,
    uuid: namespace.uuid ?? NIL_UUID,
    readOnly: dom0.region(namespace.region).readOnly,
    read: (offset, length) => dom0.readDisk(disk, offset, length),
    write: (offset, bytes, note) => dom0.writeDisk(disk, offset, bytes, note),
  };
}
