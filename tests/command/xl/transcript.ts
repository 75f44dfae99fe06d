/** The commands that a real dom0 of Xen 4.17.7 answered, line by line. */

export interface Line {
  readonly n: number;
  readonly command: string;
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const TRANSCRIPT_FOLDER = "fixtures/hosts/transcript-xl-1";

export const transcript = (folder = TRANSCRIPT_FOLDER): Line[] =>
  Deno.readTextFileSync(`${folder}/transcript.jsonl`).trim().split("\n").map((text) => ({
    stdout: "",
    stderr: "",
    ...JSON.parse(text),
  }));
