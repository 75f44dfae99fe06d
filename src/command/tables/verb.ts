/**
 * Verbs that look and answer: they change nothing, and refuse with two lines and a status. What
 * they look at (files, firmware's tables, label areas) is there while the machine is off.
 */
import { type Result } from "neverthrow";
import { type Explanation, type Fork } from "../../host/mod.ts";
import {
  type AnyCommand,
  type Context,
  declare,
  failed,
  type Outcome,
  type Progress,
  type UsageFault,
} from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";

export interface LookingVerb<A> {
  readonly name: readonly string[];
  readonly summary: string;
  readonly usage: string;
  readonly help?: string;
  /** Given as false by what asks dom0 or Xen. */
  readonly whileOff?: boolean;
  parse(argv: readonly string[]): Result<A, UsageFault>;
  /** At once, or step by step what takes long. */
  run(host: Fork, args: A, context: Context): Outcome | Generator<Progress, Outcome, void>;
}

export const lookingVerb = <A>({ run, ...verb }: LookingVerb<A>): AnyCommand =>
  declare<A>({
    kind: "host",
    vocabulary: "nvdeck",
    effect: "reads",
    whileOff: true,
    ...verb,
    *run(host, args, context) {
      const made = run(host, args, context);
      return "next" in made ? yield* made : made;
    },
  });

/** What went wrong, and what to try. */
export const refusal = (status: number, what: string, hint: string): Outcome =>
  failed(status, `nvdeck: ${what}\n${hint}\n`);

export const noSuchObject = ({ what, hint }: Explanation): Outcome => refusal(EXIT.noSuchObject, what, hint);

/** A result that is not what was hoped for: its data goes to standard output all the same. */
export const unsound = (status: number, answer: Outcome): Outcome => ({ ...answer, status, keep: false });
