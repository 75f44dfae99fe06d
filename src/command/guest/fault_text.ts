/** A guest's access that did not reach memory, told in full: the exit, its qualification bit by bit, the walk to it. */
import { mfnOfSpa } from "../../abi/address.ts";
import { type GuestFault } from "../../abi/ports.ts";
import { type Json } from "../../base/json.ts";
import { range } from "../../base/range.ts";
import { hex } from "../../base/units.ts";
import {
  decodeQualification,
  QUALIFICATION,
  type QualificationBit,
  tableName,
  walk,
  type WalkStep,
} from "../../ept/mod.ts";
import { type Fork } from "../../host/mod.ts";
import { type DomainRecord } from "../../toolstack/mod.ts";
import { guestEpt } from "../ept/guest_ept.ts";
import { columns } from "../tables/columns.ts";
import { tellError } from "../ras/mod.ts";
import { type Place, placesOf } from "./places.ts";

export type LoadOrStore = "read" | "write";

export interface ToldFault {
  /** One sentence. */
  readonly what: string;
  /** The rest, line by line. */
  readonly details: readonly string[];
  readonly value: Json;
}

export function tellFault(host: Fork, record: DomainRecord, fault: GuestFault, access: LoadOrStore): ToldFault {
  const who = `${record.name}'s ${access} of`;
  switch (fault.kind) {
    case "ept-violation": {
      const { gpa, qualification } = fault;
      const bits = qualificationBits(qualification);
      return {
        what: `${who} ${hex(gpa)} leaves the guest: EPT violation (exit 48, qualification ${hex(qualification)})`,
        details: [
          ...columns(bits.map(({ bit, set, text }) => [`  bit ${bit}`, set ? "1" : "0", text])),
          ...walkLines(host, record, gpa, access),
          access === "read"
            ? "Xen hands the access to the device model; no device has the address, so the guest reads all ones"
            : "Xen hands the access to the device model; no device has the address, so what is written is lost",
        ],
        value: { kind: fault.kind, gpa, exit: 48, qualification, bits: bits.map((bit) => ({ ...bit })) },
      };
    }
    case "ept-misconfiguration":
      return {
        what: `${who} ${hex(fault.gpa)} leaves the guest: EPT misconfiguration (exit 49), ${fault.reason}`,
        details: [
          ...walkLines(host, record, fault.gpa, access),
          "Xen cannot repair such an entry: it crashes the domain",
        ],
        value: { kind: fault.kind, gpa: fault.gpa, exit: 49, reason: fault.reason },
      };
    case "not-owned": {
      const { gpa, mfn, owner } = fault;
      const whose = owner === undefined ? "nobody's" : `domain ${owner}'s`;
      return {
        what: `${who} ${hex(gpa)} is mapped to mfn ${hex(mfn)}, which is ${whose}: Xen's tables are wrong`,
        details: [...walkLines(host, record, gpa, access), "nothing was touched; host check names every such frame"],
        value: { kind: fault.kind, gpa, mfn, owner: owner ?? null },
      };
    }
    case "poison": {
      const { domid, name } = record;
      const gpa = fault.address;
      const [{ mpa }] = placesOf(host, domid, range(gpa, 1)) as [Place];
      // Running guests take the check, or they would not have made the access.
      const told = tellError(host, mpa, { mfn: mfnOfSpa(mpa), domid, gpa, outcome: "vmce" }, name);
      return {
        what: `${who} ${hex(gpa)} takes a machine check: an uncorrectable error in the medium`,
        details: told.lines,
        value: { kind: fault.kind, ...told.value },
      };
    }
    case "unmapped":
      return {
        what: `${who} ${hex(fault.address)} is mapped to an address where the machine has no memory`,
        details: walkLines(host, record, fault.address, access),
        value: { kind: fault.kind, gpa: fault.address },
      };
    case "denied":
      throw new Error("Xen denies dom0, never a guest what it has mapped for it");
  }
}

/** What each bit says, set and clear; undefined where there is nothing to say. */
const MEANING: Readonly<Record<QualificationBit, readonly [set: string, clear: string | undefined]>> = {
  read: ["the access was a data read", undefined],
  write: ["the access was a data write", undefined],
  fetch: ["the access was an instruction fetch", undefined],
  readable: ["every entry on the path allows reads", "the path allows no reads"],
  writable: ["every entry on the path allows writes", "the path allows no writes"],
  executable: ["every entry on the path allows fetches", "the path allows no fetches"],
  userExecutable: ["every entry on the path allows user-mode fetches", undefined],
  linearAddressValid: ["the access was made by a linear address", "no linear address belongs to the access"],
  translated: ["of what the linear address translates to", "of a guest paging structure"],
  guestUserPage: ["the guest's own mapping is a user page", undefined],
  guestWritable: ["the guest's own mapping allows writes", undefined],
  guestExecuteDisable: ["the guest's own mapping forbids fetches", undefined],
  nmiUnblocking: ["an IRET had unblocked NMIs", undefined],
  shadowStackAccess: ["the access was to a shadow stack", undefined],
  supervisorShadowStackPage: ["the page is a supervisor shadow stack", undefined],
  guestPagingVerification: ["guest-paging verification failed", undefined],
  asynchronous: ["the access was not the instruction's", undefined],
};

function qualificationBits(qualification: number): { bit: number; name: string; set: boolean; text: string }[] {
  const decoded = decodeQualification(qualification);
  return (Object.keys(QUALIFICATION) as QualificationBit[]).flatMap((name) => {
    const text = MEANING[name][decoded[name] ? 0 : 1];
    return text === undefined ? [] : [{ bit: QUALIFICATION[name], name, set: decoded[name], text }];
  });
}

/** One line for each entry that the processor reads. */
function walkLines(host: Fork, { name }: DomainRecord, gpa: number, access: LoadOrStore): string[] {
  return guestEpt(host, name).match(
    ({ layout }) => [`walk from ${hex(layout.eptp.root)}`, ...columns(walk(layout, gpa, access).steps.map(stepCells))],
    () => [],
  );
}

function stepCells({ table, index, level, entry }: WalkStep): string[] {
  const to = entry.kind === "empty"
    ? "not present"
    : entry.kind === "leaf"
    ? `leaf at ${hex(entry.address)}`
    : `${tableName(Math.max(1, level - 1) as 1)} at ${hex(entry.address)}`;
  return [`  ${table}[${index}]`, entry.hex, to];
}
