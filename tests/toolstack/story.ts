/** Command lines on one fork of a fixture, told as a story: each line must end as the test says. */
import assert from "node:assert/strict";
import { ndctlCommands } from "../../src/command/ndctl/ndctl_commands.ts";
import { fileCommands } from "../../src/command/dom0/file_commands.ts";
import { autostartCommands } from "../../src/command/hosts/autostart.ts";
import { guestCommands } from "../../src/command/guest/mod.ts";
import { type Step } from "../../src/abi/steps.ts";
import { type Fork, type Host, type HostImage } from "../../src/host/mod.ts";
import { bootedHost } from "./joined.ts";
import { filesOf, Runner } from "../command/xl/runner.ts";

export const uuidOf = (n: number): string => `11111111-2222-4333-8444-0000000000${String(n).padStart(2, "0")}`;

export class Story {
  readonly #configs = new Map<string, string>();
  readonly #runner: Runner;
  readonly fork: Fork;

  constructor(host: Host | Fork) {
    this.fork = "fork" in host ? host.fork() : host;
    this.#runner = new Runner(this.fork, filesOf(this.#configs), [
      ...ndctlCommands,
      ...fileCommands,
      ...guestCommands,
      ...autostartCommands,
    ]);
  }

  static on(fixture: string, change?: (image: HostImage) => HostImage): Story {
    return new Story(bootedHost(fixture, change));
  }

  file(path: string, text: string): void {
    this.#configs.set(path, text);
  }

  /** An HVM guest of 128 MiB, `N.cfg` for guest N, with these settings on top. */
  config(n: number, settings: string): string {
    const path = `/g${n}.cfg`;
    this.#configs.set(path, `name = 'g${n}'\nuuid = '${uuidOf(n)}'\ntype = 'hvm'\nmemory = 128\n${settings}\n`);
    return path;
  }

  /** Must succeed; what it prints. */
  ok(line: string): string {
    const { status, out, err } = this.#runner.tell(line);
    assert.equal(status, 0, `${line}\n${err}`);
    return out;
  }

  /** Must fail with this status, and say this. */
  fails(line: string, status: number, says: RegExp): void {
    const outcome = this.#runner.tell(line);
    assert.equal(outcome.status, status, `${line}\n${outcome.out}${outcome.err}`);
    assert.match(outcome.err, says, line);
  }

  /** Must succeed, and say this on standard error. */
  says(line: string, text: RegExp): void {
    const { status, err } = this.#runner.tell(line);
    assert.equal(status, 0, line);
    assert.match(err, text, line);
  }

  /** Makes a guest with these vNVDIMMs. */
  start(n: number, vnvdimms: readonly string[], settings = ""): number {
    const list = vnvdimms.map((spec) => `'${spec}'`).join(", ");
    this.ok(`xl create ${this.config(n, `vnvdimms = [ ${list} ]\n${settings}`)}`);
    return Number(this.ok(`xl domid g${n}`));
  }

  /** Carves a raw namespace; its name. */
  carve(region: string, size: string, mode = "raw"): string {
    return JSON.parse(this.ok(`ndctl create-namespace -r ${region} -m ${mode} -s ${size} -f`)).dev;
  }

  /** Names of the hypercalls made while `act` ran, with their results. */
  calls(act: () => void): string[] {
    const before = this.fork.recorder.steps.length;
    act();
    return this.fork.recorder.steps.slice(before).filter((step): step is Step & { kind: "hypercall" } =>
      step.kind === "hypercall"
    ).map(({ name, result }) => `${name} ${result}`);
  }

  sound(): void {
    assert.deepEqual(this.fork.xen.violations(), []);
  }
}
