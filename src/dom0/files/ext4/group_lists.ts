/**
 * The groups that mballoc knows, in lists by the order of their largest chunk and of their average free run. A group that
 * moves goes to the end of its new list, so what is found first depends on the history since the mount.
 * Source: Linux 6.1 `fs/ext4/mballoc.c` mb_set_largest_free_order, mb_update_avg_fragment_size.
 */
import { floorLog2 } from "./buddy.ts";
import { type GroupSummary } from "./group_space.ts";

/** By order, the groups in their order. */
export type StoredLists = readonly (readonly number[])[];

class OrderLists {
  readonly #lists: Set<number>[];
  readonly #orderOf = new Map<number, number>();

  constructor(orders: number, stored: StoredLists) {
    this.#lists = Array.from({ length: orders }, (_, order) => new Set(stored[order]));
    this.#lists.forEach((list, order) => list.forEach((group) => this.#orderOf.set(group, order)));
  }

  has(group: number): boolean {
    return this.#orderOf.has(group);
  }

  /** `order` -1: in no list. */
  move(group: number, order: number): void {
    const old = this.#orderOf.get(group) ?? -1;
    if (old === order) return;
    if (old >= 0) this.#lists[old]!.delete(group);
    if (order < 0) {
      this.#orderOf.delete(group);
      return;
    }
    this.#lists[order]!.add(group);
    this.#orderOf.set(group, order);
  }

  /** Groups of an order and above, in the order in which they are looked at. */
  *from(order: number): Generator<number> {
    for (const list of this.#lists.slice(order)) yield* list;
  }

  stored(): StoredLists {
    return this.#lists.map((list) => [...list]);
  }
}

export interface StoredGroupLists {
  readonly largest: StoredLists;
  readonly average: StoredLists;
}

export const NO_GROUPS: StoredGroupLists = { largest: [], average: [] };

export class GroupLists {
  readonly largest: OrderLists;
  readonly average: OrderLists;

  constructor(private readonly orders: number, stored: StoredGroupLists) {
    this.largest = new OrderLists(orders, stored.largest);
    this.average = new OrderLists(orders, stored.average);
  }

  /** Whether the group's free blocks have been looked at since the mount. */
  knows(group: number): boolean {
    return this.largest.has(group);
  }

  update(group: number, { free, fragments, largestOrder }: GroupSummary): void {
    this.largest.move(group, largestOrder);
    this.average.move(group, fragments === 0 ? -1 : this.averageOrder(Math.floor(free / fragments)));
  }

  /** The list of runs of this length; those that would be too long for the last list are in it. */
  averageOrder(length: number): number {
    const order = floorLog2(length) - 1;
    return order < 0 ? 0 : Math.min(order, this.orders - 1);
  }

  stored(): StoredGroupLists {
    return { largest: this.largest.stored(), average: this.average.stored() };
  }
}
