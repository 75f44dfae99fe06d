/**
 * `exec -- CMD`: runs a real shell command with ndctl, daxctl, xl and the rest on PATH answered by this process, so that
 * scripts with loops, pipes and `$(…)` run unchanged. Calls are answered one after the other; each is a command of the
 * session, journalled like any other. No sockets, no network permission.
 */
import { err, ok } from "neverthrow";
import {
  type AnyCommand,
  declare,
  type Executed,
  failed,
  type Outcome,
  type Progress,
  type Session,
} from "../../command/language/command.ts";
import { EXIT } from "../../command/language/exit_codes.ts";
import { usageFault } from "../../command/language/options.ts";
import { callerFolder, filesFrom } from "../files.ts";
import { callFile, mountList, parseRequest, requestPipe, sharedGuard, shimScript } from "./shim.ts";

const DEVICES = ["/dev/pmem*", "/dev/dax*"] as const;
const SYSFS = ["/sys/bus/nd", "/sys/bus/nd/*"] as const;
/** What the shims stand in for: the vocabularies of the real tools. */
const TOOLS = ["ndctl", "daxctl", "xl", "xen-ndctl", "xenstore-ls"] as const;
/** Tools that the model answers for its own devices, mounts and sysfs only. */
const SHARED_TOOLS: Readonly<Record<string, readonly string[]>> = {
  "mkfs.ext4": DEVICES,
  "mkfs.xfs": DEVICES,
  mount: DEVICES,
  umount: DEVICES,
  filefrag: DEVICES,
  fallocate: DEVICES,
  truncate: DEVICES,
  dd: DEVICES,
  rm: DEVICES,
  chattr: DEVICES,
  ls: [...DEVICES, ...SYSFS],
  cat: SYSFS,
};
/** These tell of the model's when they are asked of nothing in particular. */
const ALONE = new Set(["mount"]);
const USAGE = "exec -- CMD [ARG…]";

export const execCommand: AnyCommand = declare<{ readonly words: readonly string[] }>({
  kind: "session",
  vocabulary: "nvdeck",
  name: ["exec"],
  summary: "Run a shell command with ndctl, daxctl and xl answered by this host",
  usage: USAGE,
  effect: "reads",
  help: `The command runs in the folder nvdeck was called from, with the real system around it: only ${
    TOOLS.join(", ")
  } are
answered by the model, and ${
    Object.keys(SHARED_TOOLS).join(", ")
  } where they name its pmem devices, mounts or sysfs. With --dry-run all calls run on one fork that is dropped.`,
  parse(argv) {
    const words = argv[0] === "--" ? argv.slice(1) : argv;
    return words.length === 0 ? err(usageFault("exec needs a command", USAGE)) : ok({ words });
  },
  async *run(session, { words }): AsyncGenerator<Progress, Outcome, void> {
    const folder = Deno.makeTempDirSync({ prefix: "nvdeck-" });
    try {
      Deno.chmodSync(folder, 0o700);
      const path = Deno.env.get("PATH") ?? "/usr/bin:/bin";
      const made = prepare(folder, path);
      if (made !== undefined) return failed(EXIT.failed, made);
      return yield* serve(session, folder, path, words);
    } finally {
      Deno.removeSync(folder, { recursive: true });
    }
  },
});

/** Shims and the request pipe; what went wrong, or undefined. */
function prepare(folder: string, path: string): string | undefined {
  const made = new Deno.Command("mkfifo", { args: ["-m", "600", requestPipe(folder)] }).outputSync();
  if (!made.success) return "nvdeck: mkfifo failed; exec needs a system with named pipes\n";
  Deno.mkdirSync(`${folder}/bin`);
  for (const tool of TOOLS) {
    Deno.writeTextFileSync(`${folder}/bin/${tool}`, shimScript(folder, path, tool), { mode: 0o700 });
  }
  for (const [tool, patterns] of Object.entries(SHARED_TOOLS)) {
    const guard = sharedGuard(folder, path, tool, patterns, ALONE.has(tool));
    Deno.writeTextFileSync(`${folder}/bin/${tool}`, shimScript(folder, path, tool, guard), { mode: 0o700 });
  }
  return undefined;
}

