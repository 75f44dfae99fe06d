/** A domain that exists in Xen, as libxl knows it. */
import { type FrameRun } from "./backend/frame_run.ts";
import { type DomainConfig } from "./config/domain_config.ts";

/** One vNVDIMM of a running domain. */
export interface VnvdimmRecord {
  /** Counted from 0; the device is `xen_nvdimm`(slot + 1). */
  readonly slot: number;
  /** The backend as the operator wrote it. */
  readonly spec: string;
  /** The file in dom0 that it is, if it is one. */
  readonly file: string | undefined;
  /** Data pages first, label pages last; machine frames in the order of the guest's addresses. */
  readonly runs: readonly FrameRun[];
  /** Frames of the data part: what is mapped. */
  readonly pages: number;
  readonly labelPages: number;
  /** Where the device model put it. Bytes. */
  readonly gpa: number;
  /** Backed by memory that loses its content with power. */
  readonly volatile: boolean;
}

export interface DomainRecord {
  readonly domid: number;
  readonly uuid: string;
  readonly name: string;
  /** As it is by now: a vNVDIMM attached while it runs is in it. */
  readonly config: DomainConfig;
  /** The text that the configuration was first read from, with `key=value` arguments appended. */
  readonly text: string;
  /** Where the text came from, for messages. */
  readonly source: string;
  /** Number of the terminal in dom0 that its console is: `/dev/pts/N`. */
  readonly console: number;
  /** Model time, nanoseconds. */
  readonly startedAt: bigint;
  readonly vnvdimms: readonly VnvdimmRecord[];
}
