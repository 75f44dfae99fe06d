/**
 * A guest's ACPI methods as its kernel calls them: what the AML of its SSDT does (`_DSM` and NCAL, `_FIT`, `_LSI`, `_LSR`, `_LSW`;
 * reference/nfit.md 7), through the page in its memory and the port behind which the device model answers.
 */
import { type Gpa } from "../abi/address.ts";
import { type Firmware, type LabelMethods } from "../abi/ports.ts";
import {
  decodeAnswer,
  DSM_PORT,
  DSM_STATUS,
  DSM_UUID,
  encodeRequest,
  FIT_HANDLE,
  labelReadAnswer,
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  LEAF_FUNCTION,
  READ_FIT_FUNCTION,
  readFitAnswer,
  readFitInput,
  ROOT_HANDLE,
  statusOf,
} from "../acpi/mod.ts";
import { concat } from "../base/bytes.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type AcpiDevices } from "./acpi_devices.ts";

/** A guest's memory and ports, as its own code reaches them. */
export interface GuestMachine {
  /** Undefined where nothing answers. */
  load(gpa: Gpa, length: number): Uint8Array | undefined;
  store(gpa: Gpa, bytes: Uint8Array): boolean;
  /** A write of four bytes to an I/O port. */
  out(port: number, value: number): void;
}

/** Revision of every function that QEMU answers. */
const REVISION = 1;
/** Rounds after which a list that keeps changing is given up; the AML itself would go on for ever. */
const MOST_RESTARTS = 16;

export class GuestFirmware implements Firmware {
  constructor(private readonly machine: GuestMachine, private readonly devices: AcpiDevices) {}

  children(): readonly number[] {
    return [...this.devices.children.keys()];
  }

  fit(): Uint8Array | undefined {
    if (!this.devices.root.has("_FIT")) return undefined;
    for (let round = 0; round < MOST_RESTARTS; round++) {
      const whole = this.#readFit();
      if (whole) return whole;
    }
    return new Uint8Array();
  }

  dsm(handle: number, uuid: string, revision: number, fn: number, input: Uint8Array): Uint8Array | undefined {
    if (handle === ROOT_HANDLE) {
      return this.devices.root.has("_DSM") ? this.#dsmOf(handle, DSM_UUID.root, uuid, revision, fn, input) : undefined;
    }
    const hasDsm = this.devices.children.get(handle)?.has("_DSM");
    return hasDsm ? this.#dsmOf(handle, DSM_UUID.intel, uuid, revision, fn, input) : undefined;
  }

  labelMethods(handle: number): LabelMethods | undefined {
    const methods = this.devices.children.get(handle);
    if (!methods?.has("_LSI") || !methods.has("_LSR")) return undefined;
    const leaf = (fn: number, input: Uint8Array): Uint8Array => this.#call(handle, REVISION, fn, input);
    return {
      lsi: () => {
        const answer = leaf(LEAF_FUNCTION.getLabelSize, new Uint8Array());
        return labelSizeAnswer.decode(answer).match(
          ({ status, areaSize, maxTransfer }) => ({ status, size: areaSize, maxTransfer }),
          () => ({ status: statusOf(answer) ?? DSM_STATUS.unsupported, size: 0, maxTransfer: 0 }), // the status alone
        );
      },
      lsr: (offset, length) =>
        labelReadAnswer.decode(leaf(LEAF_FUNCTION.getLabelData, labelReadInput.encode({ offset, length }))).match(
          ({ status, data }) => ({ status, bytes: data }),
          () => ({ status: DSM_STATUS.unsupported, bytes: new Uint8Array() }),
        ),
      lsw: methods.has("_LSW")
        ? (offset, data) => {
          const input = labelWriteInput.encode({ offset, length: data.length, data });
          return statusOf(leaf(LEAF_FUNCTION.setLabelData, input)) ?? DSM_STATUS.unsupported;
        }
        : undefined,
    };
  }

  /** `_FIT`'s loop over RFIT. Undefined where the list changed in between, so that it starts over. */
  #readFit(): Uint8Array | undefined {
    const pieces: Uint8Array[] = [];
    for (let offset = 0;;) {
      const answer = this.#call(FIT_HANDLE, REVISION, READ_FIT_FUNCTION, readFitInput.encode({ offset }));
      const piece = readFitAnswer.decode(answer).unwrapOr(undefined);
      if (piece?.status === DSM_STATUS.fitChanged) return undefined;
      // Any other failure ends the list as its end does.
      if (piece?.status !== DSM_STATUS.success || piece.data.length === 0) return concat(...pieces);
      pieces.push(piece.data);
      offset += piece.data.length;
    }
  }

  /** A UUID that is not the object's is answered by the AML itself. */
  #dsmOf(handle: number, own: string, uuid: string, revision: number, fn: number, input: Uint8Array): Uint8Array {
    return uuid === own ? this.#call(handle, revision, fn, input) : refusedByAml(fn);
  }

  /** NCAL: the request into the page, its address to the port, the answer out of the page. */
  #call(handle: number, revision: number, fn: number, input: Uint8Array): Uint8Array {
    const { machine, devices: { page } } = this;
    if (page === undefined) return refusedByAml(fn);
    const at = page as Gpa;
    if (!machine.store(at, encodeRequest(handle, revision, fn, input))) return refusedByAml(fn);
    machine.out(DSM_PORT, page);
    const answer = machine.load(at, PAGE_SIZE);
    return answer
      ? decodeAnswer(answer).map((payload) => payload.slice()).unwrapOr(refusedByAml(fn))
      : refusedByAml(fn);
  }
}

/** ACPI's answer for what a method does not know: no functions, or one byte "not supported". */
const refusedByAml = (fn: number): Uint8Array => Uint8Array.of(fn === 0 ? 0 : DSM_STATUS.unsupported);
