/** `ssdt …`: the ACPI devices that stand for NVDIMMs. */
import { type AnyCommand } from "../language/command.ts";
import { exportVerb } from "../tables/export_verb.ts";
import { ssdtShow } from "./show.ts";

export const ssdtCommands: readonly AnyCommand[] = [ssdtShow, exportVerb("SSDT", "Write an SSDT as AML")];
