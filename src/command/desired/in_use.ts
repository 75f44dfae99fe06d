/** Who uses a namespace now: it is not touched then, and the way out is named. */
import { type Explanation, type Fork } from "../../host/mod.ts";
import { usageOn } from "../console/usage.ts";
import { type NamespaceNow } from "./namespaces_now.ts";

/** Undefined where nobody does. Being Xen's is no use: it can be taken back. */
export function userOf(fork: Fork, { device, backing, setup }: NamespaceNow): Explanation | undefined {
  const usage = usageOn(fork)(backing.view);
  const [guest, slot] = (usage?.owner ?? "").split(/ nv(?=[0-9]+$)/);
  switch (usage?.state) {
    case "assigned":
      return {
        what: `${device} is in use: slot ${slot} of ${guest}, which is running`,
        hint: `xl shutdown ${guest}, then ${forgetting(guest!, device, setup !== undefined)}`,
      };
    case "reserved":
      return {
        what: `${device} is kept for slot ${slot} of ${guest}, which is not running`,
        hint: forgetting(guest!, device, setup !== undefined),
      };
    case "mounted":
      return { what: `${device} is in use: mounted on ${usage.owner}`, hint: `umount ${usage.owner}` };
  }
  if (backing.isRam) {
    return {
      what: `${device} is in use: ordinary memory of dom0 (${backing.device})`,
      hint: `daxctl reconfigure-device -m devdax -f ${backing.device}`,
    };
  }
  const who = setup || backing.device === undefined ? undefined : fork.dom0.holderOf(backing.device);
  return who === undefined
    ? undefined
    : { what: `${device} is in use: /dev/${backing.device} is ${who}`, hint: "end that use first" };
}

const forgetting = (guest: string, device: string, isXens: boolean): string => {
  const verb = isXens ? `xl pmem-release --namespace ${device} --forget ${guest}` : `xl vnvdimm-detach ${guest} SLOT`;
  return `${verb} gives up its claim; in the file, state = "absent" in [domain.${guest}] does`;
};
