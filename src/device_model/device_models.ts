/** The QEMU processes of a host, one per HVM domain: started and killed by the toolstack, asked by it and by guests. */
import { err, ok, type Result } from "neverthrow";
import { type Domid, type Gpa } from "../abi/address.ts";
import {
  type DeviceModelIo,
  type DeviceModelProcesses,
  type DomainMemory,
  type Hypercall,
  type Qmp,
} from "../abi/ports.ts";
import { decodeRequest, DSM_PORT, encodeAnswer } from "../acpi/mod.ts";
import { VIDEO_RAM_START } from "../abi/hvm_layout.ts";
import { type Json } from "../base/json.ts";
import { hex, PAGE_SIZE } from "../base/units.ts";
import { answerDsm, type DsmBackend } from "./dsm_service.ts";
import { bootNfit, bootSsdt, currentFit, fwCfgFiles } from "./fw_cfg.ts";
import { LabelArea } from "./label_area.ts";
import { startProcess } from "./process.ts";
import { type QmpArguments, type QmpError, runQmp } from "./qmp.ts";
import { type DeviceModelProcess, type DeviceModelState } from "./state.ts";
import { populateVideoRam, videoBytes } from "./video_ram.ts";

export interface DeviceModelParts {
  readonly state: DeviceModelState;
  /** Made in dom0's name: that is where device models run. */
  readonly hypercall: Hypercall;
  readonly memory: DomainMemory;
}

export class DeviceModels implements DeviceModelProcesses, DeviceModelIo {
  constructor(private readonly parts: DeviceModelParts) {}

  process(domid: number): DeviceModelProcess | undefined {
    return this.parts.state.processes.get(String(domid));
  }

  spawn(domid: Domid, argv: readonly string[]): Result<void, string> {
    const started = startProcess(domid, argv);
    if (started.isErr()) return err(started.error);
    if (!populateVideoRam(this.parts.hypercall, domid, videoBytes(argv))) {
      return err(`xen: failed to populate ram at ${hex(VIDEO_RAM_START)}`);
    }
    return ok(this.#keep(started.value));
  }

  kill(domid: Domid): void {
    this.parts.state.processes.delete(String(domid));
  }

  /** One QMP command to the domain's QEMU: the `Qmp` port. */
  readonly qmp: Qmp = (domid: Domid, command: string, args: QmpArguments): Result<Json, QmpError> => {
    const process = this.process(domid);
    if (!process) return err({ class: "GenericError", desc: `no device model for domain ${domid}` });
    return runQmp(process, command, args).map(({ value, process: after }) => {
      if (after !== process) this.#keep(after);
      return value;
    });
  };

  file(domid: Domid, name: string): Uint8Array | undefined {
    const process = this.process(domid);
    return process && fwCfgFiles(process).get(name);
  }

  /** The port of `_DSM`: the request stands in the page whose address is written, and so does the answer afterwards. */
  out(domid: Domid, port: number, value: number): void {
    const process = this.process(domid);
    if (!process || port !== DSM_PORT || value % PAGE_SIZE !== 0) return;
    const page = this.parts.memory.load(domid, value as Gpa, PAGE_SIZE);
    // A page that is not there is the guest's own mistake; it reads back what it wrote.
    if (page.isErr()) return;
    const request = decodeRequest(page.value)._unsafeUnwrap();
    this.parts.memory.store(domid, value as Gpa, encodeAnswer(answerDsm(this.#backend(process), request)));
  }

  /** Tables as the device model builds them, before firmware has placed them. Undefined where the profile has none. */
  tables(domid: number): { readonly nfit: Uint8Array | undefined; readonly ssdt: Uint8Array | undefined } {
    const process = this.process(domid);
    return { nfit: process && bootNfit(process), ssdt: process && bootSsdt(process) };
  }

  #backend(process: DeviceModelProcess): DsmBackend {
    return {
      devices: process.devices,
      fitDirty: process.fitDirty,
      fit: () => currentFit(process),
      fitRead: () => {
        if (process.fitDirty) this.#keep({ ...process, fitDirty: false });
      },
      labels: (device) => new LabelArea(this.parts.hypercall, process.domid, device),
    };
  }

  #keep(process: DeviceModelProcess): void {
    this.parts.state.processes.set(String(process.domid), process);
  }
}
