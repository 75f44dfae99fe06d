/**
 * The components of a host: which rooms keep state, under which names, and what of it survives the power going off.
 * Adding a component here is all it takes to have it forked, stored, undone and forgotten at power-off.
 */
import { BaseBlocks, type BlockChange, type Blocks, Layer } from "../base/blocks.ts";
import { type Dom0FilesState, type Dom0State } from "../dom0/mod.ts";
import { type MachineState } from "../machine/mod.ts";
import { type ToolstackState } from "../toolstack/mod.ts";
import { type DeviceModelState } from "../device_model/mod.ts";
import { type GuestState } from "../guest/mod.ts";
import { type HostFacts } from "./facts.ts";

export interface HostState {
  readonly machine: MachineState;
  readonly dom0: Dom0State;
  /** Filesystems on dom0's disks. */
  readonly files: Dom0FilesState;
  /** Xen's own memory: regions, frames, domains. */
  readonly xen: { readonly all: Blocks<unknown> };
  readonly toolstack: ToolstackState;
  readonly deviceModel: DeviceModelState;
  readonly guest: GuestState;
  readonly host: {
    /** One block, `facts`. */
    readonly facts: Blocks<HostFacts>;
    /** One block, `now`: model time in nanoseconds. */
    readonly clock: Blocks<bigint>;
  };
}

type Lasting = "durable" | "volatile";
type ComponentTable = {
  readonly [Room in keyof HostState]: { readonly [Component in keyof HostState[Room]]: Lasting };
};

const COMPONENTS: ComponentTable = {
  machine: {
    tables: "durable",
    facts: "durable",
    dimms: "durable",
    media: "durable",
    ram: "volatile",
    poison: "durable",
  },
  dom0: { devices: "volatile", holders: "volatile" },
  files: {
    filesystems: "durable",
    files: "durable",
    maps: "durable",
    fstab: "durable",
    mounts: "volatile",
    memory: "volatile",
    pins: "volatile",
  },
  xen: { all: "volatile" },
  toolstack: {
    domains: "volatile",
    store: "volatile",
    reports: "durable",
    assignments: "durable",
    remains: "durable",
    autostart: "durable",
  },
  deviceModel: { processes: "volatile" },
  guest: { boots: "volatile", devices: "volatile", holders: "volatile" },
  host: { facts: "durable", clock: "durable" },
};

/** `machine.media` and the like, in a fixed order. */
export interface ComponentName {
  readonly room: keyof HostState;
  readonly component: string;
  readonly path: string;
  readonly lasting: Lasting;
}

export const COMPONENT_NAMES: readonly ComponentName[] = Object.entries(COMPONENTS).flatMap(([room, components]) =>
  Object.entries(components).map(([component, lasting]) => ({
    room: room as keyof HostState,
    component,
    path: `${room}.${component}`,
    lasting: lasting as Lasting,
  }))
);

/** The blocks of one component, whatever they hold. */
export const blocksOf = (state: HostState, { room, component }: ComponentName): Blocks<unknown> =>
  (state[room] as unknown as Record<string, Blocks<unknown>>)[component]!;

/** A state made component by component. */
export function stateFrom(make: (name: ComponentName) => Blocks<unknown>): HostState {
  const state: Record<string, Record<string, Blocks<unknown>>> = {};
  for (const name of COMPONENT_NAMES) (state[name.room] ??= {})[name.component] = make(name);
  return state as unknown as HostState;
}

export const emptyState = (): HostState => stateFrom(() => new BaseBlocks<unknown>());
export const layerOver = (parent: HostState): HostState => stateFrom((name) => new Layer(blocksOf(parent, name)));

export interface ForkChange extends BlockChange<unknown> {
  readonly component: ComponentName;
}

/** What the layers of a state changed, component by component. */
export function changesOf(state: HostState): ForkChange[] {
  return COMPONENT_NAMES.flatMap((component) => {
    const layer = blocksOf(state, component);
    return layer instanceof Layer ? layer.changes().map((change) => ({ ...change, component })) : [];
  });
}
