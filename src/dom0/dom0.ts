/**
 * Linux's NVDIMM side of one machine, dom0's or a guest's: made of tables, firmware, memory and the kernel's own state. An
 * object is a view with caches over that state; a fork makes its own.
 */
import { err, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { decodeSrat, ROOT_FUNCTION } from "../acpi/mod.ts";
import { type Clock, type Draws, type Firmware, type PhysicalMemory } from "../abi/ports.ts";
import { type Loss, type Recorder } from "../abi/steps.ts";
import { type Range } from "../base/range.ts";
import { type BadSectors, busNow, regionBadblocks } from "./badblocks.ts";
import { bindDax, setMemoryBlock, unbindDax } from "./dax_driver.ts";
import { Dimm } from "./dimm.ts";
import { enableDimm, NEW_DIMM } from "./dimm_driver.ts";
import { readDisk, writeDisk } from "./disk.ts";
import { bindDevice, closeExclusive, holderOf, openExclusive, unbindDevice } from "./drivers.ts";
import { type Dom0Facts } from "./facts.ts";
import { registerNewDimms } from "./hot_plug.ts";
import { Kernel } from "./kernel.ts";
import { nodeMap } from "./numa.ts";
import { enableRegion, newRegion } from "./region_driver.ts";
import {
  canScrub,
  clearError,
  clearErrorUnit,
  dimmAt,
  injectedErrors,
  injectError,
  offersRoot,
  scrubAtBoot,
  uninjectError,
  waitScrub,
} from "./scrub.ts";
import { type DaxDevice, type DaxMemory, type Dom0State } from "./state.ts";
import { Sysfs } from "./sysfs/tree.ts";
import { storeAttribute } from "./sysfs_store.ts";
import { readTopology } from "./topology.ts";
import {
  capacityOf,
  type DimmView,
  dimmView,
  type NamespaceView,
  namespaceView,
  type PersonalityView,
  personalityView,
  type RegionView,
  regionView,
  setCookieOf,
} from "./views.ts";

export interface Dom0Parts {
  /** The NFIT as the firmware table list has it; absent: the kernel finds no bus until `_FIT` tells of DIMMs. */
  readonly nfit?: Uint8Array | undefined;
  readonly srat?: Uint8Array | undefined;
  readonly facts: Dom0Facts;
  readonly firmware: Firmware;
  readonly memory: PhysicalMemory;
  readonly state: Dom0State;
  readonly draws: Draws;
  readonly recorder: Recorder;
  readonly clock: Clock;
}

export class Dom0 {
  readonly kernel: Kernel;

  constructor(parts: Dom0Parts) {
    const srat = parts.srat && decodeSrat(parts.srat).unwrapOr(undefined);
    const nodes = nodeMap(srat, parts.facts.numa);
    const topology = readTopology(parts.nfit, parts.firmware, nodes);
    this.kernel = new Kernel({ ...parts, topology });
  }

  /** Firmware has notified the root device: the kernel asks `_FIT` again and registers the DIMMs that it does not know. */
  notify(): void {
    registerNewDimms(this.kernel);
  }

  /** Whether the kernel found NVDIMMs to speak of. */
  get hasBus(): boolean {
    return this.kernel.devices.bus !== undefined;
  }

  /** In order of number. */
  dimms(): DimmView[] {
    return this.kernel.dimms.map((dimm) => dimmView(this.kernel, dimm));
  }
  /** What can be done with a DIMM, by its number. */
  dimm(number: number): Dimm {
    const dimm = this.kernel.dimms[number];
    if (!dimm) throw new Error(`no nmem${number}`);
    return new Dimm(this.kernel, dimm);
  }
  regions(): RegionView[] {
    return this.kernel.regions.map((region) => regionView(this.kernel, region));
  }
  /** `available_size` and `max_available_extent` of a region, in bytes. */
  capacity(region: number): { readonly available: number; readonly extent: number } {
    return capacityOf(this.kernel, this.kernel.region(region));
  }
  /** `set_cookie`; zero for a region without DIMMs. */
  setCookie(region: number): bigint {
    return setCookieOf(this.kernel, this.kernel.region(region));
  }
  /** Of one region, or of all; in order of number. */
  namespaces(region?: number): NamespaceView[] {
    const regions = region === undefined ? this.kernel.regions.map((r) => r.number) : [region];
    return regions.flatMap((r) => this.kernel.devices.namespaces(r).map((n) => namespaceView(this.kernel, n)));
  }
  namespace(name: string): NamespaceView | undefined {
    const device = this.kernel.devices.namespace(name);
    return device && namespaceView(this.kernel, device);
  }
  personality(name: string): PersonalityView | undefined {
    const device = this.kernel.devices.personality(name);
    return device && personalityView(this.kernel, device);
  }
  /** Device-dax instances by name. */
  daxDevices(): { readonly name: string; readonly device: DaxDevice }[] {
    return this.kernel.devices.daxNames().map((name) => ({ name, device: this.kernel.devices.dax(name)! }));
  }

  /** Binds a driver to a device-dax instance. -EBUSY while another is bound, -EINVAL where it cannot serve as memory. */
  bindDax(name: string, driver: "device_dax" | "kmem"): Result<void, Errno> {
    return bindDax(this.kernel, name, driver);
  }
  /** -EBUSY while memory of it is online. */
  unbindDax(name: string): Result<void, Errno> {
    return unbindDax(this.kernel, name);
  }
  /** Brings a memory block of an instance under kmem on or off line. */
  setMemoryBlock(name: string, block: number, state: DaxMemory["blocks"][number]): Result<void, Errno> {
    return setMemoryBlock(this.kernel, name, block, state);
  }

  region(number: number): RegionView {
    return regionView(this.kernel, this.kernel.region(number));
  }
  /** Alignments offered for fsdax and devdax, in bytes. */
  get alignments(): readonly number[] {
    return this.kernel.parts.facts.alignments;
  }

  /** Undefined where firmware cannot scrub. */
  scrub(): { readonly active: boolean; readonly count: number } | undefined {
    const bus = busNow(this.kernel);
    return bus && canScrub(this.kernel) ? { active: bus.scrub !== undefined, count: bus.scrubCount } : undefined;
  }
  /** Lets a running scrub end: model time passes. */
  waitScrub(): void {
    waitScrub(this.kernel);
  }
  /** Whether firmware makes errors on request. */
  get injectsErrors(): boolean {
    return [ROOT_FUNCTION.injectError, ROOT_FUNCTION.clearInjected, ROOT_FUNCTION.injectStatus]
      .every((fn) => offersRoot(this.kernel, fn));
  }
  /** `notify`: firmware tells the kernel, which then knows of the error. */
  injectError(where: Range, notify: boolean): Result<void, Errno> {
    return injectError(this.kernel, where, notify);
  }
  /** What the kernel knows of the error stays known. */
  uninjectError(where: Range): Result<void, Errno> {
    return uninjectError(this.kernel, where);
  }
  /** SPA ranges. */
  injectedErrors(): Result<Range[], Errno> {
    return injectedErrors(this.kernel);
  }
  /** Unit in which firmware clears errors of a range, in bytes; undefined where it does not. */
  clearErrorUnit(where: Range): number | undefined {
    return clearErrorUnit(this.kernel, where);
  }
  /** Clears errors of a range through firmware and forgets them; the bytes that were cleared. */
  clearError(where: Range): Result<number, Errno> {
    return clearError(this.kernel, where);
  }
  /** Bad sectors of an enabled region, counted from its start. */
  badblocks(region: number): BadSectors[] {
    return regionBadblocks(this.kernel, this.kernel.region(region));
  }
  /** Number of the DIMM behind an address of the region; undefined where that cannot be told. */
  dimmAt(region: number, spa: number): number | undefined {
    return dimmAt(this.kernel, this.kernel.region(region), spa);
  }
  /** `/sys/bus/nd/devices`, to be read. */
  get sysfs(): Sysfs {
    return new Sysfs(this.kernel);
  }
  /** Writes a sysfs attribute under /sys/bus/nd/devices, as text. */
  store(device: string, attribute: string, text: string): Result<void, Errno> {
    return storeAttribute(this.kernel, device, attribute, text);
  }
  /** Binds the driver that fits a device; already bound is success. */
  bind(device: string): Result<void, Errno> {
    return bindDevice(this.kernel, device);
  }
  unbind(device: string): Result<void, Errno> {
    return unbindDevice(this.kernel, device);
  }

  /** Who has a block or character device open exclusively, in words. */
  holderOf(device: string): string | undefined {
    return holderOf(this.kernel, device);
  }
  /** -EBUSY while another has the device, or a partition of it. */
  openExclusive(device: string, who: string): Result<void, Errno> {
    return this.holderOf(device) === undefined ? openExclusive(this.kernel, device, who) : err("EBUSY");
  }
  closeExclusive(device: string): void {
    closeExclusive(this.kernel, device);
  }
  /** Bytes of a namespace's disk. -ENXIO without such a disk, -EIO for what cannot be read. */
  readDisk(disk: string, offset: number, length: number): Result<Uint8Array, Errno> {
    return readDisk(this.kernel, disk, offset, length);
  }
  writeDisk(disk: string, offset: number, bytes: Uint8Array, note: string): Result<void, Errno> {
    return writeDisk(this.kernel, disk, offset, bytes, note);
  }

  /** Tells the fork what data a command is about to lose. */
  losing(loss: Loss): void {
    this.kernel.parts.recorder.loss(loss);
  }
  newUuid(): string {
    return this.kernel.parts.draws.uuid();
  }

  /** Forgets every device and probes the machine anew: bus, DIMMs, regions with their namespaces. */
  boot(): void {
    const { kernel } = this;
    const { topology, state } = kernel.parts;
    kernel.devices.clear();
    kernel.labelData.clear();
    for (const id of [...state.holders.ids()]) state.holders.delete(id);
    if (!topology) return;
    topology.messages.forEach((message) => kernel.note(`nfit: ${message}`));
    kernel.devices.setBus({ kind: "bus", badRanges: [], scrubCount: 0, hwErrorScrub: false });
    for (const dimm of topology.dimms) {
      kernel.devices.setDimm(dimm.number, NEW_DIMM);
      enableDimm(kernel, dimm);
    }
    for (const region of topology.regions) {
      kernel.devices.setRegion(region.number, newRegion(region));
      enableRegion(kernel, region, true);
    }
    scrubAtBoot(kernel);
  }
}
