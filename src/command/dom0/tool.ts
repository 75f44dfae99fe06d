/** What the verbs on dom0's files share: they are programs of their own, with their habits of failing. */
import { err, type Result } from "neverthrow";
import { type Json } from "../../base/json.ts";
import { type Outcome, type UsageFault } from "../language/command.ts";
import { type Complaint } from "./getopt.ts";

/** Like the real tools, a verb leaves behind what it did, whatever its status. */
export const told = (status: number, out: string, errors: string, value?: Json): Outcome => ({
  status,
  out,
  err: errors,
  keep: true,
  ...(value === undefined ? {} : { value }),
});

/** getopt's complaint with the hint that coreutils and util-linux add. */
export const tryHelp = (tool: string, complaint: Complaint, status = 1): UsageFault => ({
  err: `${tool}: ${complaint}\nTry '${tool} --help' for more information.\n`,
  status,
});

export const usage = (status: number, text: string): Result<never, UsageFault> => err({ err: text, status });

/** Yields are for progress, which nobody needs to see more often than this. */
export const STEPS_PER_PROGRESS = 64;
