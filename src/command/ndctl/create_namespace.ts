/** `ndctl create-namespace`. Source: ndctl `ndctl/namespace.c` cmd_create_namespace, namespace_create, namespace_reconfig. */
import { err, type Result } from "neverthrow";
import { type Errno, exitOf, strerror } from "../../abi/errno.ts";
import { type Dom0, type NamespaceView, type RegionView } from "../../dom0/mod.ts";
import { declare, type Outcome } from "../language/command.ts";
import { checkCreate } from "./create_checks.ts";
import { busMatches, namespacesOf, regionMatches, regionsOf } from "./library.ts";
import { deleteNamespace, isConfigurationIdle } from "./namespace_actions.ts";
import { type CreateRequest, parseCreate } from "./namespace_options.ts";
import { enableLabels, namespaceToCreate, prepare } from "./reconfigure.ts";
import { setupNamespace } from "./setup_namespace.ts";
import { counted, Talk } from "./talk.ts";

const COMMAND = "create namespace";

export const createNamespace = declare<CreateRequest>({
  kind: "host",
  vocabulary: "ndctl",
  name: ["ndctl", "create-namespace"],
  summary: "Carve a namespace, or configure one anew",
  usage: "[-r REGION] [-s SIZE] [-m MODE] [-n NAME] [-u UUID] [-M MAP] [-a ALIGN] [-l SECTOR] [-e NAMESPACE [-f]] [-c]",
  effect: (request) => request.reconfig === undefined ? "writes" : "destroys",
  parse: parseCreate,
  // deno-lint-ignore require-yield
  *run(host, request, context) {
    return create(host.dom0, request, context.terminal);
  },
});

/** What a walk over regions came to: how many namespaces were set up, and the last word. */
interface Walked {
  readonly created: number;
  /** Undefined: success. */
  readonly errno: Errno | undefined;
}

export function create(dom0: Dom0, request: CreateRequest, terminal: boolean): Outcome {
  const talk = new Talk(request.verbose);
  let { created, errno } = request.reconfig === undefined
    ? createSomewhere(dom0, request, terminal, talk)
    : { created: 0, errno: reconfigure(dom0, request, request.reconfig, terminal, talk) };
  // Without any option ndctl tries once more for block-window namespaces, which no region has any more.
  if (errno !== undefined && created < 1 && request.bare) errno = "ENXIO";
  if (request.continue) talk.say(`created ${counted(created, "namespace")}\n`);
  const fresh = request.reconfig === undefined;
  if ((errno !== undefined || (fresh && created < 1)) && talk.faults === 0) {
    const reason = errno === undefined ? "Success" : strerror(errno);
    talk.say(`failed to ${fresh ? "create" : "reconfigure"} namespace: ${reason}\n`);
    if (fresh) errno = "ENODEV";
  }
  return talk.outcome(errno === undefined ? 0 : exitOf(errno));
}

/** The first region that has room, or with `--continue` every one. */
function createSomewhere(dom0: Dom0, request: CreateRequest, terminal: boolean, talk: Talk): Walked {
  let errno: Errno | undefined = "ENXIO";
  let saved: Errno | undefined;
  let created = 0;
  for (const region of candidates(dom0, request)) {
    const made = createIn(dom0, region, request, terminal, talk);
    errno = made.isOk() ? undefined : made.error;
    if (errno === "EAGAIN") continue;
    if (errno === undefined) {
      created++;
      if (request.continue) continue;
    } else if (request.continue && request.force) {
      saved = errno;
      continue;
    }
    return { created, errno };
  }
  if (errno === "EAGAIN") errno = request.continue && created > 0 ? undefined : "ENOSPC";
  return { created, errno: saved ?? errno };
}

/** Regions by the filters; block-window regions do not exist any more. */
const candidates = (dom0: Dom0, request: CreateRequest): RegionView[] =>
  dom0.hasBus && busMatches(request.bus) && request.type !== "blk"
    ? regionsOf(dom0).filter((region) => regionMatches(region, request.region))
    : [];

function createIn(
  dom0: Dom0,
  region: RegionView,
  request: CreateRequest,
  terminal: boolean,
  talk: Talk,
): Result<void, Errno> {
  const parameters = checkCreate(dom0, region, undefined, request, talk);
  if (parameters.isErr()) return err(parameters.error);
  if (region.readOnly) {
    talk.debug("namespace_create:1023", `${region.name}: read-only, ineligible for namespace creation`);
    return err("EAGAIN");
  }
  const namespace = namespaceToCreate(dom0, region.number);
  if (!namespace || !isConfigurationIdle(namespace)) {
    talk.debug("namespace_create:1030", noSeed(region, namespace));
    return err("EAGAIN");
  }
  const options = { force: request.force, autorecover: request.autorecover, human: terminal };
  return setupNamespace(dom0, namespace, parameters.value, options, talk).orElse((errno) => {
    if (request.autorecover) {
      dom0.store(namespace.name, "holder_class", "");
      deleteNamespace(dom0, namespace.name);
    }
    return err(errno);
  });
}

/** Undefined on success. -ENXIO where no region has the namespace. */
function reconfigure(
  dom0: Dom0,
  request: CreateRequest,
  name: string,
  terminal: boolean,
  talk: Talk,
): Errno | undefined {
  for (const region of candidates(dom0, request)) {
    const namespace = namespacesOf(dom0, region.number).find((n) => name === "all" || n.name === name);
    if (!namespace) continue;
    const parameters = checkCreate(dom0, region, namespace, request, talk);
    if (parameters.isErr()) return parameters.error;
    const prepared = prepare(dom0, namespace, COMMAND, request.force, talk);
    if (prepared.isErr()) return prepared.error;
    const target = relabelled(dom0, region, namespace.name, request, talk);
    if (target === undefined) return "ENODEV";
    const options = { force: request.force, autorecover: request.autorecover, human: terminal };
    const done = setupNamespace(dom0, dom0.namespace(target)!, parameters.value, options, talk);
    return done.isErr() ? done.error : undefined;
  }
  return "ENXIO";
}

/**
 * The namespace to go on with: the same, or, where a label-less region could be given labels, the region's new one. Undefined
 * where that one cannot be configured.
 */
function relabelled(
  dom0: Dom0,
  region: RegionView,
  name: string,
  request: CreateRequest,
  talk: Talk,
): string | undefined {
  if (region.labelled || !request.autolabel) return name;
  const labels = enableLabels(dom0, region, COMMAND, talk);
  if (labels.isErr() && labels.error === "ENODEV") return name;
  const next = namespaceToCreate(dom0, region.number);
  if (next && isConfigurationIdle(next)) return next.name;
  talk.debug("namespace_reconfig:1292", noSeed(region, next));
  return undefined;
}

const noSeed = ({ name }: RegionView, namespace: NamespaceView | undefined): string =>
  `${name}: no ${namespace ? "idle" : "available"} namespace seed`;
