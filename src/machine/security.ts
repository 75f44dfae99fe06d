/**
 * Sanitizing an Intel DIMM: security state (19), freeze (23), secure erase (24), overwrite (25) and its query (26). No
 * passphrase is ever set, so the state is always "disabled" and the passphrase that counts is all zeros. Freezing is
 * forgotten with the power, as the kernel forgets it: the kernel keeps it. dsm.md section 4.
 */
import { type Recorder } from "../abi/steps.ts";
import {
  DSM_STATUS,
  INVALID_PASSPHRASE,
  LEAF_FUNCTION,
  passphraseInput,
  securityStateAnswer,
  statusOnly,
} from "../acpi/mod.ts";
import { isZero } from "../base/bytes.ts";
import { type DimmFacts, type MachineState } from "./state.ts";

/** Undefined for any other function. */
export function answerSecurity(
  state: MachineState,
  recorder: Recorder,
  dimm: DimmFacts,
  fn: number,
  input: Uint8Array,
): Uint8Array | undefined {
  const erase = (labels: boolean, note: string) =>
    passphraseInput.decode(input).match(({ passphrase }) => {
      if (!isZero(passphrase)) return statusOnly(INVALID_PASSPHRASE);
      wipe(state, recorder, dimm, labels, note);
      return statusOnly(DSM_STATUS.success);
    }, () => statusOnly(DSM_STATUS.invalidInput));
  switch (fn) {
    case LEAF_FUNCTION.securityState:
      return securityStateAnswer.encode({});
    case LEAF_FUNCTION.freeze:
    case LEAF_FUNCTION.queryOverwrite:
      return statusOnly(DSM_STATUS.success);
    case LEAF_FUNCTION.secureErase:
      return erase(false, "all data erased: the medium has a new key");
    case LEAF_FUNCTION.overwrite:
      return erase(true, "all data and labels overwritten");
    default:
      return undefined;
  }
}

/** Pages that were never written are zero already. A secure erase leaves the label area alone. */
function wipe(state: MachineState, recorder: Recorder, { handle }: DimmFacts, labels: boolean, note: string): void {
  const data = `${handle}:`;
  const label = `${handle}:l:`;
  for (const id of [...state.media.ids()]) {
    if (id.startsWith(data) && (labels || !id.startsWith(label))) state.media.delete(id);
  }
  const blank = { kind: "medium-write", handle, offset: 0, bytes: new Uint8Array(), note } as const;
  recorder.step({ ...blank, medium: "memory" });
  if (labels) recorder.step({ ...blank, medium: "label area" });
}
