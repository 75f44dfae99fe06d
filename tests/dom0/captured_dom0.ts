/** A machine and its dom0 made from a capture's files, without a host around them. Only for tests. */
import { gunzipSync } from "node:zlib";
import { type Spa } from "../../src/abi/address.ts";
import { type Draws } from "../../src/abi/ports.ts";
import { type Loss, type Recorder, type Step } from "../../src/abi/steps.ts";
import { BaseBlocks, type Blocks } from "../../src/base/blocks.ts";
import { Dom0, type Dom0State, NATIVE_FACTS, PV_FACTS } from "../../src/dom0/mod.ts";
import { importCapture } from "../../src/host/import/capture.ts";
import { type CaptureFolder, type CaptureState } from "../../src/host/import/capture_folder.ts";
import { Machine, type MachineState, writePages } from "../../src/machine/mod.ts";

/** Collects steps as a fork does. */
export class Steps implements Recorder {
  readonly steps: Step[] = [];
  readonly losses: Loss[] = [];
  step(step: Step): void {
    this.steps.push(step);
  }
  loss(loss: Loss): void {
    this.losses.push(loss);
  }
}

/** UUIDs in a row, so that a test knows what will be drawn. */
export class CountingDraws implements Draws {
  #next = 0;
  uuid(): string {
    return `dddddddd-0000-4000-8000-${String(this.#next++).padStart(12, "0")}`;
  }
  below(limit: number): number {
    return this.#next++ % limit;
  }
}

export interface CapturedDom0 {
  readonly dom0: Dom0;
  readonly machine: Machine;
  readonly steps: Steps;
  /** Another view of the same machine, as the next command has it. */
  again(): Dom0;
}

export const FIXTURES = new URL("../../fixtures/hosts/", import.meta.url);

export function folderOf(name: string, root: URL | string = FIXTURES): CaptureFolder {
  const base = `${root instanceof URL ? root.pathname : root}${name}/`;
  const plain = (file: string): Uint8Array | undefined => {
    try {
      return Deno.readFileSync(base + file);
    } catch {
      return undefined;
    }
  };
  return {
    name,
    read(file) {
      const packed = plain(`${file}.gz`);
      return packed ? new Uint8Array(gunzipSync(packed)) : plain(file);
    },
    list(subfolder) {
      try {
        return [...Deno.readDirSync(base + subfolder)].map((entry) => entry.name.replace(/\.gz$/, ""));
      } catch {
        return [];
      }
    },
  };
}

const blocks = <B>(): Blocks<B> => new BaseBlocks<B>();
export const emptyMachine = (): MachineState => ({
  tables: blocks(),
  facts: blocks(),
  dimms: blocks(),
  media: blocks(),
  ram: blocks(),
  poison: blocks(),
});
export const emptyDom0 = (): Dom0State => ({ devices: blocks(), holders: blocks() });

/** The captured machine, powered on: dom0 has booted. */
export function capturedDom0(name: string, state: CaptureState, root?: URL | string): CapturedDom0 {
  const image = importCapture(folderOf(name, root), state);
  if (image.isErr()) throw new Error(`${name}: ${JSON.stringify(image.error)}`);
  const { facts, machine: machineFacts, tables, dimms, content } = image.value;
  const machineState = emptyMachine();
  machineState.facts.set("machine", machineFacts);
  for (const [signature, bytes] of tables) machineState.tables.set(signature, bytes);
  for (const dimm of dimms) machineState.dimms.set(String(dimm.handle), dimm);
  const hardware = new Machine(machineState, new Steps());
  for (const piece of content) {
    if (piece.at === "label") writePages(machineState.media, `${piece.handle}:l`, piece.offset, piece.bytes);
    else hardware.store(piece.offset as Spa, piece.bytes)._unsafeUnwrap();
  }
  const steps = new Steps();
  const machine = new Machine(machineState, steps);
  const draws = new CountingDraws();
  const state0 = emptyDom0();
  const again = () =>
    new Dom0({
      nfit: tables.get("NFIT"),
      srat: tables.get("SRAT"),
      facts: facts.dom0 === "pv" ? PV_FACTS : NATIVE_FACTS,
      firmware: machine.firmware,
      memory: machine,
      state: state0,
      draws,
      recorder: steps,
      clock: { now: () => 0n, advance: () => {} },
    });
  const dom0 = again();
  dom0.boot();
  return { dom0, machine, steps, again };
}
