/**
 * A DIMM comes while the host runs (design v2 4.2.6). Firmware notifies the root device. Under management `dom0` the kernel
 * registers the DIMM; under `xen` nobody is told: dom0 is kept from NVDIMMs, and Xen, which runs no AML, reads the tables of
 * the next boot.
 */
import { type Result } from "neverthrow";
import { type NewDimm, plugDimm, type PlugFault, type PluggedDimm } from "../machine/mod.ts";
import { type Fork } from "./fork.ts";

export function plug(fork: Fork, dimm: NewDimm): Result<PluggedDimm, PlugFault> {
  return plugDimm(fork.state.machine, dimm).map((plugged) => {
    fork.forgetModels();
    if (fork.facts.management === "dom0") {
      fork.dom0.notify();
      fork.recorder.step({ kind: "dom0", what: "DIMM came, told by _FIT", target: `handle ${plugged.handle}` });
    }
    return plugged;
  });
}
