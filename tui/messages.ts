/** What comes in (messages) and what goes out (effects). Both are plain values; `app/` turns them into events and acts. */
import type { Completion, HostSnapshot, Ran, Rehearsal } from "../src/command/language/console_host.ts";
import { type Model, type Size } from "./model.ts";

export type Message =
  /** A key by its name: `a`, `A`, `enter`, `ctrl+c`, `shift+tab`, `f1`; printable characters name themselves. */
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "paste"; readonly text: string }
  | {
    readonly kind: "mouse";
    readonly what: "press" | "wheel-up" | "wheel-down";
    readonly x: number;
    readonly y: number;
  }
  | { readonly kind: "resized"; readonly size: Size }
  | { readonly kind: "committed"; readonly snapshot: HostSnapshot }
  | { readonly kind: "completed"; readonly line: string; readonly completion: Completion }
  | {
    readonly kind: "progress";
    readonly ticket: number;
    readonly progress: { readonly what: string; readonly done: number; readonly total: number };
  }
  | { readonly kind: "rehearsed"; readonly ticket: number; readonly rehearsal: Rehearsal }
  | { readonly kind: "ran"; readonly ticket: number; readonly ran: Ran; readonly snapshot: HostSnapshot };

export type Effect =
  | { readonly kind: "rehearse"; readonly ticket: number; readonly lines: readonly string[] }
  | {
    readonly kind: "run";
    readonly ticket: number;
    readonly lines: readonly string[];
    readonly confirmed: string | undefined;
  }
  /** Stops what is under way; its fork is dropped. */
  | { readonly kind: "cancel" }
  | { readonly kind: "complete"; readonly line: string; readonly cursor: number }
  | { readonly kind: "copy"; readonly text: string }
  | { readonly kind: "quit" };

export type Step = readonly [Model, readonly Effect[]];
export const stay = (model: Model, ...effects: readonly Effect[]): Step => [model, effects];
