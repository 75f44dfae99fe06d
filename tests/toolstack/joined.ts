/** A toolstack joined to a real fork: real Xen, real dom0, real device models; only dom0's files are the test's own. */
import { type Hypercall, type Qmp } from "../../src/abi/mod.ts";
import { type DaxFiles, DEFAULT_XL_FACTS, type HostXlFacts, NO_FILES, Toolstack } from "../../src/toolstack/mod.ts";
import { type Fork, Host, MemoryStore } from "../../src/host/mod.ts";
import { type HostImage } from "../../src/host/mod.ts";
import { hostFrom, imageFrom } from "../support/session.ts";

export interface Joined {
  readonly fork: Fork;
  readonly toolstack: Toolstack;
}

export interface JoinOptions {
  readonly files?: DaxFiles;
  readonly facts?: HostXlFacts;
  /** Stands between the toolstack and Xen. */
  readonly hypercall?: (real: Hypercall) => Hypercall;
  /** Stands between the toolstack and the device model. */
  readonly qmp?: (real: Qmp) => Qmp;
}

/** A host of this fixture, booted; `change` adjusts what it is made of. */
export const bootedHost = (fixture: string, change: (image: HostImage) => HostImage = (image) => image): Host =>
  hostFrom(change(imageFrom(fixture)));

export function join(
  fork: Fork,
  { files = NO_FILES, facts = DEFAULT_XL_FACTS, hypercall = (real) => real, qmp = (real) => real }: JoinOptions = {},
): Joined {
  const { deviceModels, dom0, memory, recorder, draws, clock, machine, state, xen } = fork;
  const toolstack = new Toolstack({
    state: state.toolstack,
    hypercall: hypercall(xen.hypercall),
    qmp: qmp(deviceModels.qmp),
    deviceModels,
    dom0,
    files,
    memory,
    recorder,
    draws,
    clock,
    management: fork.facts.management,
    nfit: machine.table("NFIT"),
    facts,
  });
  return { fork, toolstack };
}

/** A toolstack on a throw-away fork of a fixture. */
export const toolstackOn = (fixture: string, options: JoinOptions = {}): Joined =>
  join(bootedHost(fixture).fork(), options);

export const underXen = (image: HostImage): HostImage => ({
  ...image,
  facts: { ...image.facts, management: "xen" },
});

export { MemoryStore };
