/**
 * `ndctl inject-error`: blocks of 512 bytes in the usable part of a namespace. Source: ndctl `ndctl/inject-error.c`,
 * `lib/inject.c`.
 */
import { err, ok, type Result } from "neverthrow";
import { type Errno, exitOf } from "../../abi/errno.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import { joined, type Range, range } from "../../base/range.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { declare, type Outcome, type Progress, type UsageFault } from "../language/command.ts";
import { hexJson, PLAIN } from "./json_flags.ts";
import { busMatches, namespacesOf, regionMatches, regionsOf } from "./library.ts";
import { namespaceJson } from "./namespace_json.ts";
import { errorText, flag, type OptionValues, parseOptions, text, usageFault } from "./parse_options.ts";
import { parseSize } from "./sizes.ts";
import { numbered, statusOf, Talk } from "./talk.ts";

const BLOCK = 512;

const injectOptions = {
  bus: text("b", "bus", "bus-id", "only on this bus"),
  region: text("r", "region", "region-id", "only in this region"),
  verbose: flag("v", "verbose", "say more"),
  block: text("B", "block", "block", "the first block of 512 bytes"),
  count: text("n", "count", "count", "how many blocks"),
  uninject: flag("d", "uninject", "take injected errors back"),
  status: flag("t", "status", "show what is injected"),
  noNotify: flag("N", "no-notify", "do not tell the kernel"),
  saturate: flag("S", "saturate", "damage whole blocks"),
  human: flag("u", "human", "numbers for people"),
} as const;
type InjectOptions = OptionValues<typeof injectOptions>;
type Operation = "inject" | "uninject" | "status";

interface InjectRequest extends InjectOptions {
  readonly namespace: string;
  readonly operation: Operation;
  readonly first: number;
  readonly blocks: number;
}

const INJECT_USAGE = "ndctl inject-error <namespace> [<options>]";

/** Faults of values exit as -EINVAL, without a usage text, and come before those of words. */
function parseInject(argv: readonly string[]): Result<InjectRequest, UsageFault> {
  return parseOptions(argv, injectOptions, INJECT_USAGE).andThen(({ values, words }) => {
    const invalid = (message: string): Result<InjectRequest, UsageFault> =>
      err({ err: errorText(`${message}\n`), status: exitOf("EINVAL") });
    const { block, count, uninject, status } = values;
    if (status && (uninject || block !== undefined || count !== undefined || values.saturate)) {
      return invalid("status is invalid with inject or uninject");
    }
    const first = block === undefined ? undefined : parseSize(block)?.bytes;
    if (block !== undefined && first === undefined) return invalid(`Invalid block: ${block}`);
    const blocks = count === undefined ? undefined : parseSize(count)?.bytes;
    if (count !== undefined && blocks === undefined) return invalid(`Invalid count: ${count}`);
    if (!status && (first === undefined || blocks === undefined)) {
      return invalid("block and count required for inject/uninject");
    }
    const [namespace, ...extra] = words;
    if (namespace === undefined || extra.length > 0) {
      const faults = namespace === undefined
        ? ["specify a namespace to inject error to"]
        : extra.map((word) => `unknown extra parameter "${word}"`);
      return err(usageFault(INJECT_USAGE, injectOptions, faults.map((fault) => errorText(`${fault}\n`)).join("")));
    }
    const operation: Operation = status ? "status" : uninject ? "uninject" : "inject";
    return ok({ ...values, namespace, operation, first: first ?? 0, blocks: blocks ?? 0 });
  });
}

export const injectError = declare<InjectRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "inject-error"],
  summary: "Make errors in a namespace's medium, or take them back",
  usage: "NAMESPACE -B BLOCK -n COUNT [-d] [-N] [-S] | NAMESPACE -t",
  effect: ({ operation }) => operation === "inject" ? "destroys" : operation === "status" ? "reads" : "writes",
  parse: parseInject,
  *run({ dom0 }, request) {
    const talk = new Talk();
    const namespace = named(dom0, request);
    if (!namespace) {
      talk.error(`${request.namespace}: no such namespace`);
      return talk.outcome(statusOf("ENXIO"));
    }
    if (!dom0.injectsErrors) {
      talk.say(`${namespace.name}: error injection not supported\n`);
      return talk.outcome(statusOf("EOPNOTSUPP"));
    }
    if (request.operation === "status") return injectionStatus(dom0, namespace, request, talk);
    return yield* change(dom0, namespace, request, request.operation, talk);
  },
});

