/**
 * A guest from the inside: its memory map, the tables its firmware placed, and what its own Linux makes of them, which is dom0's
 * model of the kernel run over the guest's tables, methods and memory.
 */
import { type Domid, type Gpa } from "../abi/address.ts";
import { type RamLayout } from "../abi/hvm_layout.ts";
import {
  type Clock,
  type DeviceModelIo,
  type DomainMemory,
  type Draws,
  type GuestFault,
  type MemoryFault,
  type PhysicalMemory,
} from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import { type Result } from "neverthrow";
import { Dom0, NATIVE_FACTS } from "../dom0/mod.ts";
import { type AcpiDevices, acpiDevices } from "./acpi_devices.ts";
import { BootBlocks } from "./boot_blocks.ts";
import { GuestFirmware, type GuestMachine } from "./guest_firmware.ts";
import { type E820Entry, memoryMap } from "./memory_map.ts";
import { type GuestState } from "./state.ts";
import { type GuestTables, type LoadFault, loadTables } from "./tables.ts";

export interface GuestParts {
  readonly domid: number;
  /** Tells this boot of the domain from any other: its start, nanoseconds. */
  readonly startedAt: bigint;
  readonly ram: RamLayout;
  readonly memory: DomainMemory;
  readonly io: DeviceModelIo;
  readonly state: GuestState;
  readonly draws: Draws;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

export class Guest {
  #kernel: Dom0 | undefined;

  constructor(private readonly parts: GuestParts) {}

  get memoryMap(): E820Entry[] {
    return memoryMap(this.parts.ram);
  }

  /** The device model's tables as firmware placed them. */
  tables(): Result<GuestTables, LoadFault> {
    return loadTables((name) => this.parts.io.file(this.#domid, name));
  }

  /** Its NVDIMM devices in ACPI; undefined where no table declares any. */
  devices(): AcpiDevices | undefined {
    const ssdt = this.#table("SSDT");
    return ssdt && acpiDevices(ssdt);
  }

  /** Its kernel, booted; without an NVDIMM root device it has no bus. */
  kernel(): Dom0 {
    return this.#kernel ??= this.#boot();
  }

  #boot(): Dom0 {
    const { state, draws, recorder, clock, domid, startedAt } = this.parts;
    const prefix = `${domid}@${startedAt}/`;
    const devices = new BootBlocks(state.devices, prefix);
    const acpi = this.devices();
    const kernel = new Dom0({
      nfit: acpi && this.#table("NFIT"),
      facts: { ...NATIVE_FACTS, numa: false },
      firmware: new GuestFirmware(this.#machine, acpi ?? NO_DEVICES),
      memory: this.#memory,
      state: { devices, holders: new BootBlocks(state.holders, prefix) },
      draws,
      recorder,
      clock,
    });
    const booted = !devices.ids()[Symbol.iterator]().next().done;
    if (!booted) kernel.boot();
    return kernel;
  }

  load(gpa: number, length: number): Result<Uint8Array, GuestFault> {
    return this.parts.memory.load(this.#domid, gpa as Gpa, length);
  }
  store(gpa: number, bytes: Uint8Array): Result<void, GuestFault> {
    return this.parts.memory.store(this.#domid, gpa as Gpa, bytes);
  }

  get #domid(): Domid {
    return this.parts.domid as Domid;
  }

  #table(signature: string): Uint8Array | undefined {
    return this.tables().map(({ tables }) => tables.find((table) => table.signature === signature)?.bytes)
      .unwrapOr(undefined);
  }

  get #machine(): GuestMachine {
    return {
      load: (gpa, length) => this.load(gpa, length).unwrapOr(undefined),
      store: (gpa, bytes) => this.store(gpa, bytes).isOk(),
      out: (port, value) => this.parts.io.out(this.#domid, port, value),
    };
  }

  /** What the guest's kernel takes for physical memory. */
  get #memory(): PhysicalMemory {
    return {
      load: (address, length) => this.load(address, length).mapErr(asMemoryFault),
      store: (address, bytes) => this.store(address, bytes).mapErr(asMemoryFault),
    };
  }
}

const NO_DEVICES: AcpiDevices = { root: new Set(), children: new Map(), page: undefined };

/** An access that the second-level tables stop is, to a kernel that has no handler for it, a machine without memory there. */
const asMemoryFault = (fault: GuestFault): MemoryFault =>
  fault.kind === "ept-violation" || fault.kind === "ept-misconfiguration"
    ? { kind: "unmapped", address: fault.gpa }
    : fault;
