/** `nfit …`: firmware's table of NVDIMMs, of this host, of a guest, or of a file. */
import { type AnyCommand } from "../language/command.ts";
import { nfitBuild } from "./build.ts";
import { nfitDiff } from "./diff.ts";
import { nfitExport } from "./export.ts";
import { nfitLint } from "./lint.ts";
import { nfitShow } from "./show.ts";

export const nfitCommands: readonly AnyCommand[] = [nfitShow, nfitLint, nfitExport, nfitDiff, nfitBuild];
