/**
 * A captured machine under a shell: ndctl and daxctl are the model's, sysfs is the model's, the rest is as much of busybox as
 * captured lines use. A mounted filesystem is a device that is held. Only for tests.
 */
import { utf8 } from "../../../src/base/bytes.ts";
import { strerror } from "../../../src/abi/errno.ts";
import { SYSFS_ROOT } from "../../../src/dom0/mod.ts";
import { range } from "../../../src/base/range.ts";
import { plugDimm } from "../../../src/machine/mod.ts";
import { type HotPlugs, qemuPlugs } from "../../conformance/qemu_hot_plug.ts";
import { type CapturedDom0 } from "../../dom0/captured_dom0.ts";
import { textPrograms } from "../../shell/programs.ts";
import { globPattern, type Program, ran, Shell, type System } from "../../shell/shell.ts";
import { Tool } from "./tool.ts";

/** Names and dates of files are not the model's business. */
export const FILE_DATE = "Jan  1 00:00";

export class ScriptedHost implements System {
  readonly tool: Tool;
  readonly shell = new Shell(this);
  readonly #mounts = new Map<string, string>();
  readonly #programs: Record<string, Program>;

  constructor(private readonly machine: CapturedDom0, private readonly hotPlugs?: HotPlugs) {
    this.tool = new Tool(machine.again);
    const tool = (name: string): Program => (argv, input) => this.tool.run([name, ...argv], input);
    const nothing: Program = () => ran(0);
    this.#programs = {
      ...textPrograms((path) => this.#read(path)),
      ndctl: tool("ndctl"),
      daxctl: tool("daxctl"),
      ls: (argv) => this.#ls(argv),
      mount: (argv) => this.#mount(argv),
      umount: ([directory]) => this.#umount(directory!),
      timeout: ([_seconds, name, ...argv], input) => this.program(name!)!(argv, input),
      init_labels: (argv) => this.#initLabels(argv),
      dd: (argv) => this.#dd(argv),
      ask_hotplug: ([list]) => this.#plug(Number(list)),
      ...Object.fromEntries(
        ["sysfs_tree", "modprobe", "mkdir", "sync", "settle", "sleep", "mkfs.ext4", "cp", "df", "filefrag", "fallocate"]
          .map((name) => [name, nothing]),
      ),
    };
  }

  program(name: string): Program | undefined {
    return this.#programs[name];
  }

  write(path: string, bytes: Uint8Array, append: boolean): string | undefined {
    if (path === "/dev/null") return undefined;
    if (path.startsWith(`${SYSFS_ROOT}/`)) {
      const [device, ...attribute] = path.slice(SYSFS_ROOT.length + 1).split("/");
      const stored = this.machine.again().store(device!, attribute.join("/"), new TextDecoder().decode(bytes));
      return stored.isErr() ? strerror(stored.error) : undefined;
    }
    const old = append ? this.tool.files.content.get(path) ?? new Uint8Array() : new Uint8Array();
    this.tool.files.write(path, [old, bytes]);
    return undefined;
  }

  glob(pattern: string): readonly string[] {
    if (pattern.startsWith("/dev/")) {
      return this.#disks().map((disk) => `/dev/${disk}`).filter((path) => globPattern(pattern).test(path));
    }
    const { sysfs } = this.machine.again();
    let paths = [SYSFS_ROOT];
    for (const part of pattern.slice(SYSFS_ROOT.length + 1).split("/")) {
      const expression = globPattern(part);
      paths = paths.flatMap((path) =>
        sysfs.list(path).unwrapOr([]).filter((name) => expression.test(name)).map((name) => `${path}/${name}`)
      );
    }
    return paths.sort();
  }

