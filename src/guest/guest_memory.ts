/** Physical memory as a guest's kernel has it: loads and stores through its p2m. Its addresses are guest-physical. */
import { type Result } from "neverthrow";
import { type Domid, type Gpa } from "../abi/address.ts";
import { type DomainMemory, type GuestFault, type MemoryFault, type PhysicalMemory } from "../abi/ports.ts";

export class GuestPhysicalMemory implements PhysicalMemory {
  constructor(private readonly memory: DomainMemory, private readonly domid: Domid) {}

  load(address: number, length: number): Result<Uint8Array, MemoryFault> {
    return this.memory.load(this.domid, address as Gpa, length).mapErr(asMemoryFault);
  }

  store(address: number, bytes: Uint8Array): Result<void, MemoryFault> {
    return this.memory.store(this.domid, address as Gpa, bytes).mapErr(asMemoryFault);
  }
}

/** The hypervisor hides its exits: where nothing is mapped, a kernel finds a bus that nobody answers on. */
const asMemoryFault = (fault: GuestFault): MemoryFault =>
  fault.kind === "ept-violation" || fault.kind === "ept-misconfiguration"
    ? { kind: "unmapped", address: fault.gpa }
    : fault;
