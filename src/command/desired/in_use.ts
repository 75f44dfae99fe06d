/** Who uses a namespace now: it is not touched then, and the way out is named. */
import { type Explanation, type Fork } from "../../host/mod.ts";
import { usageOn } from "../console/usage.ts";
import { type NamespaceNow } from "./namespaces_now.ts";

type Users = (namespace: NamespaceNow) => Explanation | undefined;

/** The guest that has it, or that it is kept for: it cannot be taken back from Xen either. */
export function guestsOn(fork: Fork): Users {
  const usage = usageOn(fork);
  return ({ device, backing, setup }) => {
    const { state, owner = "" } = usage(backing.view) ?? {};
    const [guest = "", slot] = owner.split(/ nv(?=[0-9]+$)/);
    const forgetting = setup
      ? `xl pmem-release --namespace ${device} --forget ${guest}`
      : `xl vnvdimm-detach ${guest} ${slot}`;
    const way = `${forgetting} gives up its claim; in the file, state = "absent" in [domain.${guest}] does`;
    if (state === "assigned") {
      const what = `${device} is in use: slot ${slot} of ${guest}, which is running`;
      return { what, hint: `xl shutdown ${guest}, then ${way}` };
    }
    return state === "reserved"
      ? { what: `${device} is kept for slot ${slot} of ${guest}, which is not running`, hint: way }
      : undefined;
  };
}

/** A guest, or dom0 itself. Being Xen's is no use: it can be taken back. */
export function usersOn(fork: Fork): Users {
  const guests = guestsOn(fork);
  return (namespace) => guests(namespace) ?? dom0Use(fork, namespace);
}

function dom0Use({ dom0, files }: Fork, { device, backing, setup }: NamespaceNow): Explanation | undefined {
  const disk = backing.device;
  if (disk === undefined) return undefined;
  const mounted = files.mountOf(disk)?.directory;
  if (mounted !== undefined) return { what: `${device} is in use: mounted on ${mounted}`, hint: `umount ${mounted}` };
  if (backing.isRam) {
    return {
      what: `${device} is in use: ordinary memory of dom0 (${disk})`,
      hint: `daxctl reconfigure-device -m devdax -f ${disk}`,
    };
  }
  const who = setup ? undefined : dom0.holderOf(disk);
  return who === undefined
    ? undefined
    : { what: `${device} is in use: /dev/${disk} is ${who}`, hint: "end that use first" };
}
