/** What makes a piece of persistent memory the same one as before, whatever its address is now (model section 5). */

/** A DIMM and where on it a namespace lies, in the order of the interleave set. */
export interface DimmPlace {
  /** As Linux prints it: vendor, (location, date,) serial. */
  readonly uniqueId: string;
  /** Bytes. */
  readonly dpa: number;
  readonly size: number;
}

/** A namespace with a label: found by its UUID, proved by where it lies. */
export interface NamespaceIdentity {
  readonly kind: "namespace";
  /** The label's UUID (`raw_uuid`). Undefined for a namespace without labels. */
  readonly uuid?: string;
  /** The interleave set's cookie, decimal text: it may exceed 2^53. A region without DIMMs is known by its address. */
  readonly cookie: string;
  /** Bytes from the start of the region. */
  readonly offset: number;
  readonly rawSize: number;
  readonly places: readonly DimmPlace[];
  readonly mode: "raw" | "fsdax" | "devdax";
  /** Of the data area, in bytes from the start of the namespace. */
  readonly dataOffset: number;
  readonly dataEnd: number;
  /** UUID in the pfn or dax info block. */
  readonly infoBlockUuid?: string;
}

/** A file on a mounted DAX filesystem: its namespace, and its extents relative to the block device. Bytes. */
export interface FileIdentity {
  readonly kind: "file";
  readonly path: string;
  readonly namespace: NamespaceIdentity;
  readonly extents: readonly { readonly offset: number; readonly length: number }[];
}

/** Frames under management `xen`: the region they lie in and how far from its start. Bytes. */
export interface FramesIdentity {
  readonly kind: "frames";
  readonly cookie: string;
  readonly serials: readonly string[];
  readonly offset: number;
  readonly length: number;
}

export type BackendIdentity = NamespaceIdentity | FileIdentity | FramesIdentity;
