/** Guests on forks of fixtures: what their configuration says runs, and can be started again. */
import { explainCreate, explainSetup } from "../../src/toolstack/mod.ts";
import { boot, type Fork, powerOff } from "../../src/host/mod.ts";
import { hostFrom, imageFrom } from "../support/session.ts";

const NAME = "web1";
const UUID = "11111111-2222-4333-8444-555555555555";

export class Running {
  #domid: number;

  private constructor(readonly fork: Fork, private readonly text: string) {
    this.#domid = this.#start();
  }

  /** `settings`: lines of the configuration besides name, UUID, type and 128 MiB of memory. */
  static on(fixture: string, namespaces: readonly string[], ...settings: string[]): Running {
    const fork = hostFrom(imageFrom(fixture)).fork();
    // Numbers of namespaces are those of a machine that has just started: later reboots leave them as they are.
    powerOff(fork);
    boot(fork);
    for (const namespace of namespaces) {
      const done = fork.toolstack.setup({ namespace, mgmt: undefined, align: 16 * 2 ** 20 });
      if (done.isErr()) throw new Error(explainSetup(done.error).what);
    }
    const head = [`name = "${NAME}"`, `uuid = "${UUID}"`, 'type = "hvm"', "memory = 128"];
    return new Running(fork, [...head, ...settings, ""].join("\n"));
  }

  get domid(): number {
    return this.#domid;
  }
  get guest() {
    return this.fork.guest(this.#domid)!;
  }
  get record() {
    return this.fork.toolstack.record(this.#domid)!;
  }

  reboot(): void {
    this.#domid = this.fork.toolstack.stop(this.#domid, "reboot")._unsafeUnwrap().restartedAs!;
  }

  /** The machine's power goes and comes back, and the guest is started again. */
  rebootHost(): void {
    powerOff(this.fork);
    boot(this.fork);
    this.#domid = this.#start();
  }

  #start(): number {
    const { config } = this.fork.toolstack.parseConfig(this.text, "web1.cfg")._unsafeUnwrap();
    const made = this.fork.toolstack.create({ config, text: this.text, source: "web1.cfg" });
    if (made.isErr()) throw new Error(explainCreate(made.error.fault).what);
    return made.value.domid;
  }
}

export const onNamespace = (namespace: string, labelPages = 0): string =>
  `vnvdimms = [ 'type=namespace, backend=${namespace}, nr_label_pages=${labelPages}' ]`;
