/** One DIMM as userspace reaches it: its commands, labels past the driver, health, security. */
import { type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { type DimmCommand } from "./dimm_commands.ts";
import { userWriteLabels } from "./dimm_driver.ts";
import {
  injectSmart,
  offersFunction,
  setSmartThresholds,
  smart,
  type SmartData,
  type SmartInjectionInput,
  type SmartThresholds,
  smartThresholds,
  type ThresholdInput,
} from "./health.ts";
import { type Kernel } from "./kernel.ts";
import { labelAreaSize, readLabels } from "./label_access.ts";
import { availableSlots } from "./label_data.ts";
import { type Security, security, waitOverwrite } from "./security.ts";
import { type DimmTopology } from "./topology.ts";
import { type DimmView, dimmView } from "./views.ts";

export class Dimm {
  constructor(private readonly kernel: Kernel, private readonly topology: DimmTopology) {}

  get view(): DimmView {
    return dimmView(this.kernel, this.topology);
  }
  /** Whether it offers a command to userspace. */
  offers(command: DimmCommand): boolean {
    return this.kernel.commands(this.topology).commands.has(command);
  }
  /** Linux's number of its command family; undefined where it answers none. */
  get family(): number | undefined {
    return this.kernel.commands(this.topology).family;
  }
  /** Whether firmware confirmed a function of its family. */
  offersFunction(fn: number): boolean {
    return offersFunction(this.kernel, this.topology, fn);
  }

  /** Size of the label area in bytes. */
  labelAreaSize(): Result<number, Errno> {
    return labelAreaSize(this.kernel, this.topology).map(({ size }) => size);
  }
  /** What stands in the label area, whatever the driver remembers of it. */
  readLabelArea(offset: number, length: number): Result<Uint8Array, Errno> {
    return readLabels(this.kernel, this.topology, offset, length);
  }
  /** -EBUSY while the DIMM is active. A bound driver keeps its older copy until it is bound anew. */
  writeLabelArea(offset: number, bytes: Uint8Array, note: string): Result<void, Errno> {
    return userWriteLabels(this.kernel, this.topology, offset, bytes, note);
  }
  /** `available_slots`. */
  get availableSlots(): number | undefined {
    return availableSlots(this.kernel, this.topology);
  }

  /** Undefined where it has no SMART command. */
  smart(): Result<SmartData, Errno> | undefined {
    return smart(this.kernel, this.topology);
  }
  smartThresholds(): Result<SmartThresholds, Errno> | undefined {
    return smartThresholds(this.kernel, this.topology);
  }
  /** -ENOTTY where the DIMM has no such function, -EIO where firmware refuses; so also below. */
  setSmartThresholds(thresholds: ThresholdInput): Result<void, Errno> {
    return setSmartThresholds(this.kernel, this.topology, thresholds);
  }
  injectSmart(injection: SmartInjectionInput): Result<void, Errno> {
    return injectSmart(this.kernel, this.topology, injection);
  }

  /** Undefined where it has no security functions. */
  security(): Security | undefined {
    return security(this.kernel, this.topology);
  }
  /** Lets a running overwrite end: model time passes. Whether one ran. */
  waitOverwrite(): boolean {
    return waitOverwrite(this.kernel, this.topology);
  }
}
