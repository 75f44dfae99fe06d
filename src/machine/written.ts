/** Where in a range something is stored. Media and RAM are sparse: a long range costs what there is, a short one its pages. */
import { dpaToSpa } from "../acpi/mod.ts";
import { joined, lengthOf, type Range, range } from "../base/range.ts";
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { locate, type SpaDecoder } from "./spa_decoder.ts";
import { type MachineState } from "./state.ts";

/** SPA ranges, ascending and apart; whatever lies outside them in `wanted` is zero, or not there. */
export function writtenIn(state: MachineState, decoder: SpaDecoder, wanted: Range): Range[] {
  if (lengthOf(wanted) <= SHORT) return joined(storedPages(state, decoder, wanted));
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

/** Up to here every page of a range is looked up; beyond, every page there is. */
const SHORT = 16 * MiB;

/** The pages of a range that are stored, cut to it. */
function* storedPages(state: MachineState, decoder: SpaDecoder, wanted: Range): Generator<Range> {
  for (let at = wanted.start; at < wanted.end;) {
    const place = locate(decoder, at);
    const offset = place?.dpa ?? at;
    const inPage = PAGE_SIZE - (offset % PAGE_SIZE);
    const end = Math.min(at + Math.min(inPage, place?.run ?? inPage), wanted.end);
    const page = Math.floor(offset / PAGE_SIZE);
    if (place ? state.media.get(`${place.medium}:${page}`) : state.ram.get(`ram:${page}`)) yield { start: at, end };
    at = end;
  }
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
