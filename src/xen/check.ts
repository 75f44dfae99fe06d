/** Ordered checks as data: what the code runs is what `help hypercalls` prints. */
import { type Errno } from "../abi/errno.ts";

export interface CheckText {
  /** Undefined where the call has no way to say why: it stops and returns how far it got. */
  readonly errno: Errno | undefined;
  /** The condition that makes the call fail, as a clause: `smfn >= emfn`. */
  readonly when: string;
}

export interface Check<Context> extends CheckText {
  readonly errno: Errno;
  fails(context: Context): boolean;
}

/** The errno of the first check that fails, in the order of the list; undefined where none does. */
export function firstFailure<Context>(checks: readonly Check<Context>[], context: Context): Errno | undefined {
  return checks.find((check) => check.fails(context))?.errno;
}
