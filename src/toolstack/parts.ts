/** What a toolstack is made of: its records, the ports, dom0 as it sees it, and facts about the host. */
import {
  type Clock,
  type DeviceModelProcesses,
  type Draws,
  type Hypercall,
  type PhysicalMemory,
  type Qmp,
} from "../abi/ports.ts";
import { type Recorder } from "../abi/steps.ts";
import { type Dom0 } from "../dom0/mod.ts";
import { type DaxFiles } from "./backend/dax_files.ts";
import { type HostXlFacts } from "./host_facts.ts";
import { type ToolstackState } from "./state.ts";
import { Caller } from "./xen/caller.ts";
import { XenDomains } from "./xen/domains.ts";
import { XenHost } from "./xen/host.ts";
import { XenPmem } from "./xen/pmem.ts";

export interface ToolstackParts {
  readonly state: ToolstackState;
  readonly hypercall: Hypercall;
  readonly qmp: Qmp;
  readonly deviceModels: DeviceModelProcesses;
  readonly dom0: Dom0;
  readonly files: DaxFiles;
  /** Physical memory as dom0 may reach it. */
  readonly memory: PhysicalMemory;
  readonly recorder: Recorder;
  readonly draws: Draws;
  readonly clock: Clock;
  /** Which side owns pmem. */
  readonly management: "dom0" | "xen";
  /** Firmware's own NFIT, whether or not Xen hides it from dom0's kernel. */
  readonly nfit: Uint8Array | undefined;
  readonly facts: HostXlFacts;
}

/** The same with Xen's calls taken apart by subject: what the toolstack's functions work with. */
export interface Tools extends ToolstackParts {
  readonly caller: Caller;
  readonly domains: XenDomains;
  readonly pmem: XenPmem;
  readonly host: XenHost;
}

export function toolsOf(parts: ToolstackParts): Tools {
  const caller = new Caller(parts.hypercall);
  return {
    ...parts,
    caller,
    domains: new XenDomains(caller),
    pmem: new XenPmem(caller),
    host: new XenHost(caller),
  };
}
