/** Why memory is not given to a guest (model section 4), each with its numbers, and what to do instead. */
import { type Errno, strerror } from "../../abi/errno.ts";
import { hex, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type Explanation } from "../pmem/setup_refusal.ts";
import { differencesText, type FieldDifference } from "./compare.ts";

export type BackendRefusal =
  | { readonly kind: "wrong-management"; readonly spec: string; readonly management: "dom0" | "xen" }
  | { readonly kind: "no-backend"; readonly spec: string; readonly errno: Errno }
  | { readonly kind: "file-unmounted"; readonly path: string; readonly device: string }
  | { readonly kind: "backend-disabled"; readonly name: string }
  | { readonly kind: "backend-sector"; readonly name: string }
  | { readonly kind: "backend-mounted"; readonly name: string; readonly directory: string }
  | { readonly kind: "backend-held"; readonly name: string; readonly device: string; readonly who: string }
  | { readonly kind: "backend-ram"; readonly name: string; readonly device: string }
  | { readonly kind: "backend-not-reported"; readonly name: string }
  | { readonly kind: "backend-is-xens"; readonly name: string }
  | { readonly kind: "backend-changed"; readonly name: string; readonly differences: readonly FieldDifference[] }
  | { readonly kind: "misaligned"; readonly name: string; readonly what: string; readonly value: number }
  | { readonly kind: "backend-unhealthy"; readonly name: string; readonly why: string; readonly hint: string }
  | { readonly kind: "volatile"; readonly name: string }
  | { readonly kind: "no-label-room"; readonly name: string; readonly pages: number; readonly labelPages: number }
  | { readonly kind: "file-extent"; readonly path: string; readonly flag: string; readonly size: number }
  | { readonly kind: "file-holes"; readonly path: string; readonly size: number; readonly mapped: number }
  | { readonly kind: "file-no-dax"; readonly path: string; readonly directory: string }
  | { readonly kind: "frames-unknown"; readonly start: number; readonly end: number }
  | { readonly kind: "in-use-by"; readonly name: string; readonly domain: string; readonly slot: number }
  | { readonly kind: "reserved-for"; readonly name: string; readonly domain: string; readonly slot: number }
  | {
    readonly kind: "slot-kept";
    readonly domain: string;
    readonly slot: number;
    readonly kept: string;
    readonly keptUuid: string | undefined;
    readonly asked: string;
    readonly askedUuid: string | undefined;
  }
  | {
    readonly kind: "identity-differs";
    readonly domain: string;
    readonly slot: number;
    readonly spec: string;
    readonly differences: readonly FieldDifference[];
  }
  | {
    readonly kind: "labels-changed";
    readonly domain: string;
    readonly slot: number;
    readonly was: number;
    readonly is: number;
  }
  | { readonly kind: "remains"; readonly name: string; readonly domain: string };

