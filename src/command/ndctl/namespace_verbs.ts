/**
 * `ndctl destroy-namespace`, `enable-namespace`, `disable-namespace`: one act on each namespace that is named.
 * Source: ndctl `ndctl/namespace.c` do_xaction_namespace and the cmd_*_namespace functions.
 */
import { type Result } from "neverthrow";
import { type Errno, exitOf, strerror } from "../../abi/errno.ts";
import { NIL_UUID } from "../../base/guid.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { type AnyCommand, declare, type Effect, type Outcome } from "../language/command.ts";
import { busMatches, namespacesOf, regionMatches, regionsOf } from "./library.ts";
import { disableSafe, enableNamespace } from "./namespace_actions.ts";
import { type BaseOptions, baseOptions, destroyOptions, type Named, parseNamed } from "./namespace_options.ts";
import { type OptionTable, type OptionValues } from "./parse_options.ts";
import { destroy } from "./reconfigure.ts";
import { counted, Talk } from "./talk.ts";

/** Whether the namespace counts as done; an errno where it failed. */
export type Act<O> = (dom0: Dom0, namespace: NamespaceView, options: O, talk: Talk) => Result<boolean, Errno>;

export interface Processed {
  readonly count: number;
  readonly errno: Errno | undefined;
}

/** The namespaces that `namespace` names: one, or with `all` every one that has a size or a uuid; seen as they come up. */
export function* namedNamespaces(dom0: Dom0, options: Named<BaseOptions>): Generator<NamespaceView> {
  const { namespace: wanted } = options;
  if (wanted === undefined || !dom0.hasBus || !busMatches(options.bus)) return;
  for (const region of regionsOf(dom0)) {
    if (!regionMatches(region, options.region)) continue;
    for (const { name } of namespacesOf(dom0, region.number)) {
      const namespace = dom0.namespace(name);
      if (namespace && (wanted === "all" ? !isVoid(namespace) : wanted === name)) yield namespace;
    }
  }
}

/** Runs `act` on each of them. The last result stands for the whole; -ENXIO where nothing was named. */
export function forNamespaces<O extends BaseOptions>(
  dom0: Dom0,
  options: Named<O>,
  act: Act<O>,
  talk: Talk,
): Processed {
  let errno: Errno | undefined = options.namespace === "all" ? undefined : "ENXIO";
  let count = 0;
  for (const namespace of namedNamespaces(dom0, options)) {
    const done = act(dom0, namespace, options, talk);
    if (done.isOk() && done.value) count++;
    errno = done.isErr() ? done.error : undefined;
  }
  return { count, errno };
}

/** What `all` passes over. */
const isVoid = (namespace: NamespaceView): boolean =>
  namespace.size === 0 && (namespace.uuid === undefined || namespace.uuid === NIL_UUID);

/** The summary line that the namespace verbs end with. */
export function summarise(talk: Talk, doing: string, did: string, { count, errno }: Processed): Outcome {
  if (errno !== undefined && talk.faults === 0) talk.say(`error ${doing} namespaces: ${strerror(errno)}\n`);
  talk.say(`${did} ${counted(count, "namespace")}\n`);
  return talk.outcome(errno === undefined ? 0 : exitOf(errno));
}

/** A verb on namespaces, from its table of options to its summary. */
function namespaceVerb<T extends OptionTable & typeof baseOptions>(
  verb: string,
  words: { readonly summary: string; readonly doing: string; readonly did: string; readonly effect: Effect },
  table: T,
  act: Act<OptionValues<T>>,
): AnyCommand {
  const usage = `ndctl ${verb}-namespace <namespace> [<options>]`;
  return declare<Named<OptionValues<T>>>({
    kind: "host",
    vocabulary: "ndctl",
    name: ["ndctl", `${verb}-namespace`],
    summary: words.summary,
    usage: "NAMESPACE|all [-b BUS] [-r REGION]",
    effect: words.effect,
    parse: (argv) => parseNamed(argv, table, usage, verb),
    // deno-lint-ignore require-yield
    *run(host, options) {
      const given = options as unknown as Named<BaseOptions>;
      const talk = new Talk(given.verbose);
      const processed = forNamespaces(host.dom0, given, act as Act<BaseOptions>, talk);
      return summarise(talk, words.doing, words.did, processed);
    },
  });
}

export const enable = namespaceVerb(
  "enable",
  { summary: "Enable namespaces", doing: "enabling", did: "enabled", effect: "writes" },
  baseOptions,
  (dom0, { name }, _options, talk) => enableNamespace(dom0, name, talk).map(() => true),
);

export const disable = namespaceVerb(
  "disable",
  { summary: "Disable namespaces that nobody uses", doing: "disabling", did: "disabled", effect: "writes" },
  baseOptions,
  (dom0, namespace) => disableSafe(dom0, namespace).map(() => true),
);

export const destroyNamespace = namespaceVerb(
  "destroy",
  { summary: "Free a namespace's labels and capacity", doing: "destroying", did: "destroyed", effect: "destroys" },
  destroyOptions,
  (dom0, namespace, { force }, talk) => destroy(dom0, namespace, force, talk),
);
