/** What every part of the kernel model works with: the tables as read, the ports, the devices, and caches over them. */
import { type Clock, type Draws, type Firmware, type PhysicalMemory } from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import { type DimmCommands, probeCommands } from "./dimm_commands.ts";
import { DeviceTable } from "./device_table.ts";
import { type Dom0Facts } from "./facts.ts";
import { type LabelData } from "./label_data.ts";
import { checkedMemory } from "./machine_check.ts";
import { type Dom0State } from "./state.ts";
import { type DimmTopology, type RegionTopology, type Topology } from "./topology.ts";

export interface KernelParts {
  /** Undefined: the machine has no NFIT, or the kernel refused it; then there is no bus. */
  readonly topology: Topology | undefined;
  readonly facts: Dom0Facts;
  readonly firmware: Firmware;
  readonly memory: PhysicalMemory;
  readonly state: Dom0State;
  readonly draws: Draws;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

export class Kernel {
  readonly devices: DeviceTable;
  /** The label area of each DIMM as its driver holds it, read when first needed. */
  readonly labelData = new Map<number, LabelData>();
  readonly #commands = new Map<number, DimmCommands>();
  /** What errors it meets, the kernel knows from then on. */
  readonly memory: PhysicalMemory;
  /** Lines for the kernel log, of this command. */
  readonly log: string[] = [];

  constructor(readonly parts: KernelParts) {
    this.devices = new DeviceTable(parts.state.devices);
    this.memory = checkedMemory(this, parts.memory);
  }

  get dimms(): readonly DimmTopology[] {
    return this.parts.topology?.dimms ?? [];
  }
  get regions(): readonly RegionTopology[] {
    return this.parts.topology?.regions ?? [];
  }
  region(number: number): RegionTopology {
    const region = this.regions[number];
    if (!region) throw new Error(`no region${number} in the topology`);
    return region;
  }

  /** The commands a DIMM offers, asked of firmware once. */
  commands(dimm: DimmTopology): DimmCommands {
    let commands = this.#commands.get(dimm.number);
    if (!commands) this.#commands.set(dimm.number, commands = probeCommands(this.parts.firmware, dimm.handle));
    return commands;
  }

  /** A line the kernel would print. */
  note(text: string): void {
    this.log.push(text);
  }
  /** An act for the fork's steps. */
  acted(what: string, target: string): void {
    this.parts.recorder.step({ kind: "dom0", what, target });
  }
}
