/** Namespaces past their personalities, for the info-block verbs. Source: ndctl `ndctl/namespace.c` namespace_rw_infoblock. */
import { err, type Result } from "neverthrow";
import { type Errno } from "../../abi/errno.ts";
import { type Dom0, type NamespaceView } from "../../dom0/mod.ts";
import { type Outcome } from "../language/command.ts";
import { disableInvalidate, enableNamespace } from "./namespace_actions.ts";
import { type Processed } from "./namespace_verbs.ts";
import { counted, reason, statusOf, type Talk } from "./talk.ts";

/** Opens a disabled namespace as it is, past its info blocks, and disables it again. */
export function inRawMode(
  dom0: Dom0,
  namespace: NamespaceView,
  talk: Talk,
  act: (disk: string) => Result<void, Errno>,
): Result<void, Errno> {
  if (namespace.active) return err("EBUSY");
  const { name } = namespace;
  dom0.store(name, "force_raw", "1\n");
  const done = enableNamespace(dom0, name, talk).andThen(() => {
    const disk = dom0.namespace(name)?.disk;
    return disk === undefined ? err<void, Errno>("ENOENT") : act(disk);
  });
  dom0.store(name, "force_raw", "0\n");
  disableInvalidate(dom0, name);
  return done;
}

/** What one act outside any namespace comes to. */
export const once = (done: Result<void, Errno>): Processed => ({
  count: done.isOk() ? 1 : 0,
  errno: done.isOk() ? undefined : done.error,
});

/** The line that the info-block verbs end with. */
export function summariseBlocks(talk: Talk, doing: string, did: string, { count, errno }: Processed): Outcome {
  if (errno !== undefined) talk.say(`error ${doing}: ${reason(errno)}\n`);
  talk.say(`${did} ${counted(count, "infoblock")}\n`);
  return talk.outcome(statusOf(errno));
}
