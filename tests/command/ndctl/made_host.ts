/** Hosts made for a test: DIMMs as QEMU describes them, with firmware that scrubs, injects and sanitizes. Only for tests. */
import { qemuNfit } from "../../../src/acpi/mod.ts";
import { parseJson } from "../../../src/base/json.ts";
import { textOf } from "../../../src/base/bytes.ts";
import { GiB, MiB } from "../../../src/base/units.ts";
import { type Executed } from "../../../src/command/language/command.ts";
import { type Host, importTables } from "../../../src/host/mod.ts";
import { hostFrom, sessionOn, type TestSession } from "../../support/session.ts";

export interface MadeHost extends TestSession {
  readonly host: Host;
  /** What a line prints, as data; an empty output is null. The line must succeed. */
  json(line: string): Promise<unknown>;
  /** Runs lines that must all succeed. */
  all(...lines: readonly string[]): Promise<void>;
  /** A line's status and what it says on standard error. */
  refusal(line: string): Promise<readonly [number, string]>;
}

export const out = ({ out }: Executed): string => typeof out === "string" ? out : textOf(out);

/** One DIMM of `bytes` for each, one after the other from 4 GiB, each a region of its own. */
export function madeHost(dimms = 1, bytes = 512 * MiB): MadeHost {
  const devices = Array.from({ length: dimms }, (_, slot) => ({ slot, base: 4 * GiB + slot * bytes, length: bytes }));
  const image = importTables({ nfit: qemuNfit(devices)!, srat: undefined, labels: new Map(), name: "made" })
    ._unsafeUnwrap();
  return sessionFor(hostFrom(image));
}

export function sessionFor(host: Host): MadeHost {
  const { session, run, said } = sessionOn(host);
  return {
    session,
    run,
    host,
    said,
    async json(line) {
      const done = await run(line);
      if (done.status !== 0) throw new Error(`${line}: ${done.status} ${done.err}`);
      return out(done) === "" ? null : parseJson(out(done));
    },
    async refusal(line) {
      const { status, err } = await run(line);
      return [status, err];
    },
    async all(...lines) {
      for (const line of lines) {
        const { status, err } = await run(line);
        if (status !== 0) throw new Error(`${line}: ${status} ${err}`);
      }
    },
  };
}

/** The three lines that put labels on every DIMM. */
export const LABELS = [
  "ndctl disable-region all",
  "ndctl init-labels -f -V 1.2 all",
  "ndctl enable-region all",
] as const;
