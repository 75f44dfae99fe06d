/** Who may touch a node of XenStore, as libxl sets it and `xenstore-ls -p` shows it: `n0,r3` is dom0's, readable by domain 3. */

/** What a guest writes itself (`libxl_create.c` libxl__domain_make), below its own path. */
const GUESTS_OWN =
  /^(device\/suspend\/event-channel|control\/(shutdown|feature-(poweroff|reboot|suspend)|sysrq)|data|drivers|feature|attr|error)$/;

/** Which guest a virtual machine's path belongs to. */
export type DomidOfVm = (uuid: string) => string | undefined;

export function accessText(path: string, domidOfVm: DomidOfVm): string {
  const [, domid, below = ""] = /^\/local\/domain\/([1-9][0-9]*)(?:\/(.*))?$/.exec(path) ?? [];
  if (domid !== undefined) {
    if (GUESTS_OWN.test(below)) return `n${domid}`;
    return below === "console/backend-id" ? `n${domid},r0` : `n0,r${domid}`;
  }
  const [, guest] = /^\/local\/domain\/0\/backend\/[a-z]+\/([0-9]+)\/[0-9]+(?:\/|$)/.exec(path) ?? [];
  if (guest !== undefined) return `n0,r${guest}`;
  const [, uuid] = /^\/vm\/([^/]+)/.exec(path) ?? [];
  const reader = uuid === undefined ? undefined : domidOfVm(uuid);
  return reader === undefined ? "n0" : `n0,r${reader}`;
}
