/** Label storage by `_DSM` functions 4, 5 and 6 (Linux `include/uapi/linux/ndctl.h` nd_cmd_get_config_*). */
import { restTail, structure, u32 } from "../../base/structure.ts";
import { payload } from "./payload.ts";

/** Function 4's answer. Sizes are bytes. */
export const labelSizeAnswer = payload(
  structure("get label size", 12, { status: u32(0), areaSize: u32(4), maxTransfer: u32(8) }),
);

/** Function 5's input. */
export const labelReadInput = payload(structure("get label data", 8, { offset: u32(0), length: u32(4) }));
export const labelReadAnswer = payload(structure("get label data", 4, { status: u32(0), data: restTail(4) }));

/** Function 6's input; its answer is the status alone. `length` says how much of `data` counts. */
export const labelWriteInput = payload(
  structure("set label data", 8, { offset: u32(0), length: u32(4), data: restTail(8) }),
);
