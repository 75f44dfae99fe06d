/** What a guest's access that did not reach memory met, in two lines. */
import { type GuestFault } from "../../abi/ports.ts";
import { hex } from "../../base/units.ts";
import { type Explanation } from "../../host/mod.ts";

/** Exit qualification of an EPT violation: which access it was (SDM vol. 3C, table 28-7). */
const ACCESS = ["read", "write", "fetch"];

export function explainGuestFault(fault: GuestFault): Explanation {
  switch (fault.kind) {
    case "ept-violation": {
      const access = ACCESS.filter((_, bit) => (fault.qualification & (1 << bit)) !== 0).join(", ");
      return {
        what: `EPT violation: ${access} at ${hex(fault.gpa)}, qualification ${hex(fault.qualification)}`,
        hint: "nothing is mapped there: guest show lists what is, ept lookup walks the tables",
      };
    }
    case "ept-misconfiguration":
      return { what: `EPT misconfiguration at ${hex(fault.gpa)}: ${fault.reason}`, hint: "ept lookup shows the entry" };
    case "poison":
      return {
        what: `machine check: uncorrectable error at ${hex(fault.address)} of the guest`,
        hint: "shut the guest down, ndctl clear-errors in dom0 (zeroes the bad sectors), start it again",
      };
    case "unmapped":
      return { what: `no memory answers at ${hex(fault.address)}`, hint: "check the range" };
    case "denied":
      return { what: `the access at ${hex(fault.address)} is denied`, hint: "the frame is Xen's" };
  }
}
