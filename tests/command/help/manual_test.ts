/** The manual of one command. */
import assert from "node:assert/strict";
import { helpCommand } from "../../../src/command/help/help.ts";
import { type HostCommand } from "../../../src/command/language/command.ts";
import { fileCommands } from "../../../src/command/dom0/file_commands.ts";
import { ndctlCommands } from "../../../src/command/ndctl/ndctl_commands.ts";
import { xlCommands } from "../../../src/command/xl/mod.ts";
import { type Fork } from "../../../src/host/mod.ts";

Deno.test("the usage line names the command, whichever tool's it is", () => {
  const commands = [...fileCommands, ...ndctlCommands, ...xlCommands];
  const help = helpCommand(commands, "", []) as HostCommand;
  for (const { name } of commands.filter(({ name }) => !["xl", "ndctl"].includes(name.join(" ")))) {
    const args = help.parse(name)._unsafeUnwrap();
    const ended = help.run(undefined as unknown as Fork, args, undefined as never).next();
    assert.ok(ended.done);
    assert.match(
      String(ended.value.out),
      new RegExp(`^usage: nvdeck ${name.join(" ").replaceAll(".", "\\.")}( |$)`, "m"),
    );
  }
});
