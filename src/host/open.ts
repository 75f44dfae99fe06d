/** Opening what a store holds: damage is a fault, not a crash. */
import { err, ok, type Result } from "neverthrow";
import { Host } from "./host.ts";
import { type Store, type StoreFault } from "./store/store.ts";

export function openHost(store: Store): Result<Host, StoreFault> {
  try {
    return ok(Host.load(store));
  } catch (cause) {
    // Anything in the file may be damaged; what decoding throws is the file's fault.
    const reason = `its blocks cannot be read (${cause instanceof Error ? cause.message : String(cause)})`;
    return err({ kind: "not-a-host", path: store.path, reason });
  }
}
