/** What Xen keeps of a domain, and the list of them. One block a domain; nothing here knows hypercalls. */
import { DOMID, type ShutdownReason } from "../abi/hypercalls.ts";
import { type Blocks } from "../base/blocks.ts";
import { type Range } from "../base/range.ts";
import { type LeafOrder } from "./options.ts";

/** `pvh` is Xen's hvm without emulated devices: hypercalls that ask for HVM accept it. */
export type DomainType = "pv" | "hvm" | "pvh";

/** `dying`: teardown has begun and may be interrupted. A dead domain is gone from the list. */
export type DomainLife = "alive" | "dying";

export interface Domain {
  readonly domid: number;
  readonly uuid: string;
  readonly type: DomainType;
  /** Whether it may make privileged calls: dom0. */
  readonly privileged: boolean;
  /** XEN_DOMCTL_CDF_* it was created with. */
  readonly flags: number;
  readonly ssidref: number;
  readonly emulationFlags: number;
  readonly miscFlags: number;
  readonly cpupool: number;
  readonly maxVcpus: number;
  /** vCPUs that exist; max_vcpus makes them. */
  readonly vcpus: number;
  readonly maxPages: number;
  /** RAM pages owned; pmem and label pages are counted apart, as they are no RAM. */
  readonly ramPages: number;
  readonly pmemPages: number;
  readonly labelPages: number;
  /** Frames of the pool for second-level tables, and how many of them are tables. None for PV. */
  readonly pool: readonly Range[];
  readonly tablePages: number;
  /** The largest leaf its pmem may have. */
  readonly maxOrder: LeafOrder;
  /** The toolstack's pauses; a new domain has one. */
  readonly pauseCount: number;
  readonly creationFinished: boolean;
  readonly life: DomainLife;
  readonly shutdown: ShutdownReason | undefined;
  /** Guest-physical addresses of the virtual machine checks it got. */
  readonly machineChecks: readonly number[];
  /** Processor time used, nanoseconds; guests of the model do not run. */
  readonly cpuTime: bigint;
  /** Model time of creation, nanoseconds. */
  readonly createdAt: bigint;
}

/** A domain as it is born: paused once, without vCPUs, memory or pool. */
export const newDomain = (
  identity: Pick<Domain, "domid" | "uuid" | "type" | "maxVcpus" | "maxOrder" | "createdAt">,
): Domain => ({
  privileged: false,
  flags: 0,
  ssidref: 0,
  emulationFlags: 0,
  miscFlags: 0,
  cpupool: 0,
  vcpus: 0,
  maxPages: 0,
  ramPages: 0,
  pmemPages: 0,
  labelPages: 0,
  pool: [],
  tablePages: 0,
  pauseCount: 1,
  creationFinished: false,
  life: "alive",
  shutdown: undefined,
  machineChecks: [],
  cpuTime: 0n,
  ...identity,
});

export const isHvm = (domain: Domain): boolean => domain.type !== "pv";
export const isDying = (domain: Domain): boolean => domain.life === "dying";

const LIST = "domains";
const ROVER = "domid/rover";
const blockId = (domid: number): string => `domain/${domid}`;

export class Domains {
  constructor(private readonly state: Blocks<unknown>) {}

  /** Ascending. */
  get ids(): readonly number[] {
    return (this.state.get(LIST) as readonly number[] | undefined) ?? [];
  }

  get(domid: number): Domain | undefined {
    return this.state.get(blockId(domid)) as Domain | undefined;
  }

  /** All domains, by domid. */
  *all(): Generator<Domain> {
    for (const id of this.ids) yield this.get(id)!;
  }

  set(domain: Domain): void {
    if (!this.get(domain.domid)) this.state.set(LIST, [...this.ids, domain.domid].sort((a, b) => a - b));
    this.state.set(blockId(domain.domid), domain);
  }

  update(domid: number, change: Partial<Domain>): Domain {
    const domain = { ...this.get(domid)!, ...change };
    this.state.set(blockId(domid), domain);
    return domain;
  }

  remove(domid: number): void {
    this.state.set(LIST, this.ids.filter((id) => id !== domid));
    this.state.delete(blockId(domid));
  }

  /**
   * The next free domid behind the last one given out, round at 0x7ff0: a number comes back only when all others were
   * used. Undefined where all are taken. A number that is handed out is used up even if the domain is not made.
   */
  nextId(): number | undefined {
    const rover = (this.state.get(ROVER) as number | undefined) ?? 0;
    for (let step = 1; step < DOMID.first_reserved; step++) {
      const id = (rover + step - 1) % (DOMID.first_reserved - 1) + 1;
      if (this.get(id)) continue;
      this.state.set(ROVER, id);
      return id;
    }
    return undefined;
  }
}
