/** Security of an Intel leaf: `_DSM` functions 19 and 23 to 26 (Linux `nfit/intel.h`, `nfit/intel.c`). */
import { bytes, reserved, structure, u32, u8 } from "../../base/structure.ts";
import { payload } from "./payload.ts";

/** Bits of `state`; none: security is disabled. */
export const SECURITY_STATE = {
  enabled: 0x02,
  locked: 0x04,
  frozen: 0x08,
  limitReached: 0x10,
  overwrite: 0x40,
} as const;

export const securityStateAnswer = payload(structure("security state", 12, {
  status: u32(0),
  extendedState: u8(4),
  reserved: reserved(5, 3),
  state: u8(8),
  reserved2: reserved(9, 3),
}));

/** Input of erase and overwrite; all zeros where no passphrase is set. The answer is the status alone. */
export const passphraseInput = payload(structure("passphrase", 32, { passphrase: bytes(0, 32) }));

/** Status of a wrong passphrase. */
export const INVALID_PASSPHRASE = 11;
