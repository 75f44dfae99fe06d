/** What every call of a kind must pass before its operation is looked at, in Xen's order. */
import {
  COMMAND_FRAME_HEAD,
  DOMCTL,
  domctl,
  DOMCTL_INTERFACE_VERSION,
  platformOp,
  SYSCTL,
  sysctl,
  SYSCTL_INTERFACE_VERSION,
  SYSCTL_NVDIMM_INTERFACE_VERSION,
  XENPF_INTERFACE_VERSION,
} from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type Fields, type RecordOf, type Structure } from "../../base/structure.ts";
import { hex } from "../../base/units.ts";
import { type Call } from "../call.ts";
import { type Check } from "../check.ts";

/** A call with its structure read; undefined where the frame is too short, which is a copy-in fault. */
export interface Read<F extends Fields> {
  readonly call: Call;
  readonly op: RecordOf<F> | undefined;
}

export function readFrame<F extends Fields>(call: Call, structure: Structure<F>, head = 0): Read<F> {
  const { frame } = call;
  const op = frame.length >= head + structure.size
    ? structure.read(viewOf(frame), head, structure.size)._unsafeUnwrap()
    : undefined;
  return { call, op };
}

const COPY_IN = { errno: "EFAULT", when: "the structure cannot be read from the caller" } as const;
const PRIVILEGED = { errno: "EPERM", when: "the caller is not privileged (dom0)" } as const;
const VERSION = "EACCES" as const;

export const PLATFORM_GATE: readonly Check<Read<typeof platformOp.fields>>[] = [
  { ...COPY_IN, fails: ({ op }) => !op },
  {
    errno: VERSION,
    when: `interface_version is not ${hex(XENPF_INTERFACE_VERSION)}`,
    fails: ({ op }) => op!.interfaceVersion !== XENPF_INTERFACE_VERSION,
  },
  { ...PRIVILEGED, fails: ({ call }) => !call.caller.privileged },
];

export const SYSCTL_GATE: readonly Check<Read<typeof sysctl.fields>>[] = [
  { ...COPY_IN, fails: ({ op }) => !op },
  {
    errno: VERSION,
    when: `interface_version is not ${hex(SYSCTL_INTERFACE_VERSION)}, or not ${
      hex(SYSCTL_NVDIMM_INTERFACE_VERSION)
    } for nvdimm_op`,
    fails: ({ op }) =>
      op!.interfaceVersion !==
        (op!.cmd === SYSCTL.nvdimm_op ? SYSCTL_NVDIMM_INTERFACE_VERSION : SYSCTL_INTERFACE_VERSION),
  },
  { ...PRIVILEGED, fails: ({ call }) => !call.caller.privileged },
];

export interface ReadDomctl extends Read<typeof domctl.fields> {
  readonly exists: (domid: number) => boolean;
}

/** Operations that do not act on the domain they name: one makes it, the other looks for the next one. */
const WITHOUT_DOMAIN: readonly number[] = [DOMCTL.createdomain, DOMCTL.getdomaininfo];

export const DOMCTL_GATE: readonly Check<ReadDomctl>[] = [
  { ...COPY_IN, fails: ({ op }) => !op },
  {
    errno: VERSION,
    when: `interface_version is not ${hex(DOMCTL_INTERFACE_VERSION)}`,
    fails: ({ op }) => op!.interfaceVersion !== DOMCTL_INTERFACE_VERSION,
  },
  {
    errno: "ESRCH",
    when: "no such domain (createdomain names none, getdomaininfo looks further)",
    fails: ({ op, exists }) => !WITHOUT_DOMAIN.includes(op!.cmd) && !exists(op!.domain),
  },
  {
    ...PRIVILEGED,
    // getdomaininfo asks only once it has found a domain.
    fails: ({ call, op }) => op!.cmd !== DOMCTL.getdomaininfo && !call.caller.privileged,
  },
];

/** The command register of memory_op and sched_op; undefined where not even that is there. */
export function commandOf(frame: Uint8Array): bigint | undefined {
  return frame.length >= COMMAND_FRAME_HEAD ? viewOf(frame).getBigUint64(0, true) : undefined;
}