function named(dom0: Dom0, request: InjectRequest): NamespaceView | undefined {
  if (!dom0.hasBus || !busMatches(request.bus)) return undefined;
  return regionsOf(dom0).filter((region) => regionMatches(region, request.region))
    .flatMap((region) => namespacesOf(dom0, region.number)).find(({ name }) => name === request.namespace);
}

/** The part that blocks count in. -EOPNOTSUPP on a BTT, whose blocks move. */
function bounds(dom0: Dom0, namespace: NamespaceView): Result<Range, Errno> {
  const holder = namespace.holder === undefined ? undefined : dom0.personality(namespace.holder);
  if (!holder) return ok(namespace.extent);
  if (holder.device.kind === "btt") return err("EOPNOTSUPP");
  return ok(holder.extent ?? namespace.extent);
}

function* change(
  dom0: Dom0,
  namespace: NamespaceView,
  request: InjectRequest,
  operation: "inject" | "uninject",
  talk: Talk,
): Generator<Progress, Outcome, void> {
  const notify = !request.noNotify;
  if (operation === "inject") {
    const bytes = request.blocks * BLOCK;
    const identity = namespace.uuid ?? namespace.name;
    dom0.losing({ object: `blocks from ${request.first} of ${namespace.name}`, owner: undefined, bytes, identity });
  }
  for (let i = 0; i < request.blocks; i++) {
    if (i % 256 === 255) yield { what: `${operation} errors`, done: i, total: request.blocks };
    const done = damaged(dom0, namespace, request.first + i, request.saturate).andThen((where) =>
      operation === "inject" ? dom0.injectError(where, notify) : dom0.uninjectError(where)
    );
    if (done.isErr()) {
      const [what, where] = operation === "inject" ? ["Injection", "inject"] : ["Un-injection", "uninject"];
      const at = (request.first + i).toString(16);
      talk.library(`ndctl_namespace_${where}_error2`, `${what} failed at block ${at}`);
      return refusedTo(operation, done.error, talk);
    }
  }
  if (request.blocks === 0) return refusedTo(operation, "EINVAL", talk);
  if (operation === "uninject") talk.print(UNINJECT_WARNING);
  else if (notify) dom0.waitScrub();
  const json = namespaceJson(dom0, namespace, { ...PLAIN, human: request.human, mediaErrors: true });
  talk.print(`${prettyJson(json)}\n`);
  return talk.outcome(0);
}

function refusedTo(operation: "inject" | "uninject", errno: Errno, talk: Talk): Outcome {
  talk.say(`Unable to ${operation} error: ${numbered(errno)}\n`);
  return talk.outcome(statusOf(errno));
}

const UNINJECT_WARNING = `Warning: Un-injecting previously injected errors here will
not cause the kernel to 'forget' its badblock entries. Those
have to be cleared through the normal process of writing
the affected blocks

`;

/** What an error in one block damages: as much as firmware clears at once, or all of it. */
function damaged(dom0: Dom0, namespace: NamespaceView, block: number, saturate: boolean): Result<Range, Errno> {
  return bounds(dom0, namespace).andThen((part) => {
    const where = range(part.start + block * BLOCK, BLOCK);
    if (where.end > part.end) return err<Range, Errno>("EINVAL");
    const unit = dom0.clearErrorUnit(part);
    if (unit === undefined) return err<Range, Errno>("ENOTTY");
    return ok(saturate ? where : range(where.start, Math.min(BLOCK, unit)));
  });
}

function injectionStatus(dom0: Dom0, namespace: NamespaceView, { human }: InjectRequest, talk: Talk): Outcome {
  const found = bounds(dom0, namespace).andThen((part) =>
    dom0.injectedErrors().map((injected) => ({ part, injected }))
  );
  if (found.isErr()) {
    talk.say(`Unable to get injection status: ${numbered(found.error)}\n`);
    return talk.outcome(statusOf(found.error));
  }
  const { part, injected } = found.value;
  const blocks = injected.filter(({ start }) => start >= part.start && start < part.end).map(({ start, end }) => ({
    start: Math.floor((start - part.start) / BLOCK),
    end: Math.ceil((end - part.start) / BLOCK),
  }));
  const badblocks: Json[] = joined(blocks).map(({ start, end }) => ({
    block: hexJson(start, { human }),
    count: hexJson(end - start, { human }),
  }));
  if (badblocks.length > 0) talk.print(`${prettyJson({ badblocks })}\n`);
  return talk.outcome(0);
}
