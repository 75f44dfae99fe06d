/**
 * The BTT's log: one group of four entries a lane, two of them in use. The newer one says which block the lane's last
 * write freed; a crash between log and map is mended from it.
 * Source: Linux `drivers/nvdimm/btt.h` log_group; `btt.c` btt_log_init, btt_log_get_old, log_set_indices.
 */
import { err, ok, type Result } from "neverthrow";
import { viewOf } from "../base/bytes.ts";
import { type Placed, placeOf, structure, u32 } from "../base/structure.ts";
import { BTT_LANES, LOG_GROUP_SIZE } from "./btt_layout.ts";

/** Raw words: `oldMap` and `newMap` may carry map flags (see `btt_map.ts`). */
export interface LogEntry {
  readonly block: number;
  readonly oldMap: number;
  readonly newMap: number;
  /** Cycles 1, 2, 3; zero while never written. */
  readonly sequence: number;
}

const logEntry = structure("BTT log entry", 16, { block: u32(0), oldMap: u32(4), newMap: u32(8), sequence: u32(12) });

export const LOG_ENTRY_SIZE = logEntry.size;
const ENTRIES = LOG_GROUP_SIZE / LOG_ENTRY_SIZE;

/** Which two of a group's four entries are in use: 0 and 2 until Linux 4.14, 0 and 1 since. */
export type LogSlots = readonly [0, 1 | 2];

/** The log cannot be read: -ENXIO for the first two, -EIO for the last. `offset` counts from the start of the log. */
export type LogFault =
  & Placed
  & (
    | { readonly kind: "log padding"; readonly lane: number }
    | { readonly kind: "log slots"; readonly slots: readonly number[] }
    | { readonly kind: "log sequence"; readonly lane: number; readonly sequences: readonly [number, number] }
  );

/** The four entries of a lane's group. `log` must reach to the group's end. */
export function readLogGroup(log: Uint8Array, lane: number): LogEntry[] {
  const view = viewOf(log);
  return Array.from(
    { length: ENTRIES },
    (_, i) => logEntry.read(view, lane * LOG_GROUP_SIZE + i * LOG_ENTRY_SIZE)._unsafeUnwrap(),
  );
}

export const writeLogEntry = (entry: LogEntry): Uint8Array => logEntry.write({ ...entry });

/** Where a lane's group is in the log. */
export const placeOfLane = (lane: number): Placed => ({
  offset: lane * LOG_GROUP_SIZE,
  length: LOG_GROUP_SIZE,
  path: `BTT log/lane ${lane}`,
});

/** Where a field of one of a lane's entries is in the log. */
export function placeOfEntry(lane: number, slot: number, field: "block" | "sequence"): Placed {
  const { offset, length } = placeOf(logEntry, field, lane * LOG_GROUP_SIZE + slot * LOG_ENTRY_SIZE);
  return { offset, length, path: `BTT log/lane ${lane}/entry ${slot}/${field}` };
}

/** A fresh log: each lane owns one of the internal blocks past the external ones. */
export function freshLog(externalBlocks: number): Uint8Array {
  const log = new Uint8Array(BTT_LANES * LOG_GROUP_SIZE);
  const view = viewOf(log);
  for (let lane = 0; lane < BTT_LANES; lane++) {
    const map = externalBlocks + lane;
    logEntry.put(view, lane * LOG_GROUP_SIZE, { block: lane, oldMap: map, newMap: map, sequence: 1 });
  }
  return log;
}

const isPadding = (e: LogEntry): boolean => e.block === 0 && e.oldMap === 0 && e.newMap === 0 && e.sequence === 0;

/**
 * Which entries are in use, found from what is not zero, as log_set_indices does: the first two places met decide, all
 * groups after that must agree. A log never written since its creation is taken as (0, 1).
 */
export function findLogSlots(log: Uint8Array, lanes: number): Result<LogSlots, LogFault> {
  const found: number[] = [];
  let untouched = true;
  for (let lane = 0; lane < lanes; lane++) {
    let padding = 0;
    for (const [i, entry] of readLogGroup(log, lane).entries()) {
      const empty = isPadding(entry);
      if (found.length < 2) {
        if (empty) padding++;
        else if (found[0] !== i) found.push(i);
      } else if (i === found[0] ? empty : i !== found[1] && !empty) {
        return err({ kind: "log padding", lane, ...placeOfLane(lane) });
      }
    }
    if (padding < ENTRIES - 1) untouched = false;
  }
  const whole: Placed = { offset: 0, length: lanes * LOG_GROUP_SIZE, path: "BTT log" };
  if (!untouched && found.length < 2) return err({ kind: "log slots", slots: found, ...whole });
  const second = untouched ? 1 : found[1];
  return found[0] === 0 && (second === 1 || second === 2)
    ? ok([0, second])
    : err({ kind: "log slots", slots: untouched ? [...found, 1] : found, ...whole });
}

/** Which of the two entries in use is the newer: 0 or 1, as an index into `slots`. */
export function newerLogEntry(group: readonly LogEntry[], slots: LogSlots, lane: number): Result<0 | 1, LogFault> {
  const [a, b] = [group[slots[0]]!.sequence, group[slots[1]]!.sequence];
  // Never written: Linux counts the empty first entry as the old one.
  if (a === 0) return ok(1);
  if (a === b || (a + b) >>> 0 > 5) {
    return err({ kind: "log sequence", lane, sequences: [a, b], ...placeOfEntry(lane, slots[1], "sequence") });
  }
  const follows = a < b ? b - a === 1 : a - b !== 1;
  return ok(follows ? 1 : 0);
}
