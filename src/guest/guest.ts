/**
 * A guest from the inside: its memory map, the tables that its firmware placed, and what its own Linux makes of them, which is
 * the kernel model of dom0 run over the guest's tables, methods and memory. Nothing is passed around those.
 */
import { type Domid, type Gpa } from "../abi/address.ts";
import { type RamLayout } from "../abi/hvm_layout.ts";
import { type Clock, type DeviceModelIo, type DomainMemory, type Draws, type GuestFault } from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import { type Result } from "neverthrow";
import { PrefixedBlocks } from "../base/blocks.ts";
import { Dom0, NATIVE_FACTS } from "../dom0/mod.ts";
import { takeMachineCheck } from "../dom0/memory_error.ts";
import { type AcpiDevices, acpiDevices } from "./acpi_devices.ts";
import { type AcpiTable, type LoadedTables, loadTables } from "./firmware_tables.ts";
import { GuestFirmware, type GuestMachine } from "./guest_firmware.ts";
import { GuestPhysicalMemory } from "./guest_memory.ts";
import { GuestRecorder } from "./guest_recorder.ts";
import { type E820Entry, memoryMap } from "./memory_map.ts";
import { bootId, type GuestState } from "./state.ts";

export interface GuestParts {
  readonly domid: number;
  readonly name: string;
  /** When the domain started, model time in nanoseconds. */
  readonly startedAt: bigint;
  readonly ram: RamLayout;
  readonly memory: DomainMemory;
  readonly io: DeviceModelIo;
  /** Guest-physical addresses of the virtual machine checks that Xen has injected. */
  readonly machineChecks: readonly number[];
  readonly state: GuestState;
  readonly draws: Draws;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

export class Guest {
  #kernel: Dom0 | undefined;

  constructor(private readonly parts: GuestParts) {}

  get domid(): number {
    return this.parts.domid;
  }

  /**
   * Firmware and kernel start, unless they have: tables are placed in guest memory, then Linux probes what they tell. A domain
   * that runs has done so; every question that needs it asks for it.
   */
  boot(): LoadedTables {
    const { state } = this.parts;
    const done = state.boots.get(this.#id);
    if (done) return done;
    const { loaded, files } = loadTables((name) => this.parts.io.file(this.#domid, name));
    for (const { gpa, bytes } of files) this.store(gpa, bytes);
    state.boots.set(this.#id, loaded);
    this.#makeKernel().boot();
    return loaded;
  }

  /** What firmware placed; undefined while the guest has not started. */
  get booted(): LoadedTables | undefined {
    return this.parts.state.boots.get(this.#id);
  }

  /** e820. Before the guest has started, as it would be without tables of the device model's. */
  get memoryMap(): E820Entry[] {
    const { loaded } = this.booted ? { loaded: this.booted } : loadTables(() => undefined);
    return memoryMap(this.parts.ram, loaded.end);
  }

  /** A table by its signature, as it was when the guest started. */
  table(signature: string): AcpiTable | undefined {
    return this.boot().tables.find((table) => table.signature === signature);
  }

  /** Its NVDIMM devices in ACPI; undefined where no table declares any. */
  devices(): AcpiDevices | undefined {
    return acpiDevices(this.boot().tables.filter(({ signature }) => signature === "SSDT").map(({ bytes }) => bytes));
  }

  /** Its kernel, booted, and told of what has happened to the machine since. */
  kernel(): Dom0 {
    if (this.#kernel) return this.#kernel;
    this.boot();
    const made = this.#makeKernel();
    made.notify();
    for (const gpa of this.parts.machineChecks) takeMachineCheck(made.kernel, gpa);
    return this.#kernel = made;
  }

  load(gpa: number, length: number): Result<Uint8Array, GuestFault> {
    return this.parts.memory.load(this.#domid, gpa as Gpa, length);
  }
  store(gpa: number, bytes: Uint8Array): Result<void, GuestFault> {
    return this.parts.memory.store(this.#domid, gpa as Gpa, bytes);
  }

  #makeKernel(): Dom0 {
    const { state, draws, recorder, clock, name, memory } = this.parts;
    const devices = this.devices();
    const firmware = new GuestFirmware(this.#machine, devices ?? NO_DEVICES);
    const prefix = `${this.#id}/`;
    return new Dom0({
      // The driver binds to the root device: without one nobody looks at the table.
      nfit: devices && this.table("NFIT")?.bytes,
      facts: NATIVE_FACTS,
      firmware,
      memory: new GuestPhysicalMemory(memory, this.#domid),
      state: {
        devices: new PrefixedBlocks(state.devices, prefix),
        holders: new PrefixedBlocks(state.holders, prefix),
      },
      draws,
      recorder: new GuestRecorder(recorder, name),
      clock,
    });
  }

  get #id(): string {
    return bootId(this.parts.domid, this.parts.startedAt);
  }
  get #domid(): Domid {
    return this.parts.domid as Domid;
  }

  get #machine(): GuestMachine {
    return {
      load: (gpa, length) => this.load(gpa, length).unwrapOr(undefined),
      store: (gpa, bytes) => this.store(gpa, bytes).isOk(),
      out: (port, value) => this.parts.io.out(this.#domid, port, value),
    };
  }
}

const NO_DEVICES: AcpiDevices = { root: new Set(), children: new Map(), page: undefined };
