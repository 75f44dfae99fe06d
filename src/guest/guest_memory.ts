/** Physical memory as a guest's kernel has it: loads and stores through its p2m. Its addresses are guest-physical. */
import { ok, type Result } from "neverthrow";
import { isZero } from "../base/bytes.ts";
import { PAGE_SIZE } from "../base/units.ts";
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

  zero(address: number, length: number): Result<void, MemoryFault> {
    for (let at = address; at < address + length; at += PAGE_SIZE) {
      const size = Math.min(PAGE_SIZE, address + length - at);
      const there = this.load(at, size);
      if (there.isOk() && isZero(there.value)) continue;
      const stored = this.store(at, new Uint8Array(size));
      if (stored.isErr()) return stored;
    }
    return ok();
  }
}

/** The hypervisor hides its exits: where nothing is mapped, a kernel finds a bus that nobody answers on. */
const asMemoryFault = (fault: GuestFault): MemoryFault =>
  "gpa" in fault ? { kind: "unmapped", address: fault.gpa } : fault;
