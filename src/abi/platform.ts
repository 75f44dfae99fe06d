/** The common frame of platform_op (`public/platform.h`); the operation's own structure lies at the start of `u`. */
import { bytes, structure, u32 } from "../base/structure.ts";

export const platformOp = structure("xen_platform_op", 136, {
  cmd: u32(0),
  interfaceVersion: u32(4),
  u: bytes(8, 128),
});
