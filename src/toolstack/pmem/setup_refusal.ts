/** Why persistent memory is not handed to Xen or taken back, each with its numbers, and what to do instead. */
import { type Errno, strerror } from "../../abi/errno.ts";
import { GiB, hex, MiB, PAGE_SIZE, shortSize } from "../../base/units.ts";
import { type BackingMode } from "../backend/namespace_backing.ts";

export type SetupRefusal =
  | { readonly kind: "management"; readonly management: "dom0" | "xen"; readonly verb: string }
  | { readonly kind: "no-namespace"; readonly name: string }
  | { readonly kind: "disabled"; readonly name: string }
  | { readonly kind: "sector"; readonly name: string }
  | { readonly kind: "system-ram"; readonly name: string; readonly device: string }
  | { readonly kind: "mounted"; readonly name: string; readonly directory: string }
  | { readonly kind: "held"; readonly name: string; readonly device: string; readonly who: string }
  | { readonly kind: "map-mem"; readonly name: string; readonly mode: BackingMode }
  | { readonly kind: "page-map-small"; readonly name: string; readonly have: number; readonly need: number }
  | { readonly kind: "no-room"; readonly name: string; readonly size: number; readonly needed: number }
  | { readonly kind: "align"; readonly align: string }
  | { readonly kind: "already"; readonly name: string }
  | { readonly kind: "mgmt-itself"; readonly name: string }
  | { readonly kind: "mgmt-mode"; readonly name: string; readonly mode: BackingMode }
  | { readonly kind: "mgmt-has-data"; readonly name: string }
  | { readonly kind: "unhealthy"; readonly name: string; readonly why: string; readonly hint: string }
  /** Xen said no. Frames. */
  | {
    readonly kind: "hypercall";
    readonly call: string;
    readonly errno: Errno;
    readonly start: number;
    readonly end: number;
  }
  | { readonly kind: "not-reported"; readonly name: string }
  | { readonly kind: "in-use"; readonly name: string; readonly domain: string; readonly slot: number }
  | { readonly kind: "kept"; readonly name: string; readonly domain: string; readonly slot: number }
  | { readonly kind: "holds-structures"; readonly name: string; readonly others: readonly string[] };

export interface Explanation {
  readonly what: string;
  readonly hint: string;
}

