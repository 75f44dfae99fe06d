/** A host made from an image: firmware's tables and media as they lie, everything volatile empty, then powered on. */
import { type Spa } from "../abi/address.ts";
import { Machine, writePages } from "../machine/mod.ts";
import { type Fork } from "./fork.ts";
import { type HostImage } from "./image.ts";
import { StepRecorder } from "./recorder.ts";
import { boot } from "./boot.ts";
import { adoptLiveKernel } from "./import/live_kernel.ts";

/** Puts the image on an empty fork and boots it. What could not be placed is returned in words. */
export function makeOn(fork: Fork, image: HostImage): string[] {
  const { machine, host } = fork.state;
  host.facts.set("facts", image.facts);
  machine.facts.set("machine", image.machine);
  for (const [signature, bytes] of image.tables) machine.tables.set(signature, bytes);
  for (const dimm of image.dimms) machine.dimms.set(String(dimm.handle), dimm);
  const notes = [...image.notes, ...place(fork, image)];
  fork.power = true;
  boot(fork);
  if (image.liveKernel) adoptLiveKernel(fork, image.liveKernel);
  return notes;
}

/** Content is how the machine was found, not something that a command did: it leaves no steps. */
function place(fork: Fork, image: HostImage): string[] {
  const notes: string[] = [];
  const hardware = new Machine(fork.state.machine, new StepRecorder());
  for (const piece of image.content) {
    if (piece.at === "label") {
      writePages(fork.state.machine.media, `${piece.handle}:l`, piece.offset, piece.bytes);
    } else if (hardware.store(piece.offset as Spa, piece.bytes).isErr()) {
      notes.push(
        `${piece.bytes.length} bytes at 0x${piece.offset.toString(16)} have no DIMM behind them and were left out`,
      );
    }
  }
  return notes;
}
