/**
 * What answers a guest's `_DSM`: requests to QEMU's root device, to its NVDIMMs, and to the private device that reads `_FIT`
 * (QEMU 7.2 `hw/acpi/nvdimm.c` nvdimm_dsm_write; reference/dsm.md 6).
 */
import {
  DSM_STATUS,
  type DsmRequest,
  FIT_HANDLE,
  fitPage,
  functionBitmap,
  labelReadAnswer,
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  LEAF_FUNCTION,
  MAX_LABEL_TRANSFER,
  qemuHandle,
  READ_FIT_FUNCTION,
  readFitInput,
  ROOT_HANDLE,
  statusOnly,
} from "../acpi/mod.ts";
import { viewOf } from "../base/bytes.ts";
import { type LabelArea } from "./label_area.ts";
import { type NvdimmDevice } from "./state.ts";

const REVISION = 1;
const LABEL_FUNCTIONS = [LEAF_FUNCTION.getLabelSize, LEAF_FUNCTION.getLabelData, LEAF_FUNCTION.setLabelData];

/** What the service needs of the device model. */
export interface DsmBackend {
  readonly devices: readonly NvdimmDevice[];
  readonly fitDirty: boolean;
  fit(): Uint8Array;
  /** The guest has begun to read the list anew. */
  fitRead(): void;
  labels(device: NvdimmDevice): LabelArea;
}

/** The answer's payload. */
export function answerDsm(backend: DsmBackend, { handle, revision, fn, argument }: DsmRequest): Uint8Array {
  if (revision !== REVISION) return statusOnly(DSM_STATUS.unsupported);
  if (handle === FIT_HANDLE) return answerFit(backend, fn, argument);
  if (handle === ROOT_HANDLE) return fn === 0 ? word(0) : statusOnly(DSM_STATUS.unsupported);
  const device = backend.devices.find(({ slot }) => qemuHandle(slot) === handle);
  if (fn === 0) return word(device && device.labelSize > 0 ? functionBitmap(LABEL_FUNCTIONS) : 0);
  if (!device) return statusOnly(DSM_STATUS.noSuchDevice);
  if (device.labelSize === 0) return statusOnly(DSM_STATUS.unsupported);
  return answerLabels(device, backend.labels(device), fn, argument);
}

function answerFit(backend: DsmBackend, fn: number, argument: Uint8Array): Uint8Array {
  if (fn === 0) return word(functionBitmap([READ_FIT_FUNCTION]));
  if (fn !== READ_FIT_FUNCTION) return statusOnly(DSM_STATUS.unsupported);
  const { offset } = readFitInput.decode(argument)._unsafeUnwrap();
  const fit = backend.fit();
  const page = fitPage(fit, offset, backend.fitDirty);
  if (offset === 0) backend.fitRead();
  return page;
}

function answerLabels(device: NvdimmDevice, labels: LabelArea, fn: number, argument: Uint8Array): Uint8Array {
  switch (fn) {
    case LEAF_FUNCTION.getLabelSize:
      return labelSizeAnswer.encode({
        status: DSM_STATUS.success,
        areaSize: device.labelSize,
        maxTransfer: MAX_LABEL_TRANSFER,
      });
    case LEAF_FUNCTION.getLabelData: {
      const { offset, length } = labelReadInput.decode(argument)._unsafeUnwrap();
      if (!fits(device, offset, length)) return statusOnly(DSM_STATUS.invalidInput);
      return labels.read(offset, length).match(
        (data) => labelReadAnswer.encode({ status: DSM_STATUS.success, data }),
        () => statusOnly(DSM_STATUS.unsupported),
      );
    }
    case LEAF_FUNCTION.setLabelData: {
      const { offset, length, data } = labelWriteInput.decode(argument)._unsafeUnwrap();
      if (!fits(device, offset, length)) return statusOnly(DSM_STATUS.invalidInput);
      return labels.write(offset, data.subarray(0, length)).match(
        () => statusOnly(DSM_STATUS.success),
        () => statusOnly(DSM_STATUS.unsupported),
      );
    }
    default:
      return statusOnly(DSM_STATUS.unsupported);
  }
}

const fits = (device: NvdimmDevice, offset: number, length: number): boolean =>
  length <= MAX_LABEL_TRANSFER && offset + length <= device.labelSize;

function word(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  viewOf(bytes).setUint32(0, value, true);
  return bytes;
}