export function explainSetup(refusal: SetupRefusal): Explanation {
  switch (refusal.kind) {
    case "management":
      return refusal.management === "xen"
        ? {
          what: `Xen manages pmem on this host: dom0 has no namespaces to report`,
          hint:
            "xl pmem-setup -m SMFN EMFN, then -d SMFN EMFN MGMT_SMFN MGMT_EMFN; xl pmem-list --raw shows the frames",
        }
        : {
          what: "dom0 manages pmem on this host: ranges of frames are reported by its driver, not by hand",
          hint: "xl pmem-setup --namespace NAMESPACE; ndctl list -N shows them",
        };
    case "no-namespace":
      return { what: `there is no namespace ${refusal.name}`, hint: "ndctl list -N shows them" };
    case "disabled":
      return { what: `${refusal.name} is disabled`, hint: `ndctl enable-namespace ${refusal.name}` };
    case "sector":
      return {
        what:
          `${refusal.name} is in sector mode: its blocks are not where its addresses are, so no guest can load and store`,
        hint: `ndctl create-namespace -f -e ${refusal.name} -m fsdax (this destroys what is stored in it)`,
      };
    case "system-ram":
      return {
        what: `${refusal.name} is in use as ordinary memory of dom0 (${refusal.device})`,
        hint: `daxctl reconfigure-device -m devdax -f ${refusal.device}`,
      };
    case "mounted":
      return {
        what:
          `${refusal.name} is mounted on ${refusal.directory}: Xen's structures would overwrite the page map it uses`,
        hint: `umount ${refusal.directory}, or --mgmt NAMESPACE with a raw namespace to hold the structures`,
      };
    case "held":
      return {
        what: `${refusal.name} is in use: /dev/${refusal.device} is ${refusal.who}`,
        hint: "end that use first",
      };
    case "map-mem":
      return {
        what:
          `${refusal.name} (${refusal.mode}) has its page map in memory, so nothing in it is free for Xen's structures`,
        hint: "--mgmt NAMESPACE with a raw namespace to hold them, or create it anew with --map=dev",
      };
    case "page-map-small":
      return {
        what: `the page-map area of ${refusal.name} has ${shortSize(refusal.have)}, Xen's structures take ${
          shortSize(refusal.need)
        }`,
        hint: "--mgmt NAMESPACE with a raw namespace to hold them, or create it anew with a larger alignment",
      };
    case "no-room":
      return {
        what: `${refusal.name} has ${shortSize(refusal.size)}; with Xen's structures it would need ${
          shortSize(refusal.needed)
        }`,
        hint: "--mgmt NAMESPACE with a raw namespace to hold the structures, or a larger namespace",
      };
    case "align":
      return { what: `--align ${refusal.align} is not possible`, hint: `16M or 1G` };
    case "already":
      return {
        what: `${refusal.name} is Xen's already`,
        hint: `xl pmem-list; xl pmem-release --namespace ${refusal.name} takes it back`,
      };
    case "mgmt-itself":
      return { what: `${refusal.name} cannot hold its own structures this way`, hint: "leave out --mgmt" };
    case "mgmt-mode":
      return {
        what:
          `${refusal.name} is in ${refusal.mode} mode; a namespace that holds Xen's structures is raw and wholly Xen's`,
        hint: `ndctl create-namespace -m raw`,
      };
    case "mgmt-has-data":
      return {
        what: `${refusal.name} is reported for guests: it holds its own structures and no others'`,
        hint: "name a raw namespace that is not reported yet",
      };
    case "unhealthy":
      return { what: `${refusal.name}: ${refusal.why}`, hint: refusal.hint };
    case "hypercall":
      return {
        what: `${refusal.call} on mfn ${hex(refusal.start)} - ${hex(refusal.end)}: ${strerror(refusal.errno)}`,
        hint: hypercallHint(refusal.errno, refusal.end - refusal.start),
      };
    case "not-reported":
      return { what: `${refusal.name} is not Xen's`, hint: `xl pmem-setup --namespace ${refusal.name}` };
    case "in-use":
      return {
        what: `${refusal.name} is in use by ${refusal.domain}, slot ${refusal.slot}`,
        hint: `xl shutdown ${refusal.domain}`,
      };
    case "kept":
      return {
        what: `${refusal.name} is kept for ${refusal.domain}, slot ${refusal.slot}, which is not running`,
        hint: `--forget ${refusal.domain} gives up that guest's claim (its data stay where they are)`,
      };
    case "holds-structures":
      return {
        what: `${refusal.name} holds Xen's structures of ${refusal.others.join(", ")}`,
        hint: `release ${refusal.others.length === 1 ? "it" : "those"} first`,
      };
  }
}

function hypercallHint(errno: Errno, frames: number): string {
  switch (errno) {
    case "ENOSPC":
      return `the structures for ${shortSize(frames * PAGE_SIZE)} do not fit what is left of the management range`;
    case "EINVAL":
      return `both ends must be multiples of ${shortSize(2 * MiB)} below 16 TiB (${
        hex(16 * 1024 * GiB / PAGE_SIZE)
      } frames), in one proximity domain of this boot's SRAT (a DIMM that came since is not in it)`;
    case "EEXIST":
      return "the range overlaps one that is set up already: xl pmem-list";
    case "ENXIO":
      return "no management region contains the range named: xl pmem-list --mgmt";
    case "ENOMEM":
      return "Xen has no memory left for its bookkeeping: destroy a domain, or give dom0 less";
    case "EBUSY":
      return "a domain owns pages in it, or structures of another range lie there: xl pmem-list";
    default:
      return "xl dmesg may say more";
  }
}
