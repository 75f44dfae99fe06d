/**
 * Where the tools around Xen depart from the series (libxl, xl and QEMU of RFC v1 to v4 and of the label series), as data for
 * `help differences`; the hypervisor's own are `xen/differences.ts`. Decisions: model.md.
 */
import { type Difference } from "../../xen/mod.ts";

export const TOOL_DIFFERENCES: readonly Difference[] = [
  {
    kind: "corrected",
    of: "RFC v4 libxl",
    real: "an answer of query-memory-devices with the slot behind the last one is let through",
    here: "any device that nobody configured, or of another size, aborts the creation",
  },
  {
    kind: "corrected",
    of: "RFC v4 xl",
    real: "pmem-list --data and pmem-setup --data are documented and not in the option table",
    here: "they work",
  },
  {
    kind: "ext",
    of: "RFC v1 libxl",
    real: "nothing keeps dom0 from changing a device or a file that a guest has",
    here: "devices are held open exclusively, files held and immutable, and extents compared at each start",
  },
  {
    kind: "ext",
    of: "RFC v4 xl",
    real: "after a reboot the operator repeats pmem-setup, and nobody checks what the frames are",
    here: "what was handed over is set up again at boot; a guest starts only if its memory is what it was",
  },
  {
    kind: "ext",
    of: "RFC v4 libxl",
    real: "the next guest finds what the last one left in the frames",
    here: "refused unless --sanitize (zeroes them) or --keep-content is given; a volatile backing wants --volatile",
  },
  {
    kind: "ext",
    of: "label series",
    real: "label pages belong to backends by frames",
    here: "nr_label_pages goes with any backend; once started, the number stays",
  },
  {
    kind: "ext",
    of: "RFC v4 libxl",
    real: "a domain has the vNVDIMMs that it starts with",
    here: "vnvdimm-attach into room kept free, told through _FIT; vnvdimm-detach once it is shut down",
  },
  {
    kind: "ext",
    of: "RFC v4 QEMU",
    real: "addresses are first fit, tables always the whole set",
    here: 'nvdeck_placement = "congruent" fits large leaves; nvdeck_acpi = "nfit" or "nfit-bare" leaves methods out',
  },
  {
    kind: "ext",
    of: "design v2",
    real: "RAS and hot-plug are headings (4.2.5, 4.2.6)",
    here: "host damage and host plug rehearse both: vMCE with the guest's address, a DIMM told through _FIT",
  },
  {
    kind: "choice",
    of: "Xen 4.17",
    real: "each second-level table is any page of the pool, in the order in which it was needed",
    here: "views and dumps lay the tables one behind the other from the root on; leaves and counts are the same",
  },
];
