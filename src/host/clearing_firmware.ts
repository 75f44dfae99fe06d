/**
 * dom0's firmware, with an ear for errors that it clears: a frame without any error left is no longer broken to Xen (model
 * section 6). On a real machine dom0 would have to tell.
 */
import { type Firmware, type LabelMethods } from "../abi/ports.ts";
import { DSM_UUID, ROOT_FUNCTION, ROOT_HANDLE } from "../acpi/mod.ts";
import { type Range, without } from "../base/range.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type HostFacts } from "./facts.ts";
import { type Machine } from "../machine/mod.ts";
import { type Xen } from "../xen/mod.ts";

const CLEARING: readonly number[] = [ROOT_FUNCTION.clearError, ROOT_FUNCTION.clearInjected];

export class ClearingFirmware implements Firmware {
  constructor(
    private readonly machine: Machine,
    private readonly xen: Xen,
    private readonly management: HostFacts["management"],
  ) {}

  /** Where Xen owns pmem it hides the NFIT from dom0, and what tells the same. */
  fit(): Uint8Array | undefined {
    return this.management === "xen" ? undefined : this.machine.firmware.fit();
  }
  children(): readonly number[] {
    return this.machine.firmware.children();
  }
  labelMethods(handle: number): LabelMethods | undefined {
    return this.machine.firmware.labelMethods(handle);
  }

  dsm(handle: number, uuid: string, revision: number, fn: number, input: Uint8Array, note?: string) {
    const answer = this.machine.firmware.dsm(handle, uuid, revision, fn, input, note);
    if (handle === ROOT_HANDLE && uuid === DSM_UUID.root && CLEARING.includes(fn)) this.#mend();
    return answer;
  }

  #mend(): void {
    if (this.xen.broken.length === 0) return;
    const bad = this.machine.poison().map(framesOf);
    for (const marked of this.xen.broken) {
      for (const sound of without(marked, bad)) this.xen.clearBroken(sound);
    }
  }
}

const framesOf = ({ start, length }: { readonly start: number; readonly length: number }): Range => ({
  start: Math.floor(start / PAGE_SIZE),
  end: Math.ceil((start + length) / PAGE_SIZE),
});
