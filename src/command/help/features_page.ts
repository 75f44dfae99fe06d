/** `help features`: what the proposal's designs and series could do (reference checklist F01-F40), and whether this host can. */
import { type HelpPage } from "./help.ts";

type State = "yes" | "choice" | "no";

/** Where it comes from, in the words of the series: D1, D2 designs; v1, v4 RFC series; label series. */
export interface Feature {
  readonly id: string;
  readonly what: string;
  readonly from: string;
  readonly state: State;
  /** How to see it, or why not. */
  readonly note: string;
}

export const FEATURES: readonly Feature[] = [
  {
    id: "F01",
    what: "flush instructions (clwb, clflushopt) for guests",
    from: "D1 D2",
    state: "no",
    note: "guests do not run instructions here; stores reach the media at once",
  },
  { id: "F02", what: "list host pmem regions with PXM", from: "v1 v4", state: "yes", note: "xl pmem-list --raw" },
  {
    id: "F03",
    what: "reject NFIT ranges with failed or unarmed DIMMs",
    from: "v4",
    state: "yes",
    note: "management xen; under dom0 their namespaces are refused",
  },
  {
    id: "F04",
    what: "hide the NFIT from dom0",
    from: "v4",
    state: "yes",
    note: "host init --management xen; ndctl list prints nothing",
  },
  {
    id: "F05",
    what: "deny dom0 the memory",
    from: "v1 v4",
    state: "yes",
    note: "the reserved area under dom0, all raw pmem under xen",
  },
  {
    id: "F06",
    what: "set up a management area, with the size check",
    from: "v1 v4",
    state: "yes",
    note: "xl pmem-setup",
  },
  {
    id: "F07",
    what: "frame table and M2P outside RAM",
    from: "v1 v4",
    state: "yes",
    note: "xl pmem-list --mgmt shows the pages used",
  },
  {
    id: "F08",
    what: "structures in ordinary RAM",
    from: "v2",
    state: "no",
    note: "dropped by v3; pmem structures may not fit in RAM",
  },
  {
    id: "F09",
    what: "set up a data region bound to a management slice",
    from: "v4",
    state: "yes",
    note: "xl pmem-setup -d",
  },
  {
    id: "F10",
    what: "several data regions sharing one management region",
    from: "v4",
    state: "yes",
    note: "xl pmem-setup --mgmt, or -d with the same mgmt range",
  },
  { id: "F11", what: "one PXM per setup", from: "v4", state: "yes", note: "-EINVAL; help hypercalls" },
  {
    id: "F12",
    what: "count and list raw, management and data regions",
    from: "v4",
    state: "yes",
    note: "xl pmem-list, xen-ndctl list",
  },
  { id: "F13", what: "whole-device backend by path", from: "D1 v1", state: "yes", note: "vnvdimms = [ '/dev/pmem0' ]" },
  {
    id: "F14",
    what: "DAX-file backend by extents",
    from: "D1 v1",
    state: "yes",
    note: "vnvdimms = [ '/mnt/p0/disk1' ]",
  },
  { id: "F15", what: "backend by frames", from: "v4", state: "yes", note: "type=mfn, backend=…, nr_pages=…" },
  { id: "F16", what: "several vNVDIMMs for one guest", from: "v1 v4", state: "yes", note: "vnvdimms is a list" },
  {
    id: "F17",
    what: "map pages exclusively, with rollback",
    from: "v1 v4",
    state: "yes",
    note: "XENMEM_populate_pmem_map",
  },
  {
    id: "F18",
    what: "preemptible map and destroy",
    from: "v1 v4",
    state: "yes",
    note: "trace shows the continuations",
  },
  {
    id: "F19",
    what: "privilege checks on setup and map",
    from: "v4",
    state: "yes",
    note: "-EPERM; only the toolstack may populate",
  },
  {
    id: "F20",
    what: "release on destroy, content kept",
    from: "v1 v4",
    state: "yes",
    note: "guest write, xl destroy, xl create, guest read",
  },
  {
    id: "F21",
    what: "pmem pages never in heaps, never scrubbed",
    from: "v4",
    state: "yes",
    note: "host check holds it",
  },
  {
    id: "F22",
    what: "xl.cfg vnvdimms, dm_acpi_size, nr_label_pages",
    from: "v1 v4 label",
    state: "yes",
    note: "fixtures/guests",
  },
  { id: "F23", what: "xl pmem-list, pmem-setup; xen-ndctl", from: "v2 v3 v4", state: "yes", note: "both spellings" },
  {
    id: "F24",
    what: "QEMU arguments with memory-backend-xen",
    from: "v1 v4",
    state: "yes",
    note: "export qemu --xen --domain D",
  },
  {
    id: "F25",
    what: "address chosen by QEMU, read over QMP",
    from: "v1 v4",
    state: "yes",
    note: "a bad answer aborts the creation",
  },
  { id: "F26", what: "guest NFIT", from: "all", state: "yes", note: "nfit show --domain D" },
  { id: "F27", what: "guest SSDT and namespace devices", from: "all", state: "yes", note: "ssdt show --domain D" },
  {
    id: "F28",
    what: "tables by XenStore and reserved pages",
    from: "D1 v1-v3",
    state: "no",
    note: "v4 replaced it by fw_cfg, which is modeled",
  },
  { id: "F29", what: "tables by fw_cfg and linker/loader", from: "v4", state: "yes", note: "guest show --domain D" },
  {
    id: "F30",
    what: "collision rules for signatures and device names",
    from: "v1 v4",
    state: "choice",
    note: "signatures as v4; device names were v1's way",
  },
  {
    id: "F31",
    what: "_DSM emulation by page and port",
    from: "all",
    state: "yes",
    note: "guest probe --domain D goes through it",
  },
  { id: "F32", what: "_FIT", from: "D1 v4", state: "yes", note: "profile full" },
  { id: "F33", what: "label storage for guests", from: "label", state: "yes", note: "nr_label_pages, guest ndctl" },
  {
    id: "F34",
    what: "RAS: machine checks on pmem",
    from: "D1 D2 (titles)",
    state: "yes",
    note: "ext: host damage --domain D --gpa A",
  },
  {
    id: "F35",
    what: "host and guest hot-plug",
    from: "D1 D2 (titles)",
    state: "yes",
    note: "ext: host plug; xl vnvdimm-attach",
  },
  {
    id: "F36",
    what: "minimal profile, NFIT and root device",
    from: "asked",
    state: "yes",
    note: 'nvdeck_acpi = "nfit"',
  },
  { id: "F37", what: "the same memory after a host reboot", from: "asked", state: "yes", note: "host reboot" },
  { id: "F38", what: "vnvdimms kept over a guest reboot", from: "v4", state: "yes", note: "xl reboot" },
  {
    id: "F39",
    what: "EPT leaves write-back, with a preview",
    from: "v4",
    state: "yes",
    note: "ept show --domain D; nvdeck_ept_order = 0 maps as v4 did",
  },
  {
    id: "F40",
    what: "boot frame table spares pmem holes",
    from: "v4",
    state: "no",
    note: "Xen's own RAM frame table is modeled by its size only",
  },
];

const HEAD =
  `What the designs (D1, D2), the RFC series (v1 to v4) and the label series could do, and whether this host can:
yes, how to see it; choice, what was decided; no, why not.

`;

const row = ({ id, what, from, state, note }: Feature): string =>
  `${id}  ${state.padEnd(6)}  ${what.padEnd(54)}  ${from}\n             ${note}\n`;

export const featuresPage: HelpPage = {
  word: "features",
  summary: "what the proposal's series could do, and whether this host can",
  text: () => HEAD + FEATURES.map(row).join(""),
};
