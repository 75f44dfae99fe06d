/** QEMU's Read FIT: `_FIT` fetched page by page through handle 0x10000, function 1 (QEMU `nvdimm_dsm_func_read_fit`). */
import { concat } from "../../base/bytes.ts";
import { restTail, structure, u32 } from "../../base/structure.ts";
import { DSM_STATUS } from "./identity.ts";
import { MAX_FIT_TRANSFER } from "./page.ts";
import { payload, statusOnly } from "./payload.ts";

export const READ_FIT_FUNCTION = 1;
export const readFitInput = payload(structure("read FIT", 4, { offset: u32(0) }));
export const readFitAnswer = payload(structure("read FIT", 4, { status: u32(0), data: restTail(4) }));

/** One page of the list. `changed`: it has changed since offset 0 was read, so that the reader starts over. */
export function fitPage(fit: Uint8Array, offset: number, changed: boolean): Uint8Array {
  if (offset > fit.length) return statusOnly(DSM_STATUS.invalidInput);
  if (offset !== 0 && changed) return statusOnly(DSM_STATUS.fitChanged);
  return concat(statusOnly(DSM_STATUS.success), fit.subarray(offset, offset + MAX_FIT_TRANSFER));
}
