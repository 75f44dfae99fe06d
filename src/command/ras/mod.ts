/** Errors in the medium: making them, and telling of them. */
import { type AnyCommand } from "../language/command.ts";
import { hostDamage } from "./damage.ts";

export { tellError, type ToldError } from "./error_text.ts";
export const rasCommands: readonly AnyCommand[] = [hostDamage];
