/** Xen's components over one set of blocks. Hypercall handlers work on these; nobody outside this folder sees them. */
import { ConsoleRing } from "./console_ring.ts";
import { type Domain, Domains } from "./domain.ts";
import { FrameTable } from "./frame_table.ts";
import { Heap } from "./heap.ts";
import { type Numa, readNuma } from "./numa.ts";
import { DEFAULT_PREEMPT_PAGES, type XenOptions } from "./options.ts";
import { P2m } from "./p2m.ts";
import { Regions } from "./regions.ts";
import { type StaleTranslation, StaleTranslations } from "./stale_translations.ts";

export class Core {
  readonly regions: Regions;
  readonly frames: FrameTable;
  readonly heap: Heap;
  readonly domains: Domains;
  readonly console: ConsoleRing;
  readonly stale = new StaleTranslations();
  readonly #p2ms = new Map<number, P2m>();
  #numa: Numa | undefined;

  constructor(readonly options: XenOptions) {
    this.regions = new Regions(options.state);
    this.frames = new FrameTable(options.state);
    this.heap = new Heap(options.state);
    this.domains = new Domains(options.state);
    this.console = new ConsoleRing(options.state);
  }

  get preemptPages(): number {
    return this.options.preemptPages ?? DEFAULT_PREEMPT_PAGES;
  }

  get numa(): Numa {
    return this.#numa ??= readNuma(this.options.tables.srat);
  }

  p2m(domid: number): P2m {
    let p2m = this.#p2ms.get(domid);
    if (!p2m) this.#p2ms.set(domid, p2m = new P2m(this.options.state, domid));
    return p2m;
  }

  /** Second-level tables go with the domain; what is stale then is returned. */
  disposeP2m({ domid }: Domain): StaleTranslation[] {
    const stale = this.p2m(domid).dispose();
    this.#p2ms.delete(domid);
    return stale;
  }

  /** Writes changed maps into the blocks; before anyone else reads them. */
  save(): void {
    this.frames.save();
    for (const p2m of this.#p2ms.values()) p2m.save();
  }
}
