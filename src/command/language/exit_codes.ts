/** Exit codes of nvdeck's own vocabulary and of its global options (the real tools keep their own). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  noSuchObject: 3,
  refused: 4,
  partlyDone: 5,
  wouldChange: 6,
  internalError: 70,
  interrupted: 130,
} as const;

export const EXIT_MEANING: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  failed: "failed",
  usage: "the command line is not understood",
  noSuchObject: "no such object",
  refused: "refused: a precondition, --read-only, or something unconfirmed",
  partlyDone: "partly done",
  wouldChange: "a dry run found changes",
  internalError: "internal error: a bug in nvdeck",
  interrupted: "interrupted",
};
