/**
 * A DIMM's label area through firmware, in transfers as long as firmware takes, with firmware's status as errno. By the Intel
 * family's functions 4, 5, 6 or by `_LSI`, `_LSR`, `_LSW`.
 * Source: Linux 6.1 `drivers/nvdimm/dimm_devs.c` nvdimm_init_nsarea, nvdimm_get_config_data, nvdimm_set_config_data;
 * `drivers/acpi/nfit/core.c` xlat_nvdimm_status.
 */
import { err, ok, type Result } from "neverthrow";
import {
  DSM_UUID,
  labelReadAnswer,
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  LEAF_FUNCTION,
  statusOf,
} from "../acpi/mod.ts";
import { type Errno } from "../abi/errno.ts";
import { concat } from "../base/bytes.ts";
import { type Kernel } from "./kernel.ts";
import { type DimmTopology } from "./topology.ts";

/** `nd_cmd_get_config_size`. */
export interface AreaSize {
  readonly size: number;
  readonly maxTransfer: number;
  /** Firmware says that the DIMM's capacity is locked; the label area may be readable all the same. */
  readonly locked: boolean;
}

/** Function 4's extended status bit for locked capacity (ND_CONFIG_LOCKED), and what `_LSR` and `_LSW` say of it. */
const LOCKED_STATUS = 0x10000;
const METHOD_LOCKED = 3;

/** Size of the area. -ENOTTY without the command, -EIO for a status that is neither success nor locked. */
export function labelAreaSize(kernel: Kernel, dimm: DimmTopology): Result<AreaSize, Errno> {
  const { labels, commands } = kernel.commands(dimm);
  if (!commands.has("get_size") || !labels) return err("ENOTTY");
  if (labels === "methods") {
    const { status, size, maxTransfer } = kernel.parts.firmware.labelMethods(dimm.handle)!.lsi();
    return status === 0 ? ok({ size, maxTransfer, locked: false }) : err("EIO");
  }
  const reply = call(kernel, dimm, LEAF_FUNCTION.getLabelSize, new Uint8Array());
  const status = reply && statusOf(reply);
  if (status === undefined) return err("ENXIO");
  const locked = (status & LOCKED_STATUS) !== 0;
  if (status !== 0 && !locked) return err("EIO");
  return labelSizeAnswer.decode(reply!)
    .map(({ areaSize, maxTransfer }) => ({ size: areaSize, maxTransfer, locked }))
    .mapErr((): Errno => "ENXIO");
}

/** `length` bytes at `offset`. -ENXIO past the end of the area. */
export function readLabels(
  kernel: Kernel,
  dimm: DimmTopology,
  offset: number,
  length: number,
): Result<Uint8Array, Errno> {
  return labelAreaSize(kernel, dimm).andThen((area) => {
    if (offset + length > area.size || area.maxTransfer === 0) return err<Uint8Array, Errno>("ENXIO");
    const parts: Uint8Array[] = [];
    for (let at = 0; at < length; at += area.maxTransfer) {
      const part = readOnce(kernel, dimm, offset + at, Math.min(area.maxTransfer, length - at));
      if (part.isErr()) return err<Uint8Array, Errno>(part.error);
      parts.push(part.value);
    }
    return ok(concat(...parts));
  });
}

/** Writes `bytes` at `offset`; `note` says in words what they are. A failure half way leaves what was written. */
export function writeLabels(
  kernel: Kernel,
  dimm: DimmTopology,
  offset: number,
  bytes: Uint8Array,
  note: string,
): Result<void, Errno> {
  if (!kernel.commands(dimm).commands.has("set_data")) return err("ENOTTY");
  return labelAreaSize(kernel, dimm).andThen((area) => {
    if (offset + bytes.length > area.size || area.maxTransfer === 0) return err<void, Errno>("ENXIO");
    for (let at = 0; at < bytes.length; at += area.maxTransfer) {
      const part = bytes.subarray(at, Math.min(at + area.maxTransfer, bytes.length));
      const written = writeOnce(kernel, dimm, offset + at, part, note);
      if (written.isErr()) return written;
    }
    return ok();
  });
}

function readOnce(kernel: Kernel, dimm: DimmTopology, offset: number, length: number): Result<Uint8Array, Errno> {
  if (kernel.commands(dimm).labels === "methods") {
    const { status, bytes } = kernel.parts.firmware.labelMethods(dimm.handle)!.lsr(offset, length);
    return status === 0 ? ok(bytes) : err(methodErrno(status));
  }
  const reply = call(kernel, dimm, LEAF_FUNCTION.getLabelData, labelReadInput.encode({ offset, length }));
  return checked(reply).andThen((whole) => {
    const { data } = labelReadAnswer.decode(whole)._unsafeUnwrap();
    return data.length >= length ? ok(data.subarray(0, length)) : err<Uint8Array, Errno>("ENXIO");
  });
}

function writeOnce(
  kernel: Kernel,
  dimm: DimmTopology,
  offset: number,
  bytes: Uint8Array,
  note: string,
): Result<void, Errno> {
  if (kernel.commands(dimm).labels === "methods") {
    const status = kernel.parts.firmware.labelMethods(dimm.handle)!.lsw!(offset, bytes, note);
    return status === 0 ? ok() : err(methodErrno(status));
  }
  const input = labelWriteInput.encode({ offset, length: bytes.length, data: bytes });
  return checked(call(kernel, dimm, LEAF_FUNCTION.setLabelData, input, note)).map(() => undefined);
}

const call = (
  kernel: Kernel,
  dimm: DimmTopology,
  fn: number,
  input: Uint8Array,
  note?: string,
): Uint8Array | undefined => kernel.parts.firmware.dsm(dimm.handle, DSM_UUID.intel, 1, fn, input, note);

/** The answer, once its status is success. */
function checked(reply: Uint8Array | undefined): Result<Uint8Array, Errno> {
  const status = reply && statusOf(reply);
  if (status === undefined) return err("ENXIO");
  return status === 0 ? ok(reply!) : err("EIO");
}

const methodErrno = (status: number): Errno => (status === METHOD_LOCKED ? "EACCES" : "EIO");
