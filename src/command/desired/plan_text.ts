/** A plan as a batch file: the commands, each after what it is for and what it destroys. */
import { type Json } from "../../base/json.ts";
import { lossText } from "../language/execute.ts";
import { type PlannedCommand } from "./planning.ts";

export function planText(commands: readonly PlannedCommand[], file: string, host: string): string {
  const lines: string[] = [`# ${file} on ${host}: ${countText(commands)}`];
  commands.forEach(({ command, object, line, why, losses }) => {
    const place = line === undefined ? "" : ` (line ${line})`;
    lines.push("", `# ${object}${place}${why === "" ? "" : `: ${why}`}`);
    lines.push(...losses.map((loss) => `#   loses ${lossText(loss)}`), command);
  });
  return lines.map((line) => `${line}\n`).join("");
}

export function countText(commands: readonly PlannedCommand[]): string {
  const lost = bytesLost(commands);
  const many = `${commands.length} ${commands.length === 1 ? "command" : "commands"}`;
  return lost === 0 ? many : `${many}, ${lost} bytes lost`;
}

export const planValue = (commands: readonly PlannedCommand[]): Json => ({
  changes: commands.length > 0,
  lost: bytesLost(commands),
  commands: commands.map(({ command, object, line, why, losses }) => ({
    command,
    object,
    line: line ?? null,
    why,
    losses: losses.map((loss) => ({ ...loss, owner: loss.owner ?? null })),
  })),
});

const bytesLost = (commands: readonly PlannedCommand[]): number =>
  commands.flatMap(({ losses }) => losses).reduce((sum, { bytes }) => sum + bytes, 0);
