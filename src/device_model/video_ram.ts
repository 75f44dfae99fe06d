/** The VGA adapter's memory: QEMU takes it from Xen for the guest when it starts (`hw/xen/xen-hvm-common.c` xen_ram_alloc). */
import {
  CallerBuffers,
  DOM0,
  gfnOfGpa,
  HYPERCALL,
  type Hypercall,
  memoryFrame,
  memoryReservation,
  VIDEO_RAM_START,
  XENMEM,
} from "../abi/mod.ts";
import { MiB, PAGE_SIZE } from "../base/units.ts";
import { properties } from "./arguments.ts";

/** Bytes of video memory that the adapter on the command line has. */
export function videoBytes(argv: readonly string[]): number {
  const adapters = argv.filter((word, i) => argv[i - 1] === "-device" && /^(cirrus-vga|VGA|qxl-vga),/.test(word));
  return adapters.reduce((sum, adapter) => sum + Number(properties(adapter).get("vgamem_mb") ?? 0) * MiB, 0);
}

/** False where Xen has too little memory left for it. */
export function populateVideoRam(hypercall: Hypercall, domid: number, bytes: number): boolean {
  const pages = Math.floor(bytes / PAGE_SIZE);
  if (pages === 0) return true;
  const first = gfnOfGpa(VIDEO_RAM_START);
  const gfns = new Uint8Array(BigUint64Array.from({ length: pages }, (_, i) => BigInt(first + i)).buffer);
  const buffers = new CallerBuffers();
  const request = memoryReservation.write({
    extentStart: buffers.place(gfns),
    nrExtents: BigInt(pages),
    extentOrder: 0,
    memFlags: 0,
    domid,
    pad: new Uint8Array(6),
  });
  const reply = hypercall(DOM0, HYPERCALL.memory_op, memoryFrame(XENMEM.populate_physmap, request), buffers);
  return reply.isOk() && reply.value.value === pages;
}
