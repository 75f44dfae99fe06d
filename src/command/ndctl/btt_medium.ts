/** What a BTT check works on: the raw namespace, what may be done to it, and where it speaks. */
import { type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Talk } from "./talk.ts";

export interface BttMedium {
  /** Bytes of the namespace. */
  readonly size: number;
  readonly uuid: string;
  /** The region is read-only, and its disks with it. */
  readonly readOnly: boolean;
  read(offset: number, length: number): Result<Uint8Array, Errno>;
  write(offset: number, bytes: Uint8Array, note: string): Result<void, Errno>;
}

export interface CheckOptions {
  readonly repair: boolean;
  readonly rewriteLog: boolean;
  readonly verbose: boolean;
}

/** The tool's log: `NAME: FUNCTION: message`. What is not an error is said with `-v` only. */
export class CheckLog {
  constructor(private readonly talk: Talk, private readonly name: string, private readonly verbose: boolean) {}

  error(where: string, message: string): void {
    this.talk.say(`${this.name}: ${where}: ${message}\n`);
  }
  info(where: string, message: string): void {
    if (this.verbose) this.error(where, message);
  }
  /** Where a change would help but was not asked for. */
  repairHint(): void {
    this.info("repair_msg", "  Run with --repair to make the changes");
  }
  print(text: string): void {
    this.talk.print(text);
  }
}

/** A check that cannot go on. `sigbus`: an error in the medium met through a mapping. */
export type CheckFault = Errno | "sigbus";
