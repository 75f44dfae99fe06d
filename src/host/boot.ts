/** Power: what is gone when it goes, and in which order the machine comes up again (model section 5). */
import { selfTest } from "../machine/mod.ts";
import { blocksOf, COMPONENT_NAMES } from "./components.ts";
import { type Fork } from "./fork.ts";

/** Everything volatile is gone: Xen's lists, domains, dom0's devices and mounts, RAM. Media keep what reached them. */
export function powerOff(fork: Fork): void {
  fork.power = true;
  for (const name of COMPONENT_NAMES) {
    if (name.lasting === "durable") continue;
    const blocks = blocksOf(fork.state, name);
    for (const id of [...blocks.ids()]) blocks.delete(id);
  }
  // What firmware will find when the machine is switched on again.
  selfTest(fork.state.machine);
  fork.forgetModels();
}

/**
 * Xen, dom0's driver and labels, the filesystems of fstab, then what the toolstack brings back: memory handed to Xen, and
 * guests that start by themselves. Returns what the operator should know, a line each.
 */
export function boot(fork: Fork): string[] {
  fork.power = true;
  fork.forgetModels();
  fork.xen.boot();
  fork.dom0.boot();
  const unmounted = fork.files.boot();
  const replayed = fork.toolstack.replay().flatMap(({ what, note }) => (note === "" ? [] : [`${what}: ${note}`]));
  const started = fork.toolstack.autostart().map(({ name, domid, note }) =>
    domid === undefined ? `${name} was not started: ${note}` : `${name} started as domain ${domid}`
  );
  return [...unmounted, ...replayed, ...started];
}
