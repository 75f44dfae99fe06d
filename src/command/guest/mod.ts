/** `guest …`: what a guest finds, reads and writes. */
import { type AnyCommand } from "../language/command.ts";
import { guestRead, guestWrite } from "./access.ts";
import { guestNdctl, guestProbe } from "./kernel_view.ts";
import { guestShow } from "./show.ts";

export { findGuest, type NamedGuest } from "./guest_of.ts";
export const guestCommands: readonly AnyCommand[] = [guestShow, guestProbe, guestRead, guestWrite, guestNdctl];
