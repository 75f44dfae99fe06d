/**
 * `help designs` and `help questions`: what the 2016-2018 discussion left open, how this host answers it, and a command to
 * see it with. Sources: design v1 and v2 of the vNVDIMM proposal, the RFC series, and the replies to them on xen-devel.
 */
import { type HelpPage } from "./help.ts";

const DESIGNS =
  `Two designs for who manages persistent memory, and one hypervisor under both. The commands are for the default host.

dom0 (default; design v1/v2, RFC v1)
  dom0's Linux finds the DIMMs, makes regions and namespaces, and reports a namespace to Xen. Xen keeps its frame table and
  M2P for it inside the namespace (a reserved area) or in another one (--mgmt), and maps what is left to guests.
    ndctl list -N
    xl pmem-setup --namespace namespace1.3       reserved area and cost are shown first
    xl pmem-list
    xl create fixtures/guests/ns1.cfg
  Labels, names, file systems and badblocks are Linux's; guests may own whole namespaces or DAX files.

xen (design alternative 3.2.2, RFC v4)
  Xen reads the NFIT itself, hides it from dom0 and denies dom0 all pmem. The operator names ranges of frames: some to hold
  structures (mgmt), some to be given to guests (data).
    --yes host init --fixture NAME --management xen     NAME: a folder of fixtures/hosts
    xl pmem-list --raw
    ndctl list -N                                nothing: dom0 has no bus
    xl pmem-setup -m 0x400000 0x420000
    xl pmem-setup -d 0x420000 0x800000 0x400000 0x420000
    xl create fixtures/guests/frames1.cfg
  There are no namespaces, no names and no badblocks in dom0; stability over reboots rests on the set cookie and serials.

Both end in the same three lists of regions, one frame table and one XENMEM_populate_pmem_map. These do the same task both ways:
    batch fixtures/scripts/walk-dom0.nv
    --yes batch fixtures/scripts/walk-xen.nv
`;

const QUESTIONS =
  `Questions that were asked about the proposal, and what this host answers. The commands are for the default host.

Is the NFIT alone enough; are _DSM and _FIT optional?
  _DSM and _FIT are optional. The NFIT alone is not enough for Linux: without the root device ACPI0012 in the namespace, and a
  child for each DIMM, its driver does not start.
    xl pmem-setup --namespace namespace1.0
    xl create fixtures/guests/nfit1.cfg          profile "nfit": table, root device and children
    guest probe --domain nfit1
    xl destroy nfit1
    xl create fixtures/guests/nfit1.cfg 'nvdeck_acpi="nfit-bare"'
    guest probe --domain nfit1                   the table alone: it finds nothing, and says why

Does Linux offer files only, or can a program have plain memory?
  Four ways: a whole device, files on a DAX filesystem, a character device (devdax), and system-ram, where daxctl turns devdax
  into ordinary memory for malloc. The last gives up persistence, and is never called persistent here.
    ndctl create-namespace -m devdax -s 24G
    daxctl reconfigure-device -m system-ram dax1.5
    ! xl pmem-setup --namespace namespace1.5     refused: it is dom0's ordinary memory now

What is the point of a virtual NVDIMM on RAM?
  None as storage: it forgets. A volatile backing is refused unless --volatile is given, and then never called persistent.
    ndctl list -R                                "type":"pmem"; a region of another type is such a backing

How does the content survive the guest's power-off, when its device model ends?
  The memory is not the device model's. Who owns which namespace is the toolstack's durable record; frames are given back to
  nobody, content is never scrubbed, and the same namespace is mapped again at the next start, or the start is refused and the
  difference named.
    xl pmem-setup --namespace namespace0.0
    xl create fixtures/guests/web1.cfg
    guest write --domain web1 --gpa 0x100000000 --text kept
    xl reboot web1
    guest read --domain web1 --gpa 0x100000000 --length 4
    xl destroy web1                              the claim stays: xl vnvdimm-list web1
    xl vnvdimm-list web1

Will a guest get the same memory after the host reboots?
  Yes, or it is not started: label UUID, DIMM serials with DPA, size, mode and data offset are compared at each start.
    xl pmem-setup --namespace namespace0.0
    xl create fixtures/guests/web1.cfg
    guest write --domain web1 --gpa 0x100000000 --text kept
    host autostart add fixtures/guests/web1.cfg
    host reboot
    guest read --domain web1 --gpa 0x100000000 --length 4

Who manages it: dom0 or the hypervisor?
  Either; the help page "designs" shows both.
    help designs
`;

export const designPages: readonly HelpPage[] = [
  { word: "designs", summary: "dom0 or Xen: the two designs side by side", text: () => DESIGNS },
  {
    word: "questions",
    summary: "what was asked about the proposal, and what this host answers",
    text: () => QUESTIONS,
  },
];
