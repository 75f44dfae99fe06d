/** Sparse media: pages that were never written read as zeros and take no room. */
import { type Blocks } from "../base/blocks.ts";
import { isZero } from "../base/bytes.ts";
import { PAGE_SIZE } from "../base/units.ts";

const ZEROS = new Uint8Array(PAGE_SIZE);

/** Reads `length` bytes at `offset` of the medium whose pages are named `PREFIX:NUMBER`. */
export function readPages(pages: Blocks<Uint8Array>, prefix: string, offset: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (const piece of pieces(offset, length)) {
    const page = pages.get(`${prefix}:${piece.page}`);
    if (page) out.set(page.subarray(piece.within, piece.within + piece.length), piece.at);
  }
  return out;
}

/** Writes bytes; a page that becomes all zeros is given back. */
export function writePages(pages: Blocks<Uint8Array>, prefix: string, offset: number, bytes: Uint8Array): void {
  for (const piece of pieces(offset, bytes.length)) {
    const id = `${prefix}:${piece.page}`;
    const page = (pages.get(id) ?? ZEROS).slice();
    page.set(bytes.subarray(piece.at, piece.at + piece.length), piece.within);
    if (!isZero(page)) pages.set(id, page);
    else if (pages.get(id)) pages.delete(id);
  }
}

interface Piece {
  readonly page: number;
  /** Offset in the page. */
  readonly within: number;
  /** Offset in the caller's bytes. */
  readonly at: number;
  readonly length: number;
}

function* pieces(offset: number, length: number): Generator<Piece> {
  let at = 0;
  while (at < length) {
    const page = Math.floor((offset + at) / PAGE_SIZE);
    const within = (offset + at) % PAGE_SIZE;
    const size = Math.min(PAGE_SIZE - within, length - at);
    yield { page, within, at, length: size };
    at += size;
  }
}
