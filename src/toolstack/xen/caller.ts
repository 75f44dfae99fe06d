/** How the toolstack enters Xen: in dom0's name, structures as bytes, the operation's own structure at the start of a union. */
import { type Result } from "neverthrow";
import {
  CallerBuffers,
  DOM0,
  domctl,
  DOMCTL_INTERFACE_VERSION,
  type Errno,
  HYPERCALL,
  type Hypercall,
  type HypercallReply,
  memoryFrame,
  platformOp,
  schedFrame,
  sysctl,
  SYSCTL_INTERFACE_VERSION,
  XENPF_INTERFACE_VERSION,
} from "../../abi/mod.ts";
import { viewOf } from "../../base/bytes.ts";
import { type Fields, type RecordOf, type Structure } from "../../base/structure.ts";

export type Buffers = CallerBuffers;

export class Caller {
  constructor(private readonly hypercall: Hypercall) {}

  /** The union of `sysctl`; `version` differs for the vNVDIMM series. */
  sysctl<F extends Fields>(
    cmd: number,
    structure: Structure<F>,
    record: RecordOf<F>,
    buffers: Buffers = new CallerBuffers(),
    version = SYSCTL_INTERFACE_VERSION,
  ): Result<RecordOf<F>, Errno> {
    const u = union(128, structure.write(record));
    const frame = sysctl.write({ cmd, interfaceVersion: version, u });
    return this.hypercall(DOM0, HYPERCALL.sysctl, frame, buffers).map(({ bytes }) => read(structure, bytes, 8));
  }

  /** The union of `domctl`, and the domain it was about. */
  domctl<F extends Fields>(
    cmd: number,
    domain: number,
    structure: Structure<F>,
    record: RecordOf<F>,
  ): Result<{ readonly domain: number; readonly record: RecordOf<F> }, Errno> {
    return this.#domctl(cmd, domain, structure.write(record)).map(({ bytes }) => ({
      domain: read(domctl, bytes, 0).domain,
      record: read(structure, bytes, 16),
    }));
  }

  /** A `domctl` without a structure of its own. */
  plainDomctl(cmd: number, domain: number): Result<void, Errno> {
    return this.#domctl(cmd, domain, new Uint8Array()).map(() => undefined);
  }

  #domctl(cmd: number, domain: number, argument: Uint8Array): Result<HypercallReply, Errno> {
    const frame = domctl.write({
      cmd,
      interfaceVersion: DOMCTL_INTERFACE_VERSION,
      domain,
      pad: new Uint8Array(6),
      u: union(128, argument),
    });
    return this.hypercall(DOM0, HYPERCALL.domctl, frame);
  }

  platform(cmd: number, argument: Uint8Array): Result<void, Errno> {
    const frame = platformOp.write({ cmd, interfaceVersion: XENPF_INTERFACE_VERSION, u: union(128, argument) });
    return this.hypercall(DOM0, HYPERCALL.platform_op, frame).map(() => undefined);
  }

  /** The call's own value: extents done, a frame number. */
  memory(op: number, argument: Uint8Array, buffers?: Buffers): Result<number, Errno> {
    return this.hypercall(DOM0, HYPERCALL.memory_op, memoryFrame(op, argument), buffers).map(({ value }) => value);
  }

  sched(op: number, argument: Uint8Array): Result<void, Errno> {
    return this.hypercall(DOM0, HYPERCALL.sched_op, schedFrame(op, argument)).map(() => undefined);
  }
}

function union(size: number, argument: Uint8Array): Uint8Array {
  const u = new Uint8Array(size);
  u.set(argument);
  return u;
}

/** What Xen left of a structure; it copies back as much as it was given. */
function read<F extends Fields>(structure: Structure<F>, bytes: Uint8Array, offset: number): RecordOf<F> {
  const record = structure.read(viewOf(bytes), offset);
  if (record.isErr()) throw new Error(`Xen's answer is too short for ${structure.name}`);
  return record.value;
}
