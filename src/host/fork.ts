/**
 * A host to try things on. A fork shares every block it has not changed with the host it came from; the models of the
 * machine, of dom0, Xen, the toolstack and the device models are joined over it by the ports, and built when first used.
 */
import { type PhysicalMemory } from "../abi/ports.ts";
import { DeviceModels } from "../device_model/mod.ts";
import { Dom0, Dom0Files, NATIVE_FACTS, PV_FACTS } from "../dom0/mod.ts";
import { type Guest } from "../guest/mod.ts";
import { Machine, nfitNow } from "../machine/mod.ts";
import { Toolstack } from "../toolstack/mod.ts";
import { Xen } from "../xen/mod.ts";
import { ClearingFirmware } from "./clearing_firmware.ts";
import { ModelClock } from "./clock.ts";
import { changesOf, type ForkChange, type HostState, layerOver } from "./components.ts";
import { KeyedDraws } from "./draws.ts";
import { guardedMemory } from "./guarded_memory.ts";
import { endingGuests, guestOn } from "./guests.ts";
import { type HostFacts } from "./facts.ts";
import { StepRecorder } from "./recorder.ts";

/** What a session puts in the place of the host's own: for reproducible identifiers and times. */
export interface ForkOverrides {
  readonly seed?: bigint | undefined;
  /** Model time, nanoseconds since the epoch. */
  readonly clock?: bigint | undefined;
}

export class Fork {
  readonly state: HostState;
  readonly recorder = new StepRecorder();
  readonly clock: ModelClock;
  /** Set by whatever turns the power off or on: a barrier for undo. */
  power = false;

  #draws: KeyedDraws | undefined;
  #machine: Machine | undefined;
  #xen: Xen | undefined;
  #dom0: Dom0 | undefined;
  #files: Dom0Files | undefined;
  #deviceModels: DeviceModels | undefined;
  #toolstack: Toolstack | undefined;

  constructor(parent: HostState, readonly generation: number, private readonly overrides: ForkOverrides = {}) {
    this.state = layerOver(parent);
    this.clock = new ModelClock(this.state.host.clock);
    if (overrides.clock !== undefined) this.clock.set(overrides.clock);
  }

  get facts(): HostFacts {
    const facts = this.state.host.facts.get("facts");
    if (!facts) throw new Error("a host without facts");
    return facts;
  }

  /** A machine is on while Xen is in its memory. */
  get isOn(): boolean {
    for (const _ of this.state.xen.all.ids()) return true;
    return false;
  }

  get draws(): KeyedDraws {
    return this.#draws ??= new KeyedDraws(this.overrides.seed ?? this.facts.seed, this.generation);
  }

  get machine(): Machine {
    return this.#machine ??= new Machine(this.state.machine, this.recorder);
  }

  get xen(): Xen {
    return this.#xen ??= xenOver(this);
  }

  /** Physical memory as dom0 may reach it: Xen's denials applied. */
  get memory(): PhysicalMemory {
    return guardedMemory(this.machine, (spa, length) => this.xen.deniesDom0(spa, length));
  }

  get deviceModels(): DeviceModels {
    return this.#deviceModels ??= new DeviceModels({
      state: this.state.deviceModel,
      hypercall: this.xen.hypercall,
      memory: this.xen.guestMemory,
    });
  }

  get toolstack(): Toolstack {
    const { xen, deviceModels, dom0, memory, recorder, draws, clock, facts } = this;
    return this.#toolstack ??= new Toolstack({
      state: this.state.toolstack,
      hypercall: xen.hypercall,
      qmp: deviceModels.qmp,
      deviceModels: endingGuests(this),
      dom0,
      files: this.files,
      memory,
      recorder,
      draws,
      clock,
      management: facts.management,
      nfit: nfitNow(this.state.machine),
      facts: facts.xl,
    });
  }

  /** Filesystems on dom0's disks. */
  get files(): Dom0Files {
    return this.#files ??= new Dom0Files(this.dom0, this.state.files);
  }

  get dom0(): Dom0 {
    const { machine, xen, memory, recorder, draws, clock } = this;
    return this.#dom0 ??= new Dom0({
      nfit: xen.nfitForDom0(),
      srat: machine.table("SRAT"),
      facts: this.facts.dom0 === "pv" ? PV_FACTS : NATIVE_FACTS,
      firmware: new ClearingFirmware(machine, xen, this.facts.management),
      memory,
      state: this.state.dom0,
      draws,
      recorder,
      clock,
    });
  }

  /** The guest in a domain, from the inside; undefined where none runs, or one without ACPI tables (PV, PVH). */
  guest(domid: number): Guest | undefined {
    return guestOn(this, domid);
  }

  /** The models see the state as it is now: after a boot, or anything else that put blocks in place behind their backs. */
  forgetModels(): void {
    this.#machine =
      this.#xen =
      this.#dom0 =
      this.#files =
      this.#deviceModels =
      this.#toolstack =
      this.#draws =
        undefined;
  }

  changes(): ForkChange[] {
    return changesOf(this.state);
  }

  hasChanges(): boolean {
    return this.changes().length > 0;
  }
}

function xenOver(fork: Fork): Xen {
  const { machine, facts, recorder, clock } = fork;
  const [nfit, srat] = [machine.table("NFIT"), machine.table("SRAT")];
  return new Xen({
    state: fork.state.xen.all,
    tables: { ...(nfit && { nfit }), ...(srat && { srat }) },
    machine: machine.facts,
    dom0: { type: facts.dom0, memory: facts.dom0Memory, vcpus: machine.facts.cpus.count },
    management: facts.management,
    memory: machine,
    recorder,
    clock,
    ...(facts.xenLog.length > 0 && { log: facts.xenLog }),
  });
}