async function* serve(
  session: Session,
  folder: string,
  path: string,
  words: readonly string[],
): AsyncGenerator<Progress, Outcome, void> {
  const [command, ...args] = words;
  const whole = session.policy.dryRun ? session.together() : session;
  tellMounts(whole, folder);
  // Open for writing as well: the pipe then never ends while no shim has it open.
  const calls = await Deno.open(requestPipe(folder), { read: true, write: true });
  try {
    const child = new Deno.Command("sh", {
      args: ["-c", 'exec "$@"', "sh", command!, ...args],
      cwd: callerFolder(),
      env: { PATH: `${folder}/bin:${path}` },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    let ended = false;
    const end = child.status.then((status) => {
      ended = true;
      // One line that no shim writes: wakes the reader.
      calls.writeSync(new TextEncoder().encode("end\n"));
      return status;
    });
    for await (const call of linesOf(calls)) {
      if (call === "end" && ended) break;
      yield* answer(whole, folder, call);
    }
    return { status: (await end).code, out: "", err: "", keep: false };
  } finally {
    calls.close();
  }
}

async function* linesOf(file: Deno.FsFile): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(4096);
  let tail = "";
  for (;;) {
    const count = await file.read(buffer);
    if (count === null) return;
    const lines = (tail + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
    tail = lines.pop() ?? "";
    yield* lines;
  }
}

async function* answer(session: Session, folder: string, call: string): AsyncGenerator<Progress, void, void> {
  // A shim's process id; anything else did not come from one.
  if (!/^[0-9]+$/.test(call)) return;
  const request = parseRequest(readOr(callFile(folder, "request", call)));
  const executed: Executed = request
    ? yield* session.within({
      files: filesFrom(request.folder),
      terminal: false,
      get input() {
        return request.input === "pipe" ? readOr(`/proc/${call}/fd/0`) : undefined;
      },
      json: false,
    }).execute(modelled(request.words))
    : {
      status: EXIT.internalError,
      out: "",
      err: "nvdeck: a shim's request was damaged\n",
      keep: false,
      changed: false,
    };
  tellMounts(session, folder);
  write(callFile(folder, "out", call), executed.out);
  write(callFile(folder, "err", call), executed.err);
  // Opening waits for the shim to read; one that was killed meanwhile is not waited for.
  const reply = Deno.openSync(callFile(folder, "reply", call), { read: true, write: true });
  reply.writeSync(new TextEncoder().encode(`${statusOf(executed, request?.words[0])}\n`));
  Deno.unrefTimer(setTimeout(() => reply.close(), REPLY_GRACE_MS));
}

/** The words as the registry knows them: reading sysfs is nvdeck's own verb. */
function modelled([tool = "", ...words]: readonly string[]): readonly string[] {
  const ofSysfs = words.some((word) => word.startsWith("/sys/"));
  return ofSysfs && (tool === "cat" || tool === "ls") ? ["sys", tool, ...words] : [tool, ...words];
}

/** What is missing in sysfs is the real tool's failure, not nvdeck's. */
const statusOf = ({ status }: Executed, tool: string | undefined): number =>
  status === 0 ? 0 : tool === "cat" ? 1 : tool === "ls" ? LS_TROUBLE : status;
const LS_TROUBLE = 2;

function tellMounts(session: Session, folder: string): void {
  const mounts = session.host().fork().files.mounts.list();
  Deno.writeTextFileSync(mountList(folder), mounts.map(({ directory }) => `${directory}\n`).join(""));
}

/** A pipe forgets what nobody has read when its last holder closes it: the shim gets this long to open its end. */
const REPLY_GRACE_MS = 60_000;

function readOr(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}

function write(path: string, data: string | Uint8Array): void {
  if (data.length > 0) Deno.writeFileSync(path, typeof data === "string" ? new TextEncoder().encode(data) : data);
}
