/** Firmware's side of `_DSM`, `_LSx` and `_FIT`: answers as the captured machine's firmware did, over the modeled media. */
import { type Firmware, type LabelMethods } from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import {
  DSM_STATUS,
  DSM_UUID,
  labelReadAnswer,
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  LEAF_FUNCTION,
  statusOnly,
} from "../acpi/mod.ts";
import { type LabelRefusal, LabelStorage } from "./label_storage.ts";
import { type Range } from "../base/range.ts";
import { answerRoot } from "./root_dsm.ts";
import { answerSecurity } from "./security.ts";
import { answerHealth } from "./smart.ts";
import { type DimmFacts, type MachineFacts, type MachineState } from "./state.ts";

/** Status of a refused label transfer through `_DSM` and through `_LSx` (3 there means locked; dsm.md sections 2, 6, 7). */
const DSM_REFUSAL: Record<LabelRefusal, number> = {
  "no label area": DSM_STATUS.unsupported,
  "out of bounds": DSM_STATUS.invalidInput,
  "too long": DSM_STATUS.invalidInput,
  locked: 0x10000 | DSM_STATUS.hardwareError,
};
const LSX_REFUSAL: Record<LabelRefusal, number> = { "no label area": 1, "out of bounds": 1, "too long": 1, locked: 3 };

/** ACPI's answer for a UUID or revision that the method does not know: function 0 gives no functions, others one byte. */
const unknownCall = (fn: number): Uint8Array => Uint8Array.of(fn === 0 ? 0 : 1);

export class MachineFirmware implements Firmware {
  constructor(
    private readonly state: MachineState,
    private readonly facts: MachineFacts,
    private readonly recorder: Recorder,
    /** Zeroes memory by SPA: what clearing an error leaves behind. */
    private readonly zero: (r: Range) => void,
  ) {}

  fit(): Uint8Array | undefined {
    const table = this.state.tables.get("FIT") ?? this.state.tables.get("NFIT")?.subarray(40);
    return this.facts.root.hasFit ? table : undefined;
  }

  children(): readonly number[] {
    return [...this.state.dimms.ids()].map(Number).sort((a, b) => a - b);
  }

  dsm(
    handle: number,
    uuid: string,
    revision: number,
    fn: number,
    input: Uint8Array,
    note = "label data",
  ): Uint8Array | undefined {
    if (handle === 0) return this.#root(uuid, revision, fn, input);
    const dimm = this.state.dimms.get(String(handle));
    if (!dimm) return undefined;
    const family = dimm.families.find((f) => f.uuid === uuid);
    if (!family) return unknownCall(fn);
    if (fn === 0) return bitmap(family.mask);
    if ((family.mask & (2 ** fn)) === 0) return statusOnly(DSM_STATUS.unsupported);
    if (uuid !== DSM_UUID.intel) return statusOnly(DSM_STATUS.unsupported);
    if (fn >= 4 && fn <= 6) return this.#labels(dimm, fn, input, note);
    return answerHealth(this.state, dimm, fn, input) ?? answerSecurity(this.state, this.recorder, dimm, fn, input) ??
      statusOnly(DSM_STATUS.unsupported);
  }

  labelMethods(handle: number): LabelMethods | undefined {
    const dimm = this.state.dimms.get(String(handle));
    if (!dimm?.labelMethods) return undefined;
    const storage = new LabelStorage(this.state, dimm, this.recorder);
    return {
      lsi: () => ({ status: 0, size: storage.size, maxTransfer: storage.maxTransfer }),
      lsr: (offset, length) => {
        const refusal = storage.refusal(offset, length);
        return refusal
          ? { status: LSX_REFUSAL[refusal], bytes: new Uint8Array() }
          : { status: 0, bytes: storage.read(offset, length) };
      },
      lsw: (offset, bytes, note) => {
        const refusal = storage.refusal(offset, bytes.length);
        if (refusal) return LSX_REFUSAL[refusal];
        storage.write(offset, bytes, note);
        return 0;
      },
    };
  }

  #root(uuid: string, revision: number, fn: number, input: Uint8Array): Uint8Array | undefined {
    if (uuid !== DSM_UUID.root || revision !== 1) return unknownCall(fn);
    const { dsmMask } = this.facts.root;
    if (fn === 0) return bitmap(dsmMask);
    if ((dsmMask & (2 ** fn)) === 0) return statusOnly(DSM_STATUS.unsupported);
    return answerRoot(this.state, this.facts, fn, input, this.zero) ?? statusOnly(DSM_STATUS.unsupported);
  }

  /** Functions 4 (size), 5 (get) and 6 (set) of the Intel family: dsm.md section 4. */
  #labels(dimm: DimmFacts, fn: number, input: Uint8Array, note: string): Uint8Array {
    const storage = new LabelStorage(this.state, dimm, this.recorder);
    const invalid = statusOnly(DSM_STATUS.invalidInput);
    if (fn === LEAF_FUNCTION.getLabelSize) {
      const status = dimm.locked ? DSM_REFUSAL.locked : DSM_STATUS.success;
      const { size: areaSize, maxTransfer } = storage;
      return labelSizeAnswer.encode(dimm.locked ? { status } : { status, areaSize, maxTransfer });
    }
    if (fn === LEAF_FUNCTION.getLabelData) {
      return labelReadInput.decode(input).match(({ offset, length }) => {
        const refusal = storage.refusal(offset, length);
        return refusal
          ? statusOnly(DSM_REFUSAL[refusal])
          : labelReadAnswer.encode({ data: storage.read(offset, length) });
      }, () => invalid);
    }
    return labelWriteInput.decode(input).match(({ offset, length, data }) => {
      const refusal = storage.refusal(offset, length);
      if (refusal) return statusOnly(DSM_REFUSAL[refusal]);
      if (data.length < length) return invalid;
      storage.write(offset, data.subarray(0, length), note);
      return statusOnly(DSM_STATUS.success);
    }, () => invalid);
  }
}

/** A function mask as the shortest little-endian buffer, at least one byte. */
function bitmap(mask: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = mask; rest > 0 || bytes.length === 0; rest = Math.floor(rest / 256)) bytes.push(rest % 256);
  return Uint8Array.from(bytes);
}
