/** The hardware: physical memory behind the address decoder, and firmware. What happens to media is recorded as steps. */
import { err, ok, type Result } from "neverthrow";
import { type Spa } from "../abi/address.ts";
import { type MemoryFault, type PhysicalMemory } from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import { holds, overlaps, range, without } from "../base/range.ts";
import { MachineFirmware } from "./firmware.ts";
import { readPages, writePages } from "./media.ts";
import { addPoison, poisonOf } from "./poison.ts";
import { KiB } from "../base/units.ts";
import { decoderOf, locate, type Location } from "./spa_decoder.ts";
import { type DimmFacts, type MachineFacts, type MachineState, type Poison } from "./state.ts";
import { writtenIn } from "./written.ts";

/** Zeroed with one store. */
const ZEROES = new Uint8Array(64 * KiB);

interface Span {
  /** Undefined: RAM. */
  readonly place: Location | undefined;
  readonly spa: number;
  readonly length: number;
}

export class Machine implements PhysicalMemory {
  readonly firmware: MachineFirmware;

  constructor(readonly state: MachineState, private readonly recorder: Recorder) {
    this.firmware = new MachineFirmware(state, this.facts, recorder, ({ start, end }) => {
      this.zero(start as Spa, end - start, "cleared error");
    });
  }

  get facts(): MachineFacts {
    const facts = this.state.facts.get("machine");
    if (!facts) throw new Error("a machine without facts");
    return facts;
  }

  table(signature: "NFIT" | "SRAT" | "SSDT"): Uint8Array | undefined {
    return this.state.tables.get(signature);
  }

  dimms(): DimmFacts[] {
    return [...this.state.dimms.ids()].map((id) => this.state.dimms.get(id)!).sort((a, b) => a.handle - b.handle);
  }

  load(spa: Spa, length: number): Result<Uint8Array, MemoryFault> {
    const bad = poisonOf(this.state).find((p) => overlaps(range(p.start, p.length), range(spa, length)));
    if (bad) return err({ kind: "poison", address: Math.max(spa, bad.start) });
    const spans = this.#spans(spa, length);
    if (spans.isErr()) return err(spans.error);
    const out = new Uint8Array(length);
    for (const { place, spa: at, length: size } of spans.value) {
      const bytes = place
        ? readPages(this.state.media, place.medium, place.dpa, size)
        : readPages(this.state.ram, "ram", at, size);
      out.set(bytes, at - spa);
    }
    return ok(out);
  }

  /** Stores never clear poison: that is firmware's clear-error function. `note` says what the store is for. */
  store(spa: Spa, bytes: Uint8Array, note = "store"): Result<void, MemoryFault> {
    const spans = this.#spans(spa, bytes.length);
    if (spans.isErr()) return err(spans.error);
    for (const { place, spa: at, length } of spans.value) {
      const part = bytes.subarray(at - spa, at - spa + length);
      if (!place) {
        writePages(this.state.ram, "ram", at, part);
        continue;
      }
      writePages(this.state.media, place.medium, place.dpa, part);
      const { handle, dpa: offset } = place;
      this.recorder.step({ kind: "medium-write", medium: "memory", handle, offset, bytes: part.slice(), note });
    }
    return ok();
  }

  zero(spa: Spa, length: number, note = "zeroes"): Result<void, MemoryFault> {
    const decoder = decoderOf(this.state);
    const wanted = range(spa, length);
    const bad = poisonOf(this.state).find((p) => overlaps(range(p.start, p.length), wanted));
    if (bad) return err({ kind: "poison", address: Math.max(spa, bad.start) });
    const [hole] = without(wanted, [...decoder.ranges.map(({ window }) => window), ...this.facts.ram]);
    if (hole) return err({ kind: "unmapped", address: hole.start });
    for (const { start, end } of writtenIn(this.state, decoder, wanted)) {
      for (let at = start; at < end; at += ZEROES.length) {
        const stored = this.store(at as Spa, ZEROES.subarray(0, Math.min(ZEROES.length, end - at)), note);
        if (stored.isErr()) return stored;
      }
    }
    return ok();
  }

  /** Where a byte of persistent memory is; undefined for RAM and for nothing. */
  locate(spa: number): Location | undefined {
    return locate(decoderOf(this.state), spa);
  }

  isRam(spa: number): boolean {
    return this.facts.ram.some((r) => holds(r, spa));
  }

  poison(): readonly Poison[] {
    return poisonOf(this.state);
  }

  /** The medium goes bad in this range: what an uncorrectable error is. */
  damage(bad: Poison): void {
    addPoison(this.state, bad);
  }

  #spans(spa: number, length: number): Result<Span[], MemoryFault> {
    const spans: Span[] = [];
    for (let at = spa; at < spa + length;) {
      const place = this.locate(at);
      const ram = place ? undefined : this.facts.ram.find((r) => holds(r, at));
      if (!place && !ram) return err({ kind: "unmapped", address: at });
      const size = Math.min(spa + length - at, place ? place.run : ram!.end - at);
      spans.push({ place, spa: at, length: size });
      at += size;
    }
    return ok(spans);
  }
}
