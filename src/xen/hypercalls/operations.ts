/** The operations of the hypercalls that carry many: each one's frame as read, and how it is answered. */
import { domctl, type platformOp, type sysctl } from "../../abi/mod.ts";
import { type Errno } from "../../abi/errno.ts";
import { type RecordOf } from "../../base/structure.ts";
import { type Call, done, type Outcome } from "../call.ts";
import { type Core } from "../core.ts";

export type SysctlOp = RecordOf<typeof sysctl.fields>;
export type PlatformOp = RecordOf<typeof platformOp.fields>;
export type DomctlOp = RecordOf<typeof domctl.fields>;

/** Success with the operation's structure, and perhaps the domain, copied back. */
export function domctlReply(call: Call, op: DomctlOp, structure: Uint8Array, domain = op.domain): Outcome {
  const u = op.u.slice();
  u.set(structure);
  return done(domctl.write({ ...op, domain, u }, call.frame));
}

/** A sub-operation of nvdimm_op: its structure's bytes in, and out with an errno or none. */
export type SubOperation = (core: Core, bytes: Uint8Array, call: Call) => SubResult;

export interface SubResult {
  readonly errno: Errno | undefined;
  readonly bytes: Uint8Array;
  /** Preempted: to be called again with these bytes. */
  readonly again?: boolean;
  readonly pages?: number;
}
