/** Structures of sched_op (`public/sched.h`). */
import { structure, u16, u32 } from "../base/structure.ts";

export const schedShutdown = structure("sched_shutdown", 4, { reason: u32(0) });

export const schedRemoteShutdown = structure("sched_remote_shutdown", 8, {
  domid: u16(0),
  pad: u16(2),
  reason: u32(4),
});
