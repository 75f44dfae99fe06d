/** What a tool prints while it runs: data on standard output, messages on standard error. */
import { ERRNO, type Errno, exitOf, strerror } from "../../abi/errno.ts";
import { type Json, prettyJson } from "../../base/json.ts";
import { hex } from "../../base/units.ts";
import { type Outcome } from "../language/command.ts";
import { errorText, warningText } from "./parse_options.ts";

export class Talk {
  out = "";
  err = "";
  /** How many times `fault` spoke: then the command adds no summary of its own. */
  faults = 0;

  /** `verbose`: the command was given `-v`. */
  constructor(private readonly verbose = false) {}

  print(text: string): void {
    this.out += text;
  }
  say(text: string): void {
    this.err += text;
  }
  /** `error("…\n")` in ndctl: the message leaves an empty line behind it. */
  error(message: string): void {
    this.err += errorText(`${message}\n`);
  }
  /** `err()` in `namespace.c` and `dimm.c`: names the command, and counts. */
  fault(command: string, message: string): void {
    this.faults++;
    this.error(`${command}: ${message}`);
  }
  /** `debug()` in `namespace.c`, which names its function and its line: with `-v` only. */
  debug(where: string, message: string): void {
    if (this.verbose) this.err += `${where}: ${message}\n`;
  }
  /** A list that was asked for; one without anything in it is worth a warning (`util_display_json_array`). */
  list(list: readonly Json[], human: boolean): void {
    if (list.length === 0 && !human) this.say(warningText("no matching devices found\n"));
    this.print(listText(list, human));
  }
  /** A line of the library's own log. */
  library(where: string, message: string, library = "libndctl"): void {
    this.err += `${library}: ${where}: ${message}\n`;
  }

  /** The real tool leaves the world as it is, whatever its status. */
  outcome(status: number): Outcome {
    return { status, out: this.out, err: this.err, keep: true };
  }
}

/** What a tool that returns a negative errno, or a count, exits with. */
export const statusOf = (errno: Errno | undefined): number => (errno === undefined ? 0 : exitOf(errno));

export const reason = (errno: Errno): string => strerror(errno);

/** `Invalid argument (-22)`. */
export const numbered = (errno: Errno): string => `${strerror(errno)} (${-ERRNO[errno]})`;

/** C's `%#x`: zero has no 0x, unlike the kernel's. */
export const alternate = (value: number): string => (value === 0 ? "0" : hex(value));

/** `1 namespace`, `0 namespaces`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** A list as the tools print it: with `-u` a list of one loses its brackets, and an empty one is not printed at all. */
export const listText = (list: readonly Json[], human: boolean): string =>
  human && list.length === 0 ? "" : `${prettyJson(human && list.length === 1 ? list[0]! : list)}\n`;
