/** `ept …`: the second-level page tables of a running guest. */
import { type AnyCommand } from "../language/command.ts";
import { eptAdvise } from "./advise.ts";
import { eptDump } from "./dump.ts";
import { eptLookup } from "./lookup.ts";
import { eptShow } from "./show.ts";
import { eptStats } from "./stats.ts";

export const eptCommands: readonly AnyCommand[] = [eptShow, eptLookup, eptStats, eptAdvise, eptDump];
