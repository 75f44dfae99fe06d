/**
 * A guest's ACPI methods as its kernel calls them: what the AML of its SSDT does (NCAL, `_DSM`, `_FIT`; reference/nfit.md 7), by
 * the page and the port behind it.
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
  labelReadInput,
  labelSizeAnswer,
  labelWriteInput,
  LEAF_FUNCTION,
  READ_FIT_FUNCTION,
  readFitInput,
  ROOT_HANDLE,
  statusOf,
} from "../acpi/mod.ts";
import { concat } from "../base/bytes.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type AcpiDevices } from "./acpi_devices.ts";

/** A guest's memory and ports, as its own code reaches them. */
export interface GuestMachine {
  load(gpa: Gpa, length: number): Uint8Array | undefined;
  store(gpa: Gpa, bytes: Uint8Array): boolean;
  /** A write of four bytes to an I/O port. */
  out(port: number, value: number): void;
}

/** Rounds after which a list that keeps changing is given up. */
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

  /** All pieces of the list; undefined where it changed in between. */
  #readFit(): Uint8Array | undefined {
    const pieces: Uint8Array[] = [];
    for (let offset = 0;;) {
      const answer = this.#call(
        FIT_HANDLE,
        DSM_UUID.qemuFit,
        DSM_UUID.qemuFit,
        1,
        READ_FIT_FUNCTION,
        readFitInput.encode({ offset }),
      );
      const status = statusOf(answer);
      if (status === DSM_STATUS.fitChanged) return undefined;
      const piece = status === DSM_STATUS.success ? answer.subarray(4) : new Uint8Array();
      if (piece.length === 0) return concat(...pieces);
      pieces.push(piece);
      offset += piece.length;
    }
  }

  dsm(handle: number, uuid: string, revision: number, fn: number, input: Uint8Array): Uint8Array | undefined {
    const methods = handle === ROOT_HANDLE ? this.devices.root : this.devices.children.get(handle);
    if (!methods?.has("_DSM")) return undefined;
    return this.#call(handle, uuid, handle === ROOT_HANDLE ? DSM_UUID.root : DSM_UUID.intel, revision, fn, input);
  }

  labelMethods(handle: number): LabelMethods | undefined {
    const methods = this.devices.children.get(handle);
    if (!methods?.has("_LSI") || !methods.has("_LSR")) return undefined;
    const leaf = (fn: number, input: Uint8Array) => this.#call(handle, DSM_UUID.intel, DSM_UUID.intel, 1, fn, input);
    return {
      lsi: () =>
        labelSizeAnswer.decode(leaf(LEAF_FUNCTION.getLabelSize, new Uint8Array())).match(
          ({ status, areaSize, maxTransfer }) => ({ status, size: areaSize, maxTransfer }),
          () => ({ status: DSM_STATUS.unsupported, size: 0, maxTransfer: 0 }),
        ),
      lsr: (offset, length) => {
        const answer = leaf(LEAF_FUNCTION.getLabelData, labelReadInput.encode({ offset, length }));
        return { status: statusOf(answer) ?? DSM_STATUS.unsupported, bytes: answer.slice(4) };
      },
      lsw: methods.has("_LSW")
        ? (offset, data) => {
          const input = labelWriteInput.encode({ offset, length: data.length, data });
          return statusOf(leaf(LEAF_FUNCTION.setLabelData, input)) ?? DSM_STATUS.unsupported;
        }
        : undefined,
    };
  }

  /** NCAL: a UUID that does not belong to the handle, or a page that was never placed, is answered by the AML itself. */
  #call(handle: number, uuid: string, expected: string, revision: number, fn: number, input: Uint8Array): Uint8Array {
    const { page } = this.devices;
    const own = Uint8Array.of(fn === 0 ? 0 : DSM_STATUS.unsupported);
    if (page === undefined || uuid !== expected) return own;
    if (!this.machine.store(page as Gpa, encodeRequest(handle, revision, fn, input))) return own;
    this.machine.out(DSM_PORT, page);
    const answer = this.machine.load(page as Gpa, PAGE_SIZE);
    return answer ? decodeAnswer(answer).map((bytes) => bytes.slice()).unwrapOr(own) : own;
  }
}
