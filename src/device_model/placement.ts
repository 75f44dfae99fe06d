/**
 * Where QEMU puts memory devices (`hw/mem/memory-device.c`, `hw/i386/pc.c`): in a window above all RAM, each at the first free
 * address, aligned to its backend's page size. An address that was asked for is taken if it is free.
 */
import { err, ok, type Result } from "neverthrow";
import { GPA_LIMIT, memoryDeviceBase, type RamLayout } from "../abi/hvm_layout.ts";
import { alignUp } from "../base/quantity.ts";
import { contains, overlaps, type Range, range } from "../base/range.ts";
import { GiB, hex, PAGE_SIZE } from "../base/units.ts";

/** The window: room for all of maxmem beyond RAM, and a GiB per slot so that each device may be aligned to one. */
export function deviceWindow(ram: RamLayout, ramBytes: number, maxmem: number, slots: number): Range {
  return range(memoryDeviceBase(ram), alignUp(maxmem, PAGE_SIZE) - ramBytes + slots * GiB);
}

/** An address for `size` bytes beside what is `taken`; the error is QEMU's. */
export function place(
  window: Range,
  taken: readonly Range[],
  size: number,
  asked: number | undefined,
  id: string,
): Result<number, string> {
  if (asked !== undefined) {
    const wanted = range(asked, size);
    if (asked % PAGE_SIZE !== 0) return err(`address must be aligned to 0x${PAGE_SIZE.toString(16)} bytes`);
    if (!contains(window, wanted)) {
      return err(`can't add memory device [${hex(asked)}:${hex(size)}], usable range is ${text(window)}`);
    }
    if (taken.some((other) => overlaps(other, wanted))) {
      return err(`address range conflicts with memory device id='${id}'`);
    }
    return ok(asked);
  }
  let at = window.start;
  for (const other of [...taken].sort((a, b) => a.start - b.start)) {
    if (overlaps(range(at, size), other)) at = alignUp(other.end, PAGE_SIZE);
  }
  if (at + size > window.end || at + size > GPA_LIMIT) {
    return err(
      `could not find position in guest address space for memory device - memory fragmented due to alignments`,
    );
  }
  return ok(at);
}

const text = ({ start, end }: Range): string => `[${hex(start)}:${hex(end - start)}]`;
