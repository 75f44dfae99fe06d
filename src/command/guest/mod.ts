/** `guest …`: what a guest finds, reads and writes. */
import { type AnyCommand } from "../language/command.ts";
import { guestNdctl } from "./ndctl.ts";
import { guestProbe } from "./probe.ts";
import { guestRead } from "./read.ts";
import { guestShow } from "./show.ts";
import { guestWrite } from "./write.ts";

export const guestCommands: readonly AnyCommand[] = [guestShow, guestProbe, guestNdctl, guestRead, guestWrite];