export function explainBackend(refusal: BackendRefusal): Explanation {
  switch (refusal.kind) {
    case "wrong-management":
      return refusal.management === "xen"
        ? {
          what: `${refusal.spec}: Xen manages pmem on this host, so dom0 has no namespaces and no files on them`,
          hint: "name frames of a data region: type=mfn,backend=MFN,nr_pages=N (xl pmem-list --data)",
        }
        : {
          what: `${refusal.spec}: dom0 manages pmem on this host`,
          hint: "name the namespace, its device or a file on it (ndctl list -N)",
        };
    case "no-backend":
      return {
        what: `${refusal.spec}: ${strerror(refusal.errno)}`,
        hint: "ndctl list -N shows namespaces and devices",
      };
    case "file-unmounted":
      return {
        what:
          `${refusal.path} is not there: its filesystem, on /dev/${refusal.device}, is not mounted, and Xen holds the device`,
        hint: `fstab add /dev/${refusal.device} ${
          refusal.path.replace(/\/[^/]*$/, "") || "/"
        } TYPE dax, then host reboot: what fstab names is mounted first`,
      };
    case "backend-disabled":
      return { what: `${refusal.name} is disabled`, hint: `ndctl enable-namespace ${refusal.name}` };
    case "backend-sector":
      return {
        what:
          `${refusal.name} is in sector mode: its blocks are not where its addresses are, so no guest can load and store`,
        hint: `ndctl create-namespace -f -e ${refusal.name} -m fsdax (this destroys what is stored in it)`,
      };
    case "backend-mounted":
      return {
        what: `${refusal.name} is mounted on ${refusal.directory} in dom0`,
        hint: `umount ${refusal.directory}, or give the guest a file in it`,
      };
    case "backend-held":
      return {
        what: `${refusal.name} is in use: /dev/${refusal.device} is ${refusal.who}`,
        hint: "end that use first",
      };
    case "backend-ram":
      return {
        what: `${refusal.name} is in use as ordinary memory of dom0 (${refusal.device})`,
        hint: `daxctl reconfigure-device -m devdax -f ${refusal.device}`,
      };
    case "backend-not-reported":
      return { what: `${refusal.name} is not Xen's yet`, hint: `xl pmem-setup --namespace ${refusal.name}` };
    case "backend-is-xens":
      return { what: `${refusal.name} holds Xen's own structures`, hint: "name another namespace" };
    case "backend-changed":
      return {
        what: `${refusal.name} is not as it was handed to Xen: ${differencesText(refusal.differences)}`,
        hint: `xl pmem-release --namespace ${refusal.name}, look at it, then xl pmem-setup again`,
      };
    case "misaligned":
      return {
        what: `${refusal.name}: ${refusal.what} ${hex(refusal.value)} is not a multiple of ${PAGE_SIZE}`,
        hint: "make it anew, on whole pages",
      };
    case "backend-unhealthy":
      return { what: `${refusal.name}: ${refusal.why}`, hint: refusal.hint };
    case "volatile":
      return {
        what: `${refusal.name} is backed by volatile memory: nothing in it survives a power failure`,
        hint: "--volatile takes it all the same; it is then never called persistent",
      };
    case "no-label-room":
      return {
        what: `${refusal.name} has ${refusal.pages} pages, ${refusal.labelPages} label pages leave nothing`,
        hint: "take fewer label pages, or a larger backend",
      };
    case "file-extent":
      return {
        what: `${refusal.path} has ${refusal.flag} extents: stores of a guest would not be its content`,
        hint: refusal.flag === "unwritten"
          ? writeOut(refusal.path, refusal.size)
          : copyAnew(refusal.path, refusal.size),
      };
    case "file-holes":
      return {
        what: `${refusal.path} has ${shortSize(refusal.mapped)} of its ${shortSize(refusal.size)} allocated`,
        hint: `fallocate -l ${refusal.size} ${refusal.path}; ${writeOut(refusal.path, refusal.size)}`,
      };
    case "file-no-dax":
      return {
        what: `${refusal.path} is on a filesystem that is not mounted with -o dax (${refusal.directory})`,
        hint: `umount ${refusal.directory} and mount it with -o dax`,
      };
    case "frames-unknown":
      return {
        what: `mfn ${hex(refusal.start)} - ${
          hex(refusal.end)
        } lies in no single interleave set: nothing durable names it`,
        hint: "name frames of one data region (xl pmem-list --data)",
      };
    case "in-use-by":
      return {
        what: `${refusal.name} is in use by ${refusal.domain}, slot ${refusal.slot}`,
        hint: `xl shutdown ${refusal.domain}`,
      };
    case "reserved-for":
      return {
        what: `${refusal.name} is kept for ${refusal.domain}, slot ${refusal.slot}, which is not running`,
        hint: `xl vnvdimm-detach ${refusal.domain} ${refusal.slot} gives up that claim`,
      };
    case "slot-kept":
      return {
        what: `slot ${refusal.slot} of ${refusal.domain} is ${refusal.kept} (uuid ${
          refusal.keptUuid ?? "none"
        }), the configuration names ${refusal.asked} (uuid ${refusal.askedUuid ?? "none"})`,
        hint: `xl vnvdimm-detach ${refusal.domain} ${refusal.slot} if the guest shall have another one from now on`,
      };
    case "identity-differs":
      return {
        what: `${refusal.spec}, slot ${refusal.slot} of ${refusal.domain}, is not what it was: ${
          differencesText(refusal.differences)
        }`,
        hint: `restore it, or xl vnvdimm-detach ${refusal.domain} ${refusal.slot} to start afresh`,
      };
    case "labels-changed":
      return {
        what:
          `slot ${refusal.slot} of ${refusal.domain} has ${refusal.was} label pages, the configuration asks for ${refusal.is}`,
        hint: `set nr_label_pages=${refusal.was} again: the guest's labels are in them`,
      };
    case "remains":
      return {
        what: `${refusal.name} still holds data of ${refusal.domain}`,
        hint: "--sanitize zeroes it first, --keep-content hands it over as it is",
      };
  }
}

const MEGABYTE = 2 ** 20;

/** Writing zeroes over a file's unwritten extents turns them into written ones, where they are. */
const writeOut = (path: string, size: number): string =>
  size % MEGABYTE === 0
    ? `dd if=/dev/zero of=${path} bs=1M count=${size / MEGABYTE} conv=notrunc,fsync`
    : `dd if=/dev/zero of=${path} bs=4096 count=${Math.ceil(size / 4096)} conv=notrunc,fsync`;

const copyAnew = (path: string, size: number): string =>
  `make a file of its own: fallocate -l ${size} ${path}.new; ${writeOut(`${path}.new`, size)}`;
