/**
 * Translations that a processor may still hold after the table no longer has them. A change of a p2m makes them; a
 * flush, before the hypercall returns, ends them. Frames behind a stale translation must not be given to anyone else.
 */
import { overlaps, type Range } from "../base/range.ts";

export interface StaleTranslation {
  readonly domid: number;
  readonly gfns: Range;
  readonly mfns: Range;
}

export class StaleTranslations {
  readonly #pending: StaleTranslation[] = [];

  get pending(): readonly StaleTranslation[] {
    return this.#pending;
  }

  add(stale: readonly StaleTranslation[]): void {
    this.#pending.push(...stale);
  }

  /** Every processor drops what it holds of a domain. */
  flush(domid: number): void {
    const left = this.#pending.filter((stale) => stale.domid !== domid);
    this.#pending.splice(0, Infinity, ...left);
  }

  /** Throws where a frame would be reused while somebody may still reach it by an old translation. */
  assertNone(mfns: Range): void {
    const stale = this.#pending.find((s) => overlaps(s.mfns, mfns));
    if (stale) throw new Error(`frame ${stale.mfns.start} of domain ${stale.domid} is reused before a flush`);
  }
}
