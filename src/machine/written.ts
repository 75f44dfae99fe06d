/** Where in a range something is stored. Media and RAM are sparse: this costs what there is, however long the range is. */
import { dpaToSpa } from "../acpi/mod.ts";
import { joined, type Range, range } from "../base/range.ts";
import { PAGE_SIZE } from "../base/units.ts";
import { type SpaDecoder } from "./spa_decoder.ts";
import { type MachineState } from "./state.ts";

/** SPA ranges, ascending and apart; whatever lies outside them in `wanted` is zero, or not there. */
export function writtenIn(state: MachineState, decoder: SpaDecoder, wanted: Range): Range[] {
  const found: Range[] = [];
  const take = (start: number, length: number): void => {
    const [from, to] = [Math.max(start, wanted.start), Math.min(start + length, wanted.end)];
    if (from < to) found.push({ start: from, end: to });
  };
  for (const id of state.ram.ids()) take(pageOf(id).page * PAGE_SIZE, PAGE_SIZE);
  for (const id of state.media.ids()) {
    const { medium, page } = pageOf(id);
    for (const piece of addressesOf(decoder, medium, page * PAGE_SIZE)) take(piece.start, piece.end - piece.start);
  }
  return joined(found);
}

/** `MEDIUM:NUMBER`, as media.ts names pages. */
function pageOf(id: string): { readonly medium: string; readonly page: number } {
  const colon = id.lastIndexOf(":");
  return { medium: id.slice(0, colon), page: Number(id.slice(colon + 1)) };
}

/** Where a page of a medium appears: in pieces where interleave lines are shorter than pages. */
function* addressesOf({ ranges }: SpaDecoder, medium: string, offset: number): Generator<Range> {
  for (const { index, window, set } of ranges) {
    if (medium === `spa${index}`) yield range(window.start + offset, PAGE_SIZE);
    if (!set) continue;
    for (let at = offset; at < offset + PAGE_SIZE;) {
      const place = dpaToSpa(set, Number(medium), at);
      const length = Math.min(place?.contiguous ?? LEAST_LINE, offset + PAGE_SIZE - at);
      if (place) yield range(place.spa, length);
      at += length;
    }
  }
}

/** Step over what a set does not map; no interleave has lines shorter than this. */
const LEAST_LINE = 64;
