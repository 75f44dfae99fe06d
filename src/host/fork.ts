/**
 * A host to try things on. A fork shares every block it has not changed with the host it came from; the models of the
 * machine, of dom0, Xen, the toolstack and the device models are joined over it by the ports, and built when first used.
 */
import { type PhysicalMemory } from "../abi/ports.ts";
import { type BlockChange, Layer } from "../base/blocks.ts";
import { DeviceModels } from "../device_model/mod.ts";
import { Dom0 } from "../dom0/mod.ts";
import { Machine } from "../machine/mod.ts";
import { Toolstack } from "../toolstack/mod.ts";
import { Xen } from "../xen/mod.ts";
import { ModelClock } from "./clock.ts";
import { blocksOf, COMPONENT_NAMES, type ComponentName, type HostState, layerOver } from "./components.ts";
import { KeyedDraws } from "./draws.ts";
import { type HostFacts } from "./facts.ts";
import { guardedMemory } from "./guarded_memory.ts";
import { foldSteps } from "./journal.ts";
import { StepRecorder } from "./recorder.ts";

export interface ForkChange extends BlockChange<unknown> {
  readonly component: ComponentName;
}

export class Fork {
  readonly state: HostState;
  readonly recorder = new StepRecorder();
  readonly clock: ModelClock;
  readonly draws: KeyedDraws;
  /** Set by whatever turns the power off or on: a barrier for undo. */
  power = false;

  #machine: Machine | undefined;
  #xen: Xen | undefined;
  #dom0: Dom0 | undefined;
  #toolstack: Toolstack | undefined;
  #deviceModels: DeviceModels | undefined;
  #memory: PhysicalMemory | undefined;

  constructor(readonly parent: HostState, readonly generation: number) {
    this.state = layerOver(parent);
    this.clock = new ModelClock(this.state.host.clock);
    this.draws = new KeyedDraws(this.facts.seed, generation);
  }

  get facts(): HostFacts {
    const facts = this.state.host.facts.get("facts");
    if (!facts) throw new Error("a host without facts");
    return facts;
  }

  get machine(): Machine {
    return this.#machine ??= new Machine(this.state.machine, this.recorder);
  }

  /** Physical memory as dom0 may reach it: Xen's denials applied. */
  get memory(): PhysicalMemory {
    return this.#memory ??= guardedMemory(this.machine, () => this.xen);
  }
}
