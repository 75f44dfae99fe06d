/** Something that must hold of a host at any time, and does not. */
export interface HostViolation {
  /** The rule that does not hold. */
  readonly rule: string;
  readonly object: string;
  readonly what: string;
}
