/** The words under which dom0 shows who has a device open for Xen. */
export const HOLDER = "reported to Xen";
