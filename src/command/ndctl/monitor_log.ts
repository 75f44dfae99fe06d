/**
 * Where the monitor's own lines go: standard output and error, the end of a file, or dom0's system log, which nothing here
 * reads. Source: ndctl `util/log.c` log_standard, log_file, log_syslog; `ndctl/monitor.c` cmd_monitor.
 */
import { err, ok, type Result } from "neverthrow";
import { utf8 } from "../../base/bytes.ts";
import { type FileFault, type Files } from "../language/files.ts";

/** `notice` is for events. */
export type LogLevel = "error" | "notice" | "info";
export type MonitorLog = (level: LogLevel, line: string) => void;

export interface LogPlace {
  /** `--log` as given. */
  readonly log: string | undefined;
  readonly daemon: boolean;
  readonly files: Files;
  /** Nanoseconds since 1970. */
  readonly now: () => bigint;
  /** Standard output and standard error. */
  readonly print: (line: string) => void;
  readonly say: (line: string) => void;
}

/** A fault where the file cannot be opened. A daemon has no standard output: it takes the system log instead. */
export function openLog({ log, daemon, files, now, print, say }: LogPlace): Result<MonitorLog, FileFault> {
  const place = log?.replace(/^\.\//, "");
  if (place?.startsWith("syslog") || (daemon && (place === undefined || !place.startsWith("/")))) return ok(() => {});
  if (place === undefined || place.startsWith("standard")) {
    return ok((level, line) => level === "info" ? print(line) : say(line));
  }
  const append = (text: string) => files.write(place, [files.read(place).unwrapOr(new Uint8Array()), utf8(text)]);
  const opened = append("");
  if (opened.isErr()) return err(opened.error);
  return ok((level, line) => void append(level === "notice" ? line : stamp(now()) + line));
}

const SECOND = 1_000_000_000n;
/** The process that logs: a command of the model is none. */
const PROCESS = 1;

function stamp(now: bigint): string {
  const [seconds, rest] = [String(now / SECOND), String(now % SECOND)];
  return `[${seconds.padStart(10)}.${rest.padStart(9, "0")}] [${PROCESS}] `;
}
