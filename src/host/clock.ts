/** Model time: a component of the host, in nanoseconds since the epoch, that advances only by declared costs. */
import { type Clock } from "../abi/ports.ts";
import { type Blocks } from "../base/blocks.ts";

export class ModelClock implements Clock {
  constructor(private readonly state: Blocks<bigint>) {}

  now(): bigint {
    return this.state.get("now") ?? 0n;
  }

  advance(nanoseconds: bigint): void {
    this.state.set("now", this.now() + nanoseconds);
  }

  set(nanoseconds: bigint): void {
    this.state.set("now", nanoseconds);
  }
}
