/** `label …`: label storage areas of this host's DIMMs, or of files. */
import { type AnyCommand } from "../language/command.ts";
import { labelCheck } from "./check.ts";
import { labelExport } from "./export.ts";
import { labelShow } from "./show.ts";

export const labelCommands: readonly AnyCommand[] = [labelShow, labelCheck, labelExport];
