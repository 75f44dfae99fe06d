/** What neither tables nor firmware nor media say about a kernel: how it was built and started. */

export interface Dom0Facts {
  /** Alignments offered for pfn and dax instances, ascending, in bytes. A PV dom0 has no large pages: 4096 alone. */
  readonly alignments: readonly number[];
  /** Whether the kernel uses the SRAT. A PV dom0 does not: every device is on node 0 and has no target node. */
  readonly numa: boolean;
  /** Size of the blocks in which memory goes on and off line (`/sys/devices/system/memory/block_size_bytes`). */
  readonly memoryBlockBytes: number;
  /** Character major of DIMM control nodes, for `nmemX/dev`. */
  readonly dimmMajor: number;
}

const MiB = 1024 * 1024;

/** Linux 6.1 on bare metal or in a PVH domain. */
export const NATIVE_FACTS: Dom0Facts = {
  alignments: [4096, 2 * MiB, 1024 * MiB],
  numa: true,
  memoryBlockBytes: 128 * MiB,
  dimmMajor: 244,
};

/** The same kernel as a PV domain. */
export const PV_FACTS: Dom0Facts = { ...NATIVE_FACTS, alignments: [4096], numa: false };
