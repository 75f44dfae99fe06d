/** A device model over memory that the test holds: guest pages by address, label pages by host address. */
import { err, ok } from "neverthrow";
import { type Domid, type Gpa } from "../../src/abi/address.ts";
import { type DomainMemory, type Hypercall } from "../../src/abi/ports.ts";
import { DM_FRAME_HEAD, dmOpBuffer, dmOpPmemRw, HYPERCALL } from "../../src/abi/mod.ts";
import { BaseBlocks } from "../../src/base/blocks.ts";
import { viewOf } from "../../src/base/bytes.ts";
import { DeviceModels } from "../../src/device_model/mod.ts";

export const DOMAIN = 7 as Domid;
export const PAGE = 0xfc003000 as Gpa;

export class DeviceModelHost {
  readonly pages = new Map<number, Uint8Array>();
  /** Host memory of label areas, from address 0 on. */
  readonly host = new Uint8Array(1 << 20);
  readonly calls: number[] = [];
  /** The errno that pmem_rw fails with, if any. */
  pmemFault: "EFAULT" | undefined;

  readonly memory: DomainMemory = {
    load: (_domid, gpa, length) => {
      const page = this.pages.get(gpa);
      return page ? ok(page.slice(0, length)) : err({ kind: "unmapped", address: gpa });
    },
    store: (_domid, gpa, bytes) => {
      const page = this.pages.get(gpa);
      if (!page) return err({ kind: "unmapped", address: gpa });
      page.set(bytes);
      return ok();
    },
  };

  readonly hypercall: Hypercall = (_caller, number, bytes, buffers) => {
    this.calls.push(number);
    // populate_physmap says how many extents it did: all of them.
    if (number === HYPERCALL.memory_op) return ok({ value: Number(viewOf(bytes).getBigUint64(16, true)), bytes });
    if (this.pmemFault) return err(this.pmemFault);
    const view = viewOf(bytes);
    const [request, data] = [0, 1].map((i) => {
      const { handle, size } = dmOpBuffer.read(view, DM_FRAME_HEAD + 16 * i)._unsafeUnwrap();
      return buffers!.at(handle)!.subarray(0, Number(size));
    });
    const { paddr, length, isWrite } = dmOpPmemRw.read(viewOf(request!), 8)._unsafeUnwrap();
    const at = this.host.subarray(Number(paddr), Number(paddr) + Number(length));
    if (isWrite) at.set(data!);
    else data!.set(at);
    return ok({ value: 0, bytes });
  };

  readonly models = new DeviceModels({
    state: { processes: new BaseBlocks() },
    hypercall: this.hypercall,
    memory: this.memory,
  });
}

/** The arguments that matter for memory, in libxl's form; sizes in bytes, RAM in MiB. */
export function argv(
  ramMiB: number,
  devices: readonly { readonly size: number; readonly more?: string; readonly backend?: string }[],
  { spareSlots = 1, spareBytes = 0, machine = "" } = {},
): string[] {
  const maxmem = ramMiB * 2 ** 20 + devices.reduce((sum, { size }) => sum + size, 0) + spareBytes;
  return [
    "qemu-system-i386",
    "-machine",
    `xenfv,suppress-vmdesc=on,nvdimm${machine}`,
    "-m",
    `${ramMiB},slots=${devices.length + spareSlots},maxmem=${maxmem}`,
    ...devices.flatMap(({ size, more = "", backend = "" }, i) => [
      "-object",
      `memory-backend-xen,id=mem${i + 1},host-addr=0x100000000,size=${size}${backend}`,
      "-device",
      `nvdimm,id=xen_nvdimm${i + 1},memdev=mem${i + 1}${more}`,
    ]),
  ];
}
