/** Functions of the root device: address range scrub (1-4), SPA translation (5) and error injection (7-9); dsm.md section 5. */
import { concat, viewOf } from "../base/bytes.ts";
import { intersection, type Range, range, without } from "../base/range.ts";
import { decoderOf, locate } from "./spa_decoder.ts";
import { type MachineFacts, type MachineState, type Poison } from "./state.ts";

const PERSISTENT = 2;
const STATUS = { success: 0, unsupported: 1, invalid: 2, badInput: 3 } as const;
/** High half of the ARS status word. */
const ARS = { done: 0, noneThisBoot: 2 << 16 } as const;
const RECORD = 24;
const STATUS_HEADER = 48;
/** The most records that one status answer carries, as the kernel's own test firmware has it. */
const MAX_RECORDS = 170;
/** Return the result of the last scrub, do not start one. */
const RETURN_PREVIOUS = 2;

export const poisonOf = (state: MachineState): readonly Poison[] => state.poison.get("list") ?? [];

/** Adds an error range; touching and overlapping ones stay separate, as firmware reports what was injected. */
export function addPoison(state: MachineState, bad: Poison): void {
  const rest = poisonOf(state).filter((p) => p.start !== bad.start);
  state.poison.set("list", [...rest, bad].sort((a, b) => a.start - b.start));
}

/** Takes a range out, trimming and splitting what it cuts. */
export function removePoison(state: MachineState, hole: Range): void {
  const left = poisonOf(state).flatMap((p) => without(range(p.start, p.length), [hole]));
  state.poison.set("list", left.map(({ start, end }) => ({ start, length: end - start })));
}

export function answerRoot(
  state: MachineState,
  facts: MachineFacts,
  fn: number,
  input: Uint8Array,
): Uint8Array | undefined {
  const inside = fn === 3 || fn === 9 ? undefined : addressed(input, fn === 5 ? 8 : 16);
  if (fn !== 3 && fn !== 9 && !inside) return status(STATUS.badInput);
  switch (fn) {
    case 1:
      return capabilities(facts);
    case 2:
      return startScrub(state, inside!, viewOf(input).getUint8(18));
    case 3:
      return scrubStatus(state);
    case 4:
      return clearError(state, facts, inside!);
    case 5:
      return translate(state, inside!.start);
    case 7:
      addPoison(state, { start: inside!.start, length: inside!.end - inside!.start });
      return status(STATUS.success);
    case 8:
      removePoison(state, inside!);
      return status(STATUS.success);
    case 9:
      return injected(state);
    default:
      return undefined;
  }
}

/** {u64 address, u64 length} as a range, or undefined where it does not fit the machine's addresses. */
function addressed(input: Uint8Array, needs: number): Range | undefined {
  if (input.length < needs) return undefined;
  const view = viewOf(input);
  const start = Number(view.getBigUint64(0, true));
  const length = needs >= 16 ? Number(view.getBigUint64(8, true)) : 1;
  return Number.isSafeInteger(start + length) ? range(start, length) : undefined;
}

function status(value: number): Uint8Array {
  const out = new Uint8Array(4);
  viewOf(out).setUint32(0, value, true);
  return out;
}

function capabilities(facts: MachineFacts): Uint8Array {
  const out = new Uint8Array(16);
  const view = viewOf(out);
  view.setUint32(0, PERSISTENT << 16, true);
  view.setUint32(4, STATUS_HEADER + MAX_RECORDS * RECORD, true);
  view.setUint32(8, facts.root.clearErrorUnit, true);
  return out;
}

/** A scrub is instantaneous in model time; its findings are kept until the next one. */
function startScrub(state: MachineState, window: Range, flags: number): Uint8Array {
  if ((flags & RETURN_PREVIOUS) === 0 || !state.poison.get("scrub")) {
    const found = poisonOf(state).flatMap((p) => intersection(range(p.start, p.length), window) ?? []);
    const others = (state.poison.get("scrub") ?? []).filter((p) => !intersection(range(p.start, p.length), window));
    state.poison.set("scrub", [...others, ...found.map((r) => ({ start: r.start, length: r.end - r.start }))]);
    state.poison.set("window", [{ start: window.start, length: window.end - window.start }]);
  }
  const out = new Uint8Array(8);
  viewOf(out).setUint32(4, 1, true);
  return out;
}

function scrubStatus(state: MachineState): Uint8Array {
  const [window] = state.poison.get("window") ?? [];
  const out = new Uint8Array(STATUS_HEADER);
  const view = viewOf(out);
  if (!window) {
    view.setUint32(0, ARS.noneThisBoot, true);
    view.setUint32(4, STATUS_HEADER - 4, true);
    return out;
  }
  const seen = range(window.start, window.length);
  const all = (state.poison.get("scrub") ?? []).filter((p) => intersection(range(p.start, p.length), seen));
  const found = all.slice(0, MAX_RECORDS);
  view.setUint32(4, STATUS_HEADER + found.length * RECORD, true);
  view.setBigUint64(8, BigInt(window.start), true);
  view.setBigUint64(16, BigInt(window.length), true);
  view.setUint16(40, PERSISTENT, true);
  view.setUint16(42, all.length > found.length ? 1 : 0, true);
  view.setUint32(44, found.length, true);
  return concat(out, ...found.map((p) => errorRecord(state, p)));
}

function errorRecord(state: MachineState, bad: Poison): Uint8Array {
  const out = new Uint8Array(RECORD);
  const view = viewOf(out);
  view.setUint32(0, locate(decoderOf(state), bad.start)?.handle ?? 0, true);
  view.setBigUint64(8, BigInt(bad.start), true);
  view.setBigUint64(16, BigInt(bad.length), true);
  return out;
}

function clearError(state: MachineState, facts: MachineFacts, r: Range): Uint8Array {
  const unit = facts.root.clearErrorUnit;
  if (r.start % unit !== 0 || (r.end - r.start) % unit !== 0) return status(STATUS.badInput);
  removePoison(state, r);
  const out = new Uint8Array(16);
  viewOf(out).setBigUint64(8, BigInt(r.end - r.start), true);
  return out;
}

function translate(state: MachineState, spa: number): Uint8Array {
  const place = locate(decoderOf(state), spa);
  if (!place) return status(STATUS.invalid);
  const out = new Uint8Array(20 + 16);
  const view = viewOf(out);
  view.setBigUint64(8, BigInt(place.run), true);
  view.setUint32(16, 1, true);
  view.setUint32(20, place.handle, true);
  view.setBigUint64(28, BigInt(place.dpa), true);
  return out;
}

function injected(state: MachineState): Uint8Array {
  const list = poisonOf(state);
  const out = new Uint8Array(8 + 16 * list.length);
  const view = viewOf(out);
  view.setUint32(4, list.length, true);
  list.forEach((p, i) => {
    view.setBigUint64(8 + 16 * i, BigInt(p.start), true);
    view.setBigUint64(16 + 16 * i, BigInt(p.length), true);
  });
  return out;
}
