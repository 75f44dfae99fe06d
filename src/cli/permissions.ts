/**
 * What the program may do, least first: the environment (terminal, paths), files, and two programs that `exec` starts (the
 * shell that runs the operator's command, and mkfifo for the pipe its tools call through). No network, no libraries.
 */
export const PERMISSIONS: readonly string[] = ["--allow-env", "--allow-read", "--allow-write", "--allow-run=sh,mkfifo"];
