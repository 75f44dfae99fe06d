/** What counts as an event on a DIMM, and the message for it. Source: ndctl `ndctl/monitor.c`, `lib/libndctl.c`. */
import { ALARM } from "../../acpi/mod.ts";
import { type Json } from "../../base/json.ts";
import { type DimmView, type Dom0 } from "../../dom0/mod.ts";
import { healthJson } from "./health_json.ts";
import { PLAIN } from "./json_flags.ts";
import { dimmJson } from "./list_json.ts";

/** In the order in which a message has them. */
export const DIMM_EVENTS = [
  "dimm-spares-remaining",
  "dimm-media-temperature",
  "dimm-controller-temperature",
  "dimm-health-state",
  "dimm-unclean-shutdown",
] as const;
export type DimmEvent = typeof DIMM_EVENTS[number];

/** Undefined for a word that names no event; `all` and nothing stand for every one. */
export function eventsNamed(
  text: string | undefined,
): { readonly events: Set<DimmEvent> } | { readonly unknown: string } {
  const events = new Set<DimmEvent>(text === undefined ? DIMM_EVENTS : []);
  for (const word of text?.split(" ").filter((word) => word !== "") ?? []) {
    if (word === "all") return { events: new Set(DIMM_EVENTS) };
    const event = DIMM_EVENTS.find((name) => name === word);
    if (event === undefined) return { unknown: word };
    events.add(event);
  }
  return { events };
}

/** What a DIMM's health says now. */
export interface Condition {
  readonly health: number;
  readonly events: ReadonlySet<DimmEvent>;
}

/** Undefined where health cannot be read. */
export function conditionOf(dom0: Dom0, dimm: number): Condition | undefined {
  const smart = dom0.dimm(dimm).smart()?.unwrapOr(undefined);
  if (!smart) return undefined;
  const { alarms, shutdownStatus, health } = smart;
  const events = new Set<DimmEvent>();
  if ((alarms & ALARM.spares) !== 0) events.add("dimm-spares-remaining");
  if ((alarms & ALARM.mediaTemperature) !== 0) events.add("dimm-media-temperature");
  if ((alarms & ALARM.controllerTemperature) !== 0) events.add("dimm-controller-temperature");
  if (shutdownStatus !== 0) events.add("dimm-unclean-shutdown");
  return { health, events };
}

/** `watched`: the events asked for, each of which the message states. */
export function eventJson(
  dom0: Dom0,
  dimm: DimmView,
  { events }: Condition,
  watched: ReadonlySet<DimmEvent>,
  clock: bigint,
): Json {
  const stated = DIMM_EVENTS.filter((event) => watched.has(event)).map((event) => [event, events.has(event)] as const);
  return {
    timestamp: timestamp(clock),
    pid: MONITOR_PID,
    event: Object.fromEntries(stated),
    dimm: { ...dimmJson(dom0, dimm, PLAIN), health: healthJson(dom0, dimm) ?? null },
  };
}

/** dom0's processes are not modeled; this one is alone. */
const MONITOR_PID = 1;

/** Seconds in ten columns, and nanoseconds. */
function timestamp(nanoseconds: bigint): string {
  const [seconds, rest] = [nanoseconds / 1_000_000_000n, nanoseconds % 1_000_000_000n];
  return `${String(seconds).padStart(10)}.${String(rest).padStart(9, "0")}`;
}
