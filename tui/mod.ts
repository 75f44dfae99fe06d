/** The console's public surface: mount it on a host. */
export { type ConsoleOptions, openConsole } from "./app/mount.tsx";
