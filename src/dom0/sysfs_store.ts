/** Writing sysfs attributes, as text: what ndctl does, and what `echo … >` would. Source: the store functions named in the parts. */
import { err, type Result } from "neverthrow";
import { type Errno } from "../abi/errno.ts";
import { isUuid } from "../base/guid.ts";
import { lookup } from "../base/lookup.ts";
import { BUS } from "./device_table.ts";
import { type Kernel } from "./kernel.ts";
import {
  storeAltName,
  storeForceRaw,
  storeHolderClass,
  storeSectorSize,
  storeSize,
  storeUuid,
} from "./namespace_stores.ts";
import {
  storeBttSectorSize,
  storePersonalityNamespace,
  storePersonalityUuid,
  storePfnAlign,
  storePfnMode,
} from "./personality.ts";
import { setRegionAlign, setRegionReadOnly } from "./region_driver.ts";
import { storeSecurity } from "./security.ts";
import { canScrub, setHwErrorScrub, startScrub } from "./scrub.ts";

type Store = (kernel: Kernel, device: string, text: string) => Result<void, Errno>;

const withNumber =
  (store: (kernel: Kernel, device: string, value: number) => Result<void, Errno>): Store => (kernel, device, text) => {
    const value = unsignedLong(text);
    return value === undefined ? err("EINVAL") : store(kernel, device, value);
  };
const withBoolean =
  (store: (kernel: Kernel, device: string, value: boolean) => Result<void, Errno>): Store => (kernel, device, text) => {
    const value = boolean(text);
    return value === undefined ? err("EINVAL") : store(kernel, device, value);
  };
const withUuid =
  (store: (kernel: Kernel, device: string, uuid: string) => Result<void, Errno>): Store => (kernel, device, text) =>
    isUuid(text.trim()) ? store(kernel, device, text.trim().toLowerCase()) : err("EINVAL");

/** Where firmware cannot scrub there is no such attribute. */
function storeScrub(kernel: Kernel, _bus: string, value: number): Result<void, Errno> {
  if (!canScrub(kernel)) return err("ENOENT");
  return value === 1 ? startScrub(kernel) : err("EINVAL");
}

const regionNumber = (device: string): number => Number(device.slice("region".length));

const NAMESPACE: Readonly<Record<string, Store>> = {
  uuid: withUuid(storeUuid),
  alt_name: storeAltName,
  size: withNumber(storeSize),
  sector_size: withNumber(storeSectorSize),
  holder_class: storeHolderClass,
  force_raw: withBoolean(storeForceRaw),
};
const PERSONALITY: Readonly<Record<string, Store>> = {
  uuid: withUuid(storePersonalityUuid),
  namespace: (kernel, device, text) => storePersonalityNamespace(kernel, device, text.trim() || undefined),
};
const PFN: Readonly<Record<string, Store>> = {
  ...PERSONALITY,
  align: withNumber(storePfnAlign),
  mode: (kernel, device, text) => {
    const mode = (["none", "ram", "pmem"] as const).find((word) => word === text.trim());
    return mode === undefined ? err("EINVAL") : storePfnMode(kernel, device, mode);
  },
};
const STORES: Readonly<Record<string, Readonly<Record<string, Store>>>> = {
  namespace: NAMESPACE,
  btt: { ...PERSONALITY, sector_size: withNumber(storeBttSectorSize) },
  pfn: PFN,
  dax: PFN,
  region: {
    align: withNumber((kernel, device, align) => setRegionAlign(kernel, kernel.region(regionNumber(device)), align)),
    read_only: withBoolean((kernel, device, ro) => setRegionReadOnly(kernel, kernel.region(regionNumber(device)), ro)),
  },
  nmem: { security: (kernel, device, text) => storeSecurity(kernel, kernel.dimms[Number(device.slice(4))]!, text) },
  [BUS]: {
    "nfit/scrub": withNumber(storeScrub),
    "nfit/hw_error_scrub": withBoolean(setHwErrorScrub),
  },
};

/** Stores `text` in `device/attribute`. -ENOENT where there is no such device or writable attribute. */
export function storeAttribute(kernel: Kernel, device: string, attribute: string, text: string): Result<void, Errno> {
  const stores = lookup(STORES, device) ?? lookup(STORES, device.replace(/\d.*$/, ""));
  const store = stores && lookup(stores, attribute);
  if (!store || !kernel.parts.state.devices.get(device)) return err("ENOENT");
  return store(kernel, device, text).map(() => kernel.acted(`${attribute} = ${text.trim()}`, device));
}

/** kstrtoull with base 0: decimal, 0x or 0 octal, one line break behind it. */
function unsignedLong(text: string): number | undefined {
  const match = /^\+?(0[xX][0-9a-fA-F]+|[0-9]+)\n?$/.exec(text);
  if (!match) return undefined;
  const digits = match[1]!;
  const value = /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** kstrtobool. */
function boolean(text: string): boolean | undefined {
  if (/^[yY1tT]|^on/i.test(text)) return true;
  return /^[nN0fF]|^of/i.test(text) ? false : undefined;
}
