/** The files of a capture, wherever they are kept: the format is that of the captures in fixtures/hosts. */

export type CaptureState = "start" | "end";

/** A folder of files, read whole; names are relative, `.gz` already unpacked. Undefined where there is no such file. */
export interface CaptureFolder {
  readonly name: string;
  read(name: string): Uint8Array | undefined;
  /** Names of files below a subfolder (`labels`), `.gz` taken off. */
  list(subfolder: string): readonly string[];
}
