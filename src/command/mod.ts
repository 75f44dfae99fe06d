/** Every command there is, for the registry. */
import { batch } from "./batch/batch.ts";
import { completionCommand } from "./completion/completion.ts";
import { featuresPage } from "./help/features_page.ts";
import { helpCommand } from "./help/help.ts";
import { designPages } from "./help/design_pages.ts";
import { hypervisorPages } from "./help/hypervisor_pages.ts";
import { historyCommands } from "./history/history.ts";
import { type FixturePath, importCommands } from "./hosts/import.ts";
import { fileCommands } from "./dom0/file_commands.ts";
import { daxctlCommands } from "./daxctl/daxctl_commands.ts";
import { ndctlCommands } from "./ndctl/ndctl_commands.ts";
import { autostartCommands } from "./hosts/autostart.ts";
import { captureScript } from "./hosts/capture_script.ts";
import { hostExport } from "./hosts/export.ts";
import { hostPlug } from "./hosts/plug.ts";
import { lifeCommands } from "./hosts/life.ts";
import { powerFail } from "./hosts/power_fail.ts";
import { traceCommand } from "./trace/trace.ts";
import { xenNdctlCommands, xlCommands } from "./xl/mod.ts";
import { type AnyCommand } from "./language/command.ts";
import { desiredCommands } from "./desired/mod.ts";
import { eptCommands } from "./ept/mod.ts";
import { exportCommands } from "./export/mod.ts";
import { guestCommands } from "./guest/mod.ts";
import { labelCommands } from "./label/mod.ts";
import { nfitCommands } from "./nfit/mod.ts";
import { rasCommands } from "./ras/mod.ts";
import { ssdtCommands } from "./ssdt/mod.ts";
import { sysCommands } from "./sys/sys.ts";

export interface CommandParts {
  readonly fixturePath: FixturePath;
  /** Usage text of the global options. */
  readonly globals: string;
  /** Commands that only the edge can carry out. */
  readonly more: readonly AnyCommand[];
}

export function allCommands({ fixturePath, globals, more }: CommandParts): readonly AnyCommand[] {
  const commands: AnyCommand[] = [
    ...ndctlCommands,
    ...daxctlCommands,
    ...fileCommands,
    ...xlCommands,
    ...xenNdctlCommands,
    ...importCommands(fixturePath),
    ...lifeCommands,
    hostPlug,
    ...autostartCommands,
    hostExport,
    captureScript,
    powerFail,
    ...historyCommands,
    traceCommand,
    batch,
    ...desiredCommands,
    ...nfitCommands,
    ...ssdtCommands,
    ...labelCommands,
    ...eptCommands,
    ...guestCommands,
    ...rasCommands,
    ...sysCommands,
    ...exportCommands,
    ...more,
  ];
  const all = [...commands, completionCommand(commands)];
  return [...all, helpCommand(all, globals, [...designPages, featuresPage, ...hypervisorPages])];
}
