/** Every command there is, for the registry. */
import { batch } from "./batch/batch.ts";
import { helpCommand } from "./help/help.ts";
import { historyCommands } from "./history/history.ts";
import { type FixturePath, importCommands } from "./hosts/import.ts";
import { list } from "./ndctl/list.ts";
import { lifeCommands } from "./hosts/life.ts";
import { traceCommand } from "./trace/trace.ts";
import { type AnyCommand } from "./language/command.ts";
import { nfitCommands } from "./nfit/mod.ts";

export interface CommandParts {
  readonly fixturePath: FixturePath;
  /** Usage text of the global options. */
  readonly globals: string;
  /** Commands that only the edge can carry out. */
  readonly more: readonly AnyCommand[];
}

export function allCommands({ fixturePath, globals, more }: CommandParts): readonly AnyCommand[] {
  const commands: AnyCommand[] = [
    list,
    ...importCommands(fixturePath),
    ...lifeCommands,
    ...historyCommands,
    traceCommand,
    batch,
    ...nfitCommands,
    ...more,
  ];
  return [...commands, helpCommand(commands, globals, [])];
}
