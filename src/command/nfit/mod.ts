/** `nfit …`: firmware's table of NVDIMMs, of this host, of a guest, or of a file. */
import { type AnyCommand } from "../language/command.ts";
import { exportVerb } from "../tables/export_verb.ts";
import { nfitBuild } from "./build.ts";
import { nfitDiff } from "./diff.ts";
import { nfitLint } from "./lint.ts";
import { nfitShow } from "./show.ts";

export const nfitCommands: readonly AnyCommand[] = [
  nfitShow,
  nfitLint,
  exportVerb("NFIT", "Write an NFIT as bytes"),
  nfitDiff,
  nfitBuild,
];
