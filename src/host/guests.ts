/** The guests of a fork: each sees its own memory and its own device model, and what it kept is gone when its domain ends. */
import { type DeviceModelProcesses } from "../abi/ports.ts";
import { forgetGuest, Guest } from "../guest/mod.ts";
import { planMemory } from "../toolstack/mod.ts";
import { type Fork } from "./fork.ts";

/** Undefined for a domain that does not run, and for one without a device model: its firmware has no tables to place. */
export function guestOn(fork: Fork, domid: number): Guest | undefined {
  const { xen, deviceModels, toolstack, recorder, draws, clock } = fork;
  const record = toolstack.record(domid);
  const domain = xen.domain(domid);
  if (!record || !domain || record.config.type !== "hvm") return undefined;
  return new Guest({
    domid,
    name: record.name,
    startedAt: record.startedAt,
    ram: planMemory(record.config).layout,
    memory: xen.guestMemory,
    io: deviceModels,
    machineChecks: domain.machineChecks,
    state: fork.state.guest,
    draws,
    recorder,
    clock,
  });
}

/** Whatever ends a domain ends its QEMU: what the guest kept goes with it. */
export const endingGuests = (fork: Fork): DeviceModelProcesses => ({
  spawn: (domid, argv) => fork.deviceModels.spawn(domid, argv),
  kill: (domid) => {
    fork.deviceModels.kill(domid);
    forgetGuest(fork.state.guest, domid);
  },
});
