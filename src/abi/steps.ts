/** What a command does to the world outside its own process, recorded while it runs on a fork. */
import { type Domid } from "./address.ts";
import { type Errno } from "./errno.ts";

export type Step =
  /** One write that reached a medium: a label area, or the memory of a DIMM. */
  | {
    readonly kind: "medium-write";
    readonly medium: "label area" | "memory";
    readonly handle: number;
    readonly offset: number;
    readonly bytes: Uint8Array;
    /** What the writer said it writes: `index block 1, seq 3`, `label slot 4`, `PFN info block`. */
    readonly note: string;
  }
  | {
    readonly kind: "hypercall";
    readonly caller: Domid;
    readonly number: number;
    readonly name: string;
    readonly input: Uint8Array;
    readonly output: Uint8Array;
    readonly result: number | Errno;
    readonly restarts: number;
  }
  /** Something dom0's kernel or filesystems did: bind, mount, create a file. */
  | { readonly kind: "dom0"; readonly what: string; readonly target: string }
  /** A change in a domain's life. */
  | { readonly kind: "domain"; readonly what: string; readonly domain: string };

/** Data that would be gone if the command were kept. */
export interface Loss {
  readonly object: string;
  readonly owner: string | undefined;
  readonly bytes: number;
  /** Identity a confirmation binds to: a UUID or a frame range. */
  readonly identity: string;
}

/** Where models report their steps and losses; a fork owns one. */
export interface Recorder {
  step(step: Step): void;
  loss(loss: Loss): void;
}
