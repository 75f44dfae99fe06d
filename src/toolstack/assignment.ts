/**
 * The durable record of what each guest owns (model section 5). It names the memory by what lies on the media, never by
 * frame numbers: those change when firmware moves a region, and are renewed at every start.
 */
import { type BackendIdentity } from "./backend/identity.ts";

export interface Assignment {
  readonly domainUuid: string;
  readonly domainName: string;
  readonly slot: number;
  /** The backend as the operator wrote it. */
  readonly spec: string;
  readonly identity: BackendIdentity;
  /** Fixed once the guest has started with them: they hold its labels. */
  readonly labelPages: number;
  /** Data pages. */
  readonly pages: number;
  /** Where it was the last time. Bytes. */
  readonly gpa: number;
}

export const assignmentId = (domainUuid: string, slot: number): string => `${domainUuid}/${slot}`;

/** Content that an owner left behind: the next owner gets it only with `--keep-content`, or zeroes with `--sanitize`. */
export interface Remains {
  readonly domainUuid: string;
  readonly domainName: string;
  readonly identity: BackendIdentity;
}
