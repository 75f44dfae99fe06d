/** A table that cannot be read as what it should be: where and why, in one line. */
import { type FormatFault } from "../../base/structure.ts";
import { hex } from "../../base/units.ts";
import { type Outcome } from "../language/command.ts";
import { EXIT } from "../language/exit_codes.ts";
import { refusal } from "./verb.ts";

export const brokenTable = (title: string, { reason, offset }: FormatFault, hint: string): Outcome =>
  refusal(EXIT.failed, `${title}: ${reason} (at ${hex(offset)})`, hint);
