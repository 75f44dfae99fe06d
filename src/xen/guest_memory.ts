/**
 * The `DomainMemory` port: a guest's loads and stores by guest-physical address, through its p2m to the machine. What a
 * fault says is what the guest may know: addresses in it are guest-physical.
 */
import { err, ok, type Result } from "neverthrow";
import { type Domid, gfnOfGpa, type Gpa, type Spa } from "../abi/address.ts";
import { type DomainMemory, type GuestFault, type MemoryFault } from "../abi/ports.ts";
import { NOTHING } from "../ept/permissions.ts";
import { qualificationOf } from "../ept/violation.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type Core } from "./core.ts";
import { entryFault, ownershipFault } from "./guest_access.ts";
import { machineCheck } from "./machine_check.ts";

interface Piece {
  readonly gpa: number;
  readonly spa: Spa;
  readonly length: number;
}

export class GuestMemory implements DomainMemory {
  constructor(private readonly core: Core) {}

  load(domid: Domid, gpa: Gpa, length: number): Result<Uint8Array, GuestFault> {
    return this.#translate(domid, gpa, length, "read").andThen((pieces) => {
      const whole = new Uint8Array(length);
      for (const piece of pieces) {
        const loaded = this.core.options.memory.load(piece.spa, piece.length);
        if (loaded.isErr()) return err(this.#asGuestFault(loaded.error, piece));
        whole.set(loaded.value, piece.gpa - gpa);
      }
      return ok(whole);
    });
  }

  /** Nothing is written where any page of the store is not there. */
  store(domid: Domid, gpa: Gpa, bytes: Uint8Array): Result<void, GuestFault> {
    return this.#translate(domid, gpa, bytes.length, "write").andThen((pieces) => {
      for (const { gpa: at, spa, length } of pieces) {
        const part = bytes.subarray(at - gpa, at - gpa + length);
        const stored = this.core.options.memory.store(spa, part, `store by domain ${domid}`);
        if (stored.isErr()) return err(this.#asGuestFault(stored.error, { gpa: at, spa, length }));
      }
      return ok(undefined);
    });
  }

  /** The access cut at the ends of mappings. */
  #translate(domid: Domid, gpa: Gpa, length: number, access: "read" | "write"): Result<Piece[], GuestFault> {
    const pieces: Piece[] = [];
    for (let at: number = gpa; at < gpa + length;) {
      const gfn = gfnOfGpa(at);
      const p2m = this.core.p2m(domid);
      const [mapped] = p2m.ranges({ start: gfn, end: Math.ceil((gpa + length) / PAGE_SIZE) });
      if (!mapped || mapped.start !== gfn) {
        const qualification = qualificationOf(access, NOTHING, false);
        return err({ kind: "ept-violation", gpa: at, qualification });
      }
      const [whole] = p2m.touching({ start: gfn, end: gfn + 1 });
      const fault = entryFault(this.core, whole!, at, access) ?? ownershipFault(this.core, domid, mapped);
      if (fault) return err(fault);
      const size = Math.min(gpa + length, mapped.end * PAGE_SIZE) - at;
      pieces.push({ gpa: at, spa: (mapped.mfn * PAGE_SIZE + (at % PAGE_SIZE)) as Spa, length: size });
      at += size;
    }
    return ok(pieces);
  }

  /** Meeting poison is how Xen learns of it. */
  #asGuestFault(fault: MemoryFault, piece: Piece): GuestFault {
    if (fault.kind === "poison") {
      machineCheck(this.core, fault.address);
      this.core.save();
    }
    return { ...fault, address: piece.gpa + (fault.address - piece.spa) };
  }
}
