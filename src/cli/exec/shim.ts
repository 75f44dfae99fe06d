/**
 * The stand-in for a real tool on PATH: a POSIX sh script that hands its words to the `exec` process and prints what comes
 * back. One call is one request file, one line down a shared named pipe, and one line up a pipe of its own.
 *
 * Request file: working folder, how standard input is (`tty`, `pipe`, `null`), then the words, each ended by a NUL.
 * Reply: files with standard output and standard error, then the exit status on the pipe.
 */

/** Files of call N in the shared folder (N is the shim's process id). */
export const callFile = (folder: string, part: "request" | "reply" | "out" | "err", call: string): string =>
  `${folder}/${call}.${part}`;

export const requestPipe = (folder: string): string => `${folder}/calls`;

/** Folders on which the model has filesystems mounted, one a line: what lies below them is the model's. */
export const mountList = (folder: string): string => `${folder}/mounts`;

/**
 * `tool` is the shim's own name, `path` where real tools are found; `guard` are lines that may leave the call to the real
 * tool.
 */
export function shimScript(folder: string, path: string, tool: string, guard = ""): string {
  const at = (part: Parameters<typeof callFile>[1]) => `"${callFile(folder, part, "$$")}"`;
  return `#!/bin/sh
# ${tool}, answered by nvdeck.
${guard}PATH=${quoted(path)}
umask 077
if [ -t 0 ]; then input=tty; elif [ -e /dev/fd/0 ]; then input=pipe; else input=null; fi
mkfifo ${at("reply")} || exit 70
printf '%s\\0' "$PWD" "$input" ${tool} "$@" > ${at("request")}
echo $$ > "${requestPipe(folder)}"
read -r status < ${at("reply")} || status=70
[ -t 1 ] && [ -s ${at("out")} ] && cat ${at("out")}
[ -s ${at("err")} ] && cat ${at("err")} >&2
[ ! -t 1 ] && [ -s ${at("out")} ] && cat ${at("out")}
rm -f "${folder}/$$".*
exit "$status"
`;
}

/**
 * For tools that scripts use on their own files too: the model answers where a word names what the model has, a pmem
 * device, dom0's sysfs, or something below one of its mounts; the real tool answers for the rest.
 */
export function sharedGuard(
  folder: string,
  path: string,
  tool: string,
  patterns: readonly string[],
  alone: boolean,
): string {
  return `mine=
${alone ? "[ $# = 0 ] && mine=1\n" : ""}for word in "$@"; do
  path=\${word#*=}
  case $path in ${patterns.join(" | ")}) mine=1 ;; esac
  while read -r mount; do
    case $path in "$mount" | "$mount"/*) mine=1 ;; esac
  done < "${mountList(folder)}"
done
if [ -z "$mine" ]; then
  real=$(PATH=${quoted(path)} command -v ${tool}) || { echo "${tool}: not found" >&2; exit 127; }
  exec "$real" "$@"
fi
`;
}

/** A word of the shell that stands for itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export interface ShimRequest {
  readonly folder: string;
  readonly input: "tty" | "pipe" | "null";
  readonly words: readonly string[];
}

export function parseRequest(bytes: Uint8Array): ShimRequest | undefined {
  const [folder, input, ...words] = new TextDecoder().decode(bytes).split("\0").slice(0, -1);
  if (folder === undefined || words.length === 0) return undefined;
  if (input !== "tty" && input !== "pipe" && input !== "null") return undefined;
  return { folder, input, words };
}
