/** sched_op: a domain stops itself, or the toolstack stops it (`common/sched/core.c`). */
import {
  COMMAND_FRAME_HEAD,
  SCHEDOP,
  schedRemoteShutdown,
  schedShutdown,
  SHUTDOWN_REASON,
  type ShutdownReason,
} from "../../abi/mod.ts";
import { type Call, done, failed, type Operation, type Outcome } from "../call.ts";
import { type Check, firstFailure } from "../check.ts";
import { type Core } from "../core.ts";
import { type Domain } from "../domain.ts";
import { commandOf, readFrame } from "./gates.ts";

interface Request {
  readonly call: Call;
  readonly reason: number | undefined;
  readonly target: Domain | undefined;
}

const SHUTDOWN: readonly Check<Request>[] = [
  {
    errno: "EFAULT",
    when: "the structure cannot be read from the caller",
    fails: ({ reason }) => reason === undefined,
  },
];
const REMOTE: readonly Check<Request>[] = [
  ...SHUTDOWN,
  { errno: "ESRCH", when: "no such domain", fails: ({ target }) => !target },
  { errno: "EPERM", when: "the caller is not privileged (dom0)", fails: ({ call }) => !call.caller.privileged },
];

const operation = (
  name: keyof typeof SCHEDOP,
  summary: string,
  structure: Operation["structures"][number],
  checks: Operation["checks"],
): Operation => ({
  name: `SCHEDOP_${name}`,
  hypercall: "sched_op",
  op: SCHEDOP[name],
  origin: "Xen 4.17",
  summary,
  structures: [structure],
  checks,
});

export const schedOperations: readonly Operation[] = [
  operation("shutdown", "a domain stops itself, with a reason; unknown reasons are crashes", schedShutdown, SHUTDOWN),
  operation("remote_shutdown", "the toolstack stops a domain", schedRemoteShutdown, REMOTE),
];

export function schedOpCall(core: Core, call: Call): Outcome {
  switch (Number(commandOf(call.frame) ?? -1n)) {
    case SCHEDOP.shutdown: {
      const { op } = readFrame(call, schedShutdown, COMMAND_FRAME_HEAD);
      return stop(core, call, SHUTDOWN, op?.reason, call.caller);
    }
    case SCHEDOP.remote_shutdown: {
      const { op } = readFrame(call, schedRemoteShutdown, COMMAND_FRAME_HEAD);
      return stop(core, call, REMOTE, op?.reason, op && core.domains.get(op.domid));
    }
    default:
      return failed("ENOSYS", call.frame);
  }
}

function stop(
  core: Core,
  call: Call,
  checks: readonly Check<Request>[],
  reason: number | undefined,
  target?: Domain,
): Outcome {
  const refused = firstFailure(checks, { call, reason, target });
  if (refused) return failed(refused, call.frame);
  // The first reason stands: a domain that is down stays down for it.
  if (target!.shutdown === undefined) core.domains.update(target!.domid, { shutdown: reasonOf(reason!) });
  return done(call.frame);
}

const reasonOf = (code: number): ShutdownReason =>
  (Object.keys(SHUTDOWN_REASON) as ShutdownReason[]).find((name) => SHUTDOWN_REASON[name] === code) ?? "crash";