  #read(path: string): Uint8Array | string | undefined {
    const file = this.tool.files.content.get(path);
    if (file) return file;
    return this.machine.again().sysfs.text(path)
      .match((text) => utf8(text), (errno) => errno === "ENOENT" ? undefined : strerror(errno));
  }

  #disks(): string[] {
    const dom0 = this.machine.again();
    return dom0.namespaces().flatMap((namespace) => {
      const disk = namespace.holder === undefined ? namespace.disk : dom0.personality(namespace.holder)?.disk;
      return disk === undefined ? [] : [disk];
    }).sort();
  }

  #ls(argv: readonly string[]) {
    const paths = argv.filter((word) => !word.startsWith("-"));
    if (!argv.includes("-l")) {
      const { sysfs } = this.machine.again();
      return ran(0, paths.flatMap((path) => sysfs.list(path).unwrapOr([path])).map((name) => `${name}\n`).join(""));
    }
    const rows = paths.map((path) => {
      const size = String(this.tool.files.content.get(path)?.length ?? 0);
      return `-rw-r--r--    1 0        0        ${size.padStart(9)} ${FILE_DATE} ${path}\n`;
    });
    return ran(0, rows.join(""));
  }

  /** From a file to a file or a disk; what lies behind the part that is written stays, as with `conv=notrunc`. */
  #dd(argv: readonly string[]) {
    const named = new Map(argv.map((word) => word.split("=", 2) as [string, string]));
    const number = (name: string, unsaid: number) => Number(named.get(name) ?? unsaid);
    const [from, to, block] = [named.get("if")!, named.get("of")!, number("bs", 512)];
    const source = this.tool.files.content.get(from);
    if (!source) return ran(1, "", `dd: can't open '${from}': No such file or directory\n`);
    const start = number("skip", 0) * block;
    const bytes = source.subarray(start, start + number("count", Infinity) * block);
    const at = number("seek", 0) * block;
    if (to.startsWith("/dev/")) {
      const written = this.machine.again().writeDisk(to.slice("/dev/".length), at, bytes, "dd");
      return written.isErr() ? ran(1, "", `dd: can't open '${to}': ${strerror(written.error)}\n`) : ran(0);
    }
    const old = this.tool.files.content.get(to) ?? new Uint8Array();
    const whole = new Uint8Array(Math.max(old.length, at + bytes.length));
    whole.set(old);
    whole.set(bytes, at);
    this.tool.files.write(to, [whole]);
    return ran(0);
  }

  #mount(argv: readonly string[]) {
    if (argv.length === 0) {
      const lines = [...this.#mounts].map(([dir, device]) =>
        `/dev/${device} on ${dir} type ext4 (rw,relatime,dax=always)\n`
      );
      return ran(0, lines.join(""));
    }
    const [path, directory] = argv.slice(-2) as [string, string];
    const device = path.slice("/dev/".length);
    this.machine.again().openExclusive(device, `mounted on ${directory}`)._unsafeUnwrap();
    this.#mounts.set(directory, device);
    return ran(0);
  }

  #umount(directory: string) {
    const device = this.#mounts.get(directory);
    if (device === undefined) return ran(1, "", `umount: can't unmount ${directory}: No such file or directory\n`);
    this.machine.again().closeExclusive(device);
    this.#mounts.delete(directory);
    return ran(0);
  }

  /** Firmware takes each DIMM and notifies the kernel. */
  #plug(list: number) {
    const { machine } = this.machine;
    const present = () => ({
      ram: machine.facts.ram,
      pmem: this.machine.again().regions().map(({ start, size }) => range(start, size)),
      handles: machine.dimms().map(({ handle }) => handle),
    });
    for (const dimm of qemuPlugs(this.hotPlugs!, list, present)) {
      plugDimm(machine.state, dimm)._unsafeUnwrap();
      this.machine.again().notify();
    }
    return ran(0);
  }

  async #initLabels(argv: readonly string[]) {
    const lines = [["disable-region", "all"], ["init-labels", ...argv, "-f", "all"], ["enable-region", "all"]];
    let err = "";
    let status = 0;
    for (const line of lines) {
      const done = await this.tool.run(["ndctl", ...line]);
      err += done.err;
      status = done.status;
    }
    return ran(status, "", err);
  }
}
