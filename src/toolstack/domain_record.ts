/** A domain that exists in Xen, as libxl knows it. */
import { type FrameRun } from "./backend/frame_run.ts";
import { type DomainConfig } from "./config/domain_config.ts";

/** One vNVDIMM of a running domain. */
export interface VnvdimmRecord {
  /** Counted from 0; the device is `xen_nvdimm`(slot + 1). */
  readonly slot: number;
  /** The backend as the operator wrote it. */
  readonly spec: string;
  /** What holds it exclusively, or undefined under management `xen`: names of dom0 devices or files. */
  readonly holds: readonly string[];
  /** Data pages first, label pages last; machine frames in the order of the guest's addresses. */
  readonly runs: readonly FrameRun[];
  /** Frames of the data part: what is mapped. */
  readonly pages: number;
  readonly labelPages: number;
  /** Where the device model put it. Bytes. */
  readonly gpa: number;
}

export interface DomainRecord {
  readonly domid: number;
  readonly uuid: string;
  readonly name: string;
  readonly config: DomainConfig;
  /** The configuration's text, with `key=value` arguments appended: what a restart parses again. */
  readonly text: string;
  /** Where the text came from, for messages. */
  readonly source: string;
  /** Model time, nanoseconds. */
  readonly startedAt: bigint;
  readonly vnvdimms: readonly VnvdimmRecord[];
  /** An order to the guest that its toolstack daemon has not acted on yet. */
  readonly ordered?: "poweroff" | "reboot";
}
