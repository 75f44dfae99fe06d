/** Uncorrectable errors in the medium, as SPA ranges. */
import { type Range, range, without } from "../base/range.ts";
import { type MachineState, type Poison } from "./state.ts";

export const poisonOf = (state: MachineState): readonly Poison[] => state.poison.get("list") ?? [];

/** Adds an error range; touching and overlapping ones stay apart, as firmware reports what was injected. */
export function addPoison(state: MachineState, bad: Poison): void {
  const rest = poisonOf(state).filter((p) => p.start !== bad.start);
  state.poison.set("list", [...rest, bad].sort((a, b) => a.start - b.start));
}

/** Takes a range out, trimming and splitting what it cuts: nothing is wrong there, and no scrub remembers otherwise. */
export function removePoison(state: MachineState, hole: Range): void {
  for (const id of ["list", "scrub"]) {
    const old = state.poison.get(id);
    if (!old) continue;
    const left = old.flatMap((p) => without(range(p.start, p.length), [hole]));
    state.poison.set(id, left.map(({ start, end }) => ({ start, length: end - start })));
  }
}
